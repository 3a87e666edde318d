"""Repeated parts are added, removed and ordered without JavaScript too."""

import pytest

from layers.forms.parts import MORE_ROWS, MOST_ROWS
from layers.models import Layer
from tests.layers.test_editor import as_browser_sends, filled, least

pytestmark = pytest.mark.django_db


def places(**positions) -> dict:
    names = {f"attributes-{n}-name": name for n, name in enumerate("abcd")}
    orders = {f"attributes-{n}-ORDER": positions.get(name, n + 1) for n, name in enumerate("abcd")}
    return dict(filled(title="Rivers")) | names | orders | {"attributes-TOTAL_FORMS": 4}


@pytest.mark.parametrize(
    ("positions", "expected"),
    [
        ({}, "abcd"),
        ({"d": 1}, "dabc"),  # without JavaScript: one number, the others stay as they are
        ({"a": 3}, "bcad"),
        ({"a": 4, "b": 3, "c": 2, "d": 1}, "dcba"),  # the page with JavaScript numbers all rows
        ({"a": 2, "b": 4, "c": 1, "d": 3}, "cadb"),
        ({"b": ""}, "acdb"),
    ],
)
def test_rows_are_kept_in_the_order_of_their_positions(sign_in, owner, positions, expected):
    assert sign_in(owner).post("/layers/new/", places(**positions)).status_code == 302
    assert "".join(Layer.objects.get().attributes.values_list("name", flat=True)) == expected


def test_a_blank_row_with_a_position_is_no_part(sign_in, owner):
    sent = least(title="Rivers") | {
        "links-TOTAL_FORMS": 1,
        "links-0-ORDER": 1,
        "links-0-protocol": "WWW:LINK",
    }
    assert sign_in(owner).post("/layers/new/", sent).status_code == 302
    assert not Layer.objects.get().distributions.exists()


def test_the_server_adds_blank_rows_and_saves_nothing(sign_in, owner):
    sent = filled(title="", more="links")
    page = sign_in(owner).post("/layers/new/", sent)
    assert page.status_code == 200
    assert "to be put right" not in page.text
    assert not Layer.objects.exists()
    form = as_browser_sends(page.text)
    assert int(form["links-TOTAL_FORMS"]) == int(sent["links-TOTAL_FORMS"]) + MORE_ROWS
    assert form["links-0-url"] == "https://example.org/wms"
    assert form["abstract"].splitlines() == ["First line.", "Second line."]
    assert int(form["attributes-TOTAL_FORMS"]) == int(sent["attributes-TOTAL_FORMS"]) + 1


def test_rows_that_were_added_and_left_blank_are_no_parts(sign_in, owner):
    client = sign_in(owner)
    for name in ("attributes", "contacts", "links", "dates", "temporal"):
        page = client.post("/layers/new/", least(title="Rivers", more=name))
    for _twice in range(2):  # blank rows that were sent are offered again
        form = as_browser_sends(page.text)
        page = client.post("/layers/new/", form | {"more": "attributes"})
    assert client.post("/layers/new/", as_browser_sends(page.text)).status_code == 302
    assert not Layer.objects.get().attributes.exists()


def test_a_part_takes_no_more_rows_than_it_may_have(sign_in, owner):
    names = {f"attributes-{n}-name": f"column_{n}" for n in range(MOST_ROWS)}
    sent = least(title="Wide") | names | {"attributes-TOTAL_FORMS": MOST_ROWS}
    client = sign_in(owner)
    assert client.post("/layers/new/", sent).status_code == 302
    form = as_browser_sends(client.get("/layers/wide/edit/").text)
    assert form["attributes-TOTAL_FORMS"] == str(MOST_ROWS)
    assert client.post("/layers/wide/edit/", form).status_code == 302


def test_rows_of_a_part_that_there_is_not_are_not_added(sign_in, owner, layer):
    page = sign_in(owner).post(f"/layers/{layer.slug}/edit/", least(title="x", more="nonsense"))
    assert page.status_code == 200
    layer.refresh_from_db()
    assert layer.title == "Rivers of Ghana"


def test_the_positions_of_what_is_saved_stand_in_the_page(sign_in, owner):
    client = sign_in(owner)
    client.post("/layers/new/", places())
    form = as_browser_sends(client.get("/layers/rivers/edit/").text)
    assert [form[f"attributes-{n}-ORDER"] for n in range(4)] == ["1", "2", "3", "4"]


def test_four_hundred_attributes_can_be_sent(sign_in, owner):
    names = {f"attributes-{n}-name": f"column_{n}" for n in range(400)}
    others = {
        f"attributes-{n}-{field}": ""
        for n in range(400)
        for field in ("label", "data_type", "unit", "description", "ORDER")
    }
    sent = least(title="Wide") | names | others | {"attributes-TOTAL_FORMS": 400}
    assert sign_in(owner).post("/layers/new/", sent).status_code == 302
    assert Layer.objects.get().attributes.count() == 400
