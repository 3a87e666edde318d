import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from layers import services
from layers.changes import Changes, Contact
from layers.models import Attribute, Distribution, Keyword, Layer, LayerContact, Organisation, Party
from layers.models.parts import Part
from layers.services import EditConflict

pytestmark = pytest.mark.django_db


def test_an_edit_counts_once_whatever_it_changes(layer, staff):
    changes = Changes(
        terms={"topic_categories": ["inlandWaters"], "languages": ["eng", "fra"]},
        keywords=["rivers", "Ghana"],
        organisation="Water Board",
        contacts=[Contact(role="author", name="Ama")],
        parts={Distribution: [Distribution(url="https://example.org/wms")]},
    )
    layer.title = "Rivers and lakes"
    services.edit(layer, changes, staff, 1)
    layer.refresh_from_db()
    assert (layer.version, layer.title, layer.updated_by) == (2, "Rivers and lakes", staff)
    assert layer.organisation is not None
    assert layer.organisation.name == "Water Board"
    assert layer.keywords.count() == layer.languages.count() == 2


def test_an_old_version_is_refused_and_nothing_is_kept(layer, owner):
    mine = Layer.objects.get(pk=layer.pk)
    layer.title = "Theirs"
    layer.save()
    mine.title = "Mine"
    with pytest.raises(EditConflict) as caught:
        services.edit(mine, Changes(keywords=["mine"]), owner, 1)
    assert caught.value.current.title == "Theirs"
    assert not Keyword.objects.exists()
    assert Layer.objects.get().version == 2


def test_a_newer_version_than_the_one_that_was_read_is_refused(layer, owner):
    """The layer in the hand is old, though the caller names the new version."""
    stale = Layer.objects.get(pk=layer.pk)
    layer.save()
    with pytest.raises(EditConflict):
        services.edit(stale, Changes(), owner, 2)


def test_an_edit_that_fails_leaves_everything_as_it_was(layer, owner):
    with pytest.raises(RuntimeError), services.editing(layer, owner):
        layer.keywords.set([Keyword.objects.create(name="half")])
        raise RuntimeError
    assert Layer.objects.get().version == 1
    assert not layer.keywords.exists()


def test_an_edit_of_a_deleted_layer_says_so(layer, owner):
    Layer.objects.all().delete()
    with pytest.raises(Layer.DoesNotExist):
        services.edit(layer, Changes(), owner)


def test_a_new_layer_belongs_to_its_creator(owner):
    layer = services.create(Layer(title="Soils"), Changes(keywords=["soil"]), owner)
    layer.refresh_from_db()
    assert (layer.owner, layer.created_by, layer.updated_by) == (owner, owner, owner)
    assert layer.version == 1


def test_a_new_layer_whose_slug_was_taken_in_the_same_moment_gets_another(owner, monkeypatch):
    from layers.models import layer as module

    Layer.objects.create(title="Soils", slug="soils")
    answers = iter(["soils", "soils-2"])
    monkeypatch.setattr(module, "free_slug", lambda *_: next(answers))
    monkeypatch.setattr(services, "free_slug", lambda *_: next(answers))
    assert services.create(Layer(title="Soils"), Changes(), owner).slug == "soils-2"


def test_deleting_wants_the_current_version(layer):
    with pytest.raises(EditConflict):
        services.delete(layer, 7)
    services.delete(layer, 1)
    assert not Layer.objects.exists()


def test_organisations_and_keywords_are_taken_whatever_their_case(layer, owner):
    Organisation.objects.create(name="Water Board")
    Keyword.objects.create(name="Rivers")
    changes = Changes(organisation=" water  board", keywords=["RIVERS", "rivers", "lakes", " "])
    services.edit(layer, changes, owner)
    assert Organisation.objects.count() == 1
    assert sorted(layer.keywords.values_list("name", flat=True)) == ["Rivers", "lakes"]


def test_a_party_of_another_layer_is_never_changed(layer, owner):
    party = Party.objects.create(name="Ama", email="ama@example.org")
    same = Contact(role="author", name="Ama", email="ama@example.org")
    services.edit(layer, Changes(contacts=[same]), owner)
    assert layer.layer_contacts.get().party == party
    services.edit(layer, Changes(contacts=[Contact(role="author", name="Ama")]), owner)
    assert layer.layer_contacts.get().party != party
    party.refresh_from_db()
    assert party.email == "ama@example.org"


def test_the_same_contact_in_the_same_role_is_kept_once(layer, owner):
    twice = [Contact(role="author", name="Ama")] * 2
    services.edit(layer, Changes(contacts=twice), owner)
    assert LayerContact.objects.count() == 1


def test_parts_keep_the_order_they_were_given(layer, owner):
    rows: list[Part] = [Attribute(name=name) for name in ("b", "a", "c")]
    services.edit(layer, Changes(parts={Attribute: rows}), owner)
    assert list(layer.attributes.values_list("name", flat=True)) == ["b", "a", "c"]


def test_parts_that_did_not_change_stay(layer, owner):
    services.edit(
        layer, Changes(parts={Attribute: [Attribute(name="a"), Attribute(name="b")]}), owner
    )
    kept = list(layer.attributes.values_list("pk", flat=True))
    services.edit(
        layer, Changes(parts={Attribute: [Attribute(name="a"), Attribute(name="x")]}), owner
    )
    assert list(layer.attributes.values_list("name", flat=True)) == ["a", "x"]
    assert layer.attributes.all()[0].pk == kept[0]


def test_what_an_edit_does_not_name_stays(layer, owner):
    services.edit(layer, Changes(keywords=["rivers"], organisation="Water Board"), owner)
    services.edit(layer, Changes(), owner)
    assert layer.keywords.count() == 1
    assert Layer.objects.get().organisation is not None


def test_keywords_cost_the_same_number_of_queries_however_many(layer, owner):
    def queries(names: list[str]) -> int:
        with CaptureQueriesContext(connection) as context:
            services.edit(layer, Changes(keywords=names), owner)
        return len(context)

    few = queries(["a", "b"])
    assert queries([f"word {number}" for number in range(400)]) <= few + 2


@pytest.mark.postgresql
def test_the_row_is_locked_while_it_is_edited(layer, owner):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite locks the whole file instead")
    with CaptureQueriesContext(connection) as context:
        services.edit(layer, Changes(), owner)
    assert any("FOR UPDATE" in query["sql"] for query in context)
