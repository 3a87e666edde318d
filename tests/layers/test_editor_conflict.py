"""Two people edit the same layer: the second sees both versions and loses nothing."""

import pytest

from layers import services
from layers.models import Layer
from tests.layers.test_editor import as_browser_sends, filled, least

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(sign_in, owner, staff, layer):
    """What the second person gets, after the staff saved."""
    first = least(title="Rivers by staff", abstract="Theirs.", keywords="staff")
    assert sign_in(staff).post(f"/layers/{layer.slug}/edit/", first).status_code == 302
    client = sign_in(owner)
    client.answer = client.post(f"/layers/{layer.slug}/edit/", filled(1, abstract="Mine.\r\nAll."))
    return client


def test_an_old_form_is_not_saved(second, layer):
    layer.refresh_from_db()
    assert second.answer.status_code == 409
    assert (layer.version, layer.title, layer.abstract) == (2, "Rivers by staff", "Theirs.")


def test_both_versions_stand_side_by_side(second):
    shown = {
        str(item.label): (item.typed, item.saved) for item in second.answer.context["differences"]
    }
    assert shown["Title"] == ("Rivers of Ghana", "Rivers by staff")
    assert shown["Abstract"] == ("Mine.\nAll.", "Theirs.")
    assert shown["Licence"] == ("Creative Commons Attribution 4.0", "")
    assert shown["Links"][0].startswith("https://example.org/wms")
    assert "Resource type" not in shown
    assert "staff" in second.answer.text


def test_what_was_typed_stays_in_the_form(second):
    page = as_browser_sends(second.answer.text)
    sent = filled()
    assert page["title"] == sent["title"]
    assert page["links-0-url"] == sent["links-0-url"]
    assert page["version"] == "2"


def test_sending_it_again_is_a_decision_and_is_saved(second, layer):
    page = as_browser_sends(second.answer.text)
    answer = second.post(f"/layers/{layer.slug}/edit/", page)
    assert answer.status_code == 302, answer.context["editor"].problem_list
    layer.refresh_from_db()
    assert (layer.version, layer.title) == (3, "Rivers of Ghana")


def test_a_form_finds_its_layer_though_the_address_changed(sign_in, owner, staff, layer):
    sign_in(staff).post(f"/layers/{layer.slug}/edit/", least(title="Rivers", slug="streams"))
    answer = sign_in(owner).post(f"/layers/{layer.slug}/edit/", filled())
    assert answer.status_code == 409
    assert 'action="/layers/streams/edit/"' in answer.text


def test_a_third_save_in_between_asks_again(second, layer, staff, sign_in):
    page = as_browser_sends(second.answer.text)
    Layer.objects.get().save()
    assert second.post(f"/layers/{layer.slug}/edit/", page).status_code == 409


def test_a_save_in_the_same_moment_is_seen_by_the_lock(sign_in, owner, layer, monkeypatch):
    """The other save commits after this form was checked and before it is written."""
    edit = services.edit

    def late(*args):
        Layer.objects.filter(pk=layer.pk).update(abstract="Theirs.")
        return edit(*args)

    monkeypatch.setattr(services, "edit", late)
    answer = sign_in(owner).post(f"/layers/{layer.slug}/edit/", filled())
    assert answer.status_code == 409
    assert Layer.objects.get().abstract == "Theirs."


def test_the_same_text_twice_is_told_so(sign_in, owner, layer):
    client = sign_in(owner)
    page = as_browser_sends(client.get(f"/layers/{layer.slug}/edit/").text)
    Layer.objects.get().save()
    answer = client.post(f"/layers/{layer.slug}/edit/", page)
    assert answer.status_code == 409
    assert answer.context["differences"] == []
    assert "Both say the same" in answer.text


def test_a_layer_deleted_meanwhile_is_gone(sign_in, owner, layer):
    Layer.objects.all().delete()
    assert sign_in(owner).post(f"/layers/{layer.slug}/edit/", filled()).status_code == 404
