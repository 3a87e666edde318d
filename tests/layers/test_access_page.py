"""Who can see and edit a layer, and why, says what layers.access decides."""

import itertools

import pytest
from django.contrib.auth.models import AnonymousUser

from layers.access import labels_of_layer, labels_of_user, may_edit
from layers.access_explained import editors_of, readers_of
from layers.models import Layer

pytestmark = pytest.mark.django_db
CASES = list(
    itertools.product(
        ["draft", "published"], ["public", "registered", "group", "private"], [True, False]
    )
)


@pytest.mark.parametrize(("state", "visibility", "has_owner"), CASES)
def test_each_reason_is_a_label_and_each_label_has_a_reason(
    owner, group, state, visibility, has_owner
):
    layer = Layer.objects.create(
        title="Rivers", state=state, visibility=visibility, group=group,
        owner=owner if has_owner else None,
    )  # fmt: skip
    told = [party.label for party in readers_of(layer)]
    assert sorted(told) == sorted(labels_of_layer(state, visibility, group.pk, layer.owner_id))


def test_who_edits_is_who_may(layer, owner, colleague, stranger, staff):
    labels = {party.label for party in editors_of(layer)}
    for user in (owner, colleague, stranger, staff, AnonymousUser()):
        holds = bool(labels & set(labels_of_user(user)))
        assert holds == may_edit(user, layer)


def test_the_page_says_it_in_words(sign_in, owner, group, colleague, layer):
    layer.visibility, layer.group = "group", group
    layer.save()
    page = sign_in(owner).get(f"/layers/{layer.slug}/access/").text
    assert "The members of “Hydrology”" in page
    assert "colleague, owner" in page
    assert "The layer belongs to this person." in page
    assert "Everyone" not in page.split("<main")[1].split("</main")[0]


def test_of_a_draft_it_says_that_it_is_one(sign_in, owner):
    draft = Layer.objects.create(title="Rivers", state="draft", owner=owner)
    assert "It is a draft" in sign_in(owner).get(f"/layers/{draft.slug}/access/").text


def test_of_many_people_some_are_named(sign_in, owner, group, layer):
    from accounts.models import Membership, User

    people = User.objects.bulk_create([User(username=f"u{n:03}") for n in range(60)])
    Membership.objects.bulk_create([Membership(group=group, user=user) for user in people])
    layer.visibility, layer.group = "group", group
    layer.save()
    assert "and 11 more" in sign_in(owner).get(f"/layers/{layer.slug}/access/").text
