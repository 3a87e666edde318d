"""The admin of this room: usable, counted, and no query per row."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from layers import services
from layers.admin.forms import LayerAdminForm
from layers.changes import Changes
from layers.models import Distribution, Layer, Licence, Organisation, Party, TopicCategory
from layers.models.vocabularies import Vocabulary

pytestmark = pytest.mark.django_db

PARTS = ("layer_contacts", "temporal_extents", "dates", "distributions", "attributes")
PARTS_OF_FORM = (*PARTS, "slug_redirects")


@pytest.fixture
def client(sign_in, staff):
    staff.is_superuser = True
    staff.save()
    return sign_in(staff)


def form_of(**fields):
    totals = {f"{name}-TOTAL_FORMS": 0 for name in PARTS_OF_FORM}
    initial = {f"{name}-INITIAL_FORMS": 0 for name in PARTS_OF_FORM}
    lists = dict.fromkeys(("alternative_titles", "identifiers", "crs", "relations"), "[]")
    base = {
        "title": "Soils",
        "resource_type": "dataset",
        "metadata_language": "eng",
        "state": "published",
        "visibility": "public",
    }
    return base | lists | totals | initial | fields


def change_page(layer):
    return reverse("admin:layers_layer_change", args=[layer.pk])


@pytest.mark.parametrize(
    "model", [m for m in apps.get_app_config("layers").get_models() if admin.site.is_registered(m)]
)
def test_every_list_and_every_empty_form_opens(client, model, layer):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert client.get(reverse(f"{name}_changelist"), {"q": "a"}).status_code == 200
    assert client.get(reverse(f"{name}_add")).status_code == 200


def test_every_vocabulary_is_there():
    for vocabulary in apps.get_app_config("layers").get_models():
        if issubclass(vocabulary, Vocabulary):
            assert admin.site.is_registered(vocabulary), vocabulary


def test_the_list_of_layers_costs_the_same_number_of_queries_however_long(
    client, owner, django_assert_max_num_queries
):
    for number in range(30):
        Layer.objects.create(title=f"Layer {number}", owner=owner)
    with django_assert_max_num_queries(13):
        assert "Layer 29" in client.get(reverse("admin:layers_layer_changelist")).text


def test_the_form_of_a_layer_costs_a_bounded_number_of_queries(
    client, layer, django_assert_max_num_queries
):
    for number in range(10):
        party = Party.objects.create(name=f"P{number}")
        layer.layer_contacts.create(party=party, role_id="author")
        layer.attributes.create(name=f"a{number}")
    with django_assert_max_num_queries(60):
        assert client.get(change_page(layer)).status_code == 200


@pytest.mark.parametrize("query", ["rivers of", "rivers-of-ghana", "{id}"])
def test_layers_are_found_by_title_address_and_uuid(client, layer, query):
    words = query.format(id=layer.pk)
    page = client.get(reverse("admin:layers_layer_changelist"), {"q": words})
    assert "Rivers of Ghana" in page.text


def test_a_save_in_the_admin_counts_one_edit(client, layer, staff):
    links = {
        "distributions-TOTAL_FORMS": 1,
        "distributions-0-url": "https://example.org/wms",
        "distributions-0-protocol": "OGC:WMS",
        "distributions-0-position": 0,
    }
    sent = form_of(
        title="Rivers",
        slug=layer.slug,
        topic_categories=["inlandWaters"],
        opened_version=1,
        **links,
    )
    answer = client.post(change_page(layer), sent)
    assert answer.status_code == 302, answer.context["errors"]
    layer.refresh_from_db()
    assert (layer.version, layer.title, layer.updated_by) == (2, "Rivers", staff)
    assert layer.topic_categories.count() == Distribution.objects.count() == 1


@pytest.mark.parametrize("known", [{"opened_version": 1}, {}])
def test_an_old_form_overwrites_nobody_and_says_what_differs(client, layer, owner, known):
    theirs = Layer.objects.get()
    theirs.title = "Rivers by its owner"
    services.edit(theirs, Changes(terms={"languages": ["fra"]}), owner)
    answer = client.post(change_page(layer), form_of(title="Mine", slug=layer.slug, **known))
    assert answer.status_code == 200
    said = " ".join(answer.context["errors"][0])
    assert owner.username in said
    assert "Title: Rivers by its owner" in said
    assert "Languages: fra" in said
    assert "Slug" not in said
    assert "Address" not in said
    layer.refresh_from_db()
    assert (layer.title, layer.version) == ("Rivers by its owner", 2)
    form = answer.context["adminform"].form
    assert form["title"].value() == "Mine"
    assert form["opened_version"].value() == "2"


def test_the_admins_form_sent_again_is_a_decision(client, layer):
    Layer.objects.get().save()
    sent = form_of(title="Mine", slug=layer.slug, opened_version=2)
    assert client.post(change_page(layer), sent).status_code == 302
    assert Layer.objects.get().title == "Mine"


def test_a_layer_made_in_the_admin_knows_by_whom(client, staff):
    answer = client.post(reverse("admin:layers_layer_add"), form_of())
    assert answer.status_code == 302, answer.context["errors"]
    layer = Layer.objects.get()
    assert (layer.created_by, layer.updated_by, layer.version) == (staff, staff, 1)


def test_the_admin_checks_the_box_and_the_address(client):
    sent = form_of(west="0", south="9", east="0", north="8", slug="new")
    errors = client.post(reverse("admin:layers_layer_add"), sent).context["errors"]
    assert len(errors) == 2


def test_two_layers_of_one_title_made_in_the_same_moment_get_two_addresses(
    client, owner, monkeypatch
):
    """Both looked for a free address before the other one was saved."""
    Layer.objects.create(title="Soils", slug="soils", owner=owner)
    monkeypatch.setattr("layers.models.layer.free_slug", lambda title, pk: "soils")
    assert client.post(reverse("admin:layers_layer_add"), form_of()).status_code == 302
    assert Layer.objects.filter(title="Soils").values("slug").distinct().count() == 2


@pytest.mark.parametrize("adding", [True, False])
def test_an_address_that_was_taken_after_the_check_is_said_at_its_field(
    client, layer, monkeypatch, adding
):
    Layer.objects.create(title="First", slug="wanted")
    check = LayerAdminForm.validate_unique
    checks = []

    def late(form):
        checks.append(form)
        if len(checks) > 1:
            check(form)

    monkeypatch.setattr(LayerAdminForm, "validate_unique", late)
    page = reverse("admin:layers_layer_add") if adding else change_page(layer)
    sent = form_of(title="Typed", slug="wanted", opened_version=1)
    answer = client.post(page, sent)
    assert (answer.status_code, len(checks)) == (200, 2)
    form = answer.context["adminform"].form
    assert list(form.errors) == ["slug"]
    assert form["title"].value() == "Typed"
    assert Layer.objects.filter(title="Typed").count() == 0


def test_deleting_one_and_deleting_a_selection(client, layer, owner):
    client.post(reverse("admin:layers_layer_delete", args=[layer.pk]), {"post": "yes"})
    assert not Layer.objects.exists()
    made = [Layer.objects.create(title=title, owner=owner) for title in ("a", "b", "c")]
    sent = {
        "action": "delete_selected",
        "_selected_action": [str(one.pk) for one in made[:2]],
        "post": "yes",
    }
    client.post(reverse("admin:layers_layer_changelist"), sent)
    assert [one.title for one in Layer.objects.all()] == ["c"]


def test_a_topic_can_be_renamed_and_keeps_its_code(client):
    page = reverse("admin:layers_topiccategory_change", args=["biota"])
    term = TopicCategory.objects.get(pk="biota")
    sent = {"label": "Living things", "number": term.number, "labels": "{}", "position": 3}
    assert client.post(page, sent | {"code": "other"}).status_code == 302
    assert TopicCategory.objects.get(pk="biota").label == "Living things"
    assert not TopicCategory.objects.filter(pk="other").exists()


def test_a_term_in_use_is_not_deleted(client, layer):
    Layer.objects.filter(pk=layer.pk).update(licence_id="CC0-1.0")
    client.post(reverse("admin:layers_licence_delete", args=["CC0-1.0"]), {"post": "yes"})
    assert Licence.objects.filter(pk="CC0-1.0").exists()


def test_organisations_are_found_while_typing(client):
    Organisation.objects.create(name="Water Board")
    asked = {"app_label": "layers", "model_name": "layer", "field_name": "organisation"}
    answer = client.get(reverse("admin:autocomplete"), asked | {"term": "wat"})
    assert [item["text"] for item in answer.json()["results"]] == ["Water Board"]
