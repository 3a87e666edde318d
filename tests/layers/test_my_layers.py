"""The page of one's own layers."""

import pytest

from layers.models import Layer

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(owner, stranger):
    Layer.objects.create(title="A draft", state="draft", owner=owner)
    Layer.objects.create(title="A published one", owner=owner)
    Layer.objects.create(title="Of another", owner=stranger)


def titles(page: str) -> list[str]:
    return [part.split("<")[0] for part in page.split('dir="auto">') if part[:2] in ("A ", "Of")]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("", ["A published one", "A draft"]),
        ("?list=drafts", ["A draft"]),
        ("?list=incomplete", ["A published one", "A draft"]),
        ("?list=nonsense&page=x", ["A published one", "A draft"]),
        ("?page=99", ["A published one", "A draft"]),
    ],
)
def test_it_lists_what_is_ones_own(sign_in, owner, mine, chosen, expected):
    assert titles(sign_in(owner).get(f"/my/{chosen}").text) == expected


def test_it_says_what_to_add_next_and_where(sign_in, owner, mine):
    page = sign_in(owner).get("/my/").text
    assert "/layers/a-draft/edit/#id_abstract" in page
    assert "Describe it in fifty characters or more." in page


def test_the_way_to_the_search_is_shown_by_the_badge(sign_in, owner, mine):
    layer = Layer.objects.get(title="A draft")
    assert f'data-sync-badge="/api/layers/{layer.pk}/sync"' in sign_in(owner).get("/my/").text


def test_nothing_yet_is_said(sign_in, stranger):
    assert "You have described no layer yet." in sign_in(stranger).get("/my/").text


def test_a_page_costs_a_bounded_number_of_queries(sign_in, owner, django_assert_max_num_queries):
    Layer.objects.bulk_create([Layer(title=f"L{n}", slug=f"l{n}", owner=owner) for n in range(60)])
    client = sign_in(owner)
    with django_assert_max_num_queries(7):
        page = client.get("/my/?page=2")
    assert page.text.count("data-sync-badge") == 25
