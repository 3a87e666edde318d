"""Who may read and edit what: the same answer from the labels, the table and the pages."""

import pytest
from django.contrib.auth.models import AnonymousUser

from layers.access import labels_of_layer, labels_of_user, may_edit
from layers.models import Layer

ALL = {"nobody", "stranger", "colleague", "owner", "staff"}
MATRIX = [
    ("published", "public", ALL),
    ("published", "registered", ALL - {"nobody"}),
    ("published", "group", {"colleague", "owner", "staff"}),
    ("published", "private", {"owner", "staff"}),
    ("draft", "public", {"owner", "staff"}),
    ("draft", "registered", {"owner", "staff"}),
    ("draft", "group", {"owner", "staff"}),
    ("draft", "private", {"owner", "staff"}),
]


@pytest.fixture
def cast(owner, colleague, stranger, staff):
    return {
        "nobody": AnonymousUser(),
        "stranger": stranger,
        "colleague": colleague,
        "owner": owner,
        "staff": staff,
    }


@pytest.fixture(params=MATRIX, ids=lambda row: f"{row[0]} {row[1]}")
def case(request, owner, group):
    state, visibility, readers = request.param
    layer = Layer.objects.create(
        title="Canary", owner=owner, group=group, state=state, visibility=visibility
    )
    return layer, readers


def test_the_table_shows_a_layer_to_its_readers_alone(cast, case):
    _layer, readers = case
    seen = {name for name, user in cast.items() if Layer.objects.readable_by(user).exists()}
    assert seen == readers


def test_labels_say_the_same(cast, case):
    layer, readers = case
    labels = set(labels_of_layer(layer.state, layer.visibility, layer.group_id, layer.owner_id))
    assert {name for name, user in cast.items() if labels & set(labels_of_user(user))} == readers


def test_the_api_says_the_same(cast, case, call):
    layer, readers = case
    for name, user in cast.items():
        answer = call(user if user.is_authenticated else None, "get", f"/api/layers/{layer.pk}")
        assert answer.status_code == (200 if name in readers else 404), name
        assert ("Canary" in answer.text) == (name in readers)


def test_the_edit_page_is_for_owner_and_staff(cast, case, sign_in):
    """Readers get 403; who may not read learns nothing, and anonymous people go to sign in."""
    layer, readers = case
    for name, user in cast.items():
        expected = 200 if name in {"owner", "staff"} else 403 if name in readers else 404
        for page in ("edit", "delete"):
            answer = sign_in(user if user.is_authenticated else None).get(
                f"/layers/{layer.slug}/{page}/"
            )
            assert answer.status_code == (302 if name == "nobody" else expected), (name, page)


def test_writing_by_the_api_is_for_owner_and_staff(cast, case, call):
    layer, readers = case
    for name, user in cast.items():
        expected = 403 if name in readers else 404
        if name in {"owner", "staff"}:
            expected = 200
        if name == "nobody":
            expected = 401
        layer.refresh_from_db()
        answer = call(
            user if user.is_authenticated else None,
            "patch",
            f"/api/layers/{layer.pk}",
            {"purpose": name},
            **{"If-Match": f'"{layer.version}"'},
        )
        assert answer.status_code == expected, name


def test_only_owner_and_staff_may_edit(cast, case):
    layer, _readers = case
    assert {name for name, user in cast.items() if may_edit(user, layer)} == {"owner", "staff"}


def test_a_membership_counts_at_once(group, stranger, owner):
    Layer.objects.create(title="x", owner=owner, group=group, visibility="group")
    assert not Layer.objects.readable_by(stranger).exists()
    group.members.add(stranger)
    assert Layer.objects.readable_by(stranger).exists()


def test_a_layer_of_nobody_is_not_shown_to_anonymous_callers_as_theirs():
    assert labels_of_layer("draft", "private", None, None) == ["staff"]
