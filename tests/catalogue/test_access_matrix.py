"""Every way out × every kind of reader, with titles that must not be seen."""

from __future__ import annotations

from typing import Any

import pytest

from layers.models import Organisation, TopicCategory
from tests.catalogue.factories import keyword, make_layer

pytestmark = pytest.mark.django_db

# Who may read which of the canaries; the owner has written all of them.
PUBLIC = {"Canary public"}
SIGNED_IN = PUBLIC | {"Canary registered"}
MEMBER = SIGNED_IN | {"Canary group"}
EVERYTHING = MEMBER | {"Canary private", "Canary draft", "Canary group-less"}
READERS = {
    "anonymous": PUBLIC,
    "stranger": SIGNED_IN,
    "member": MEMBER,
    "owner": EVERYTHING,
    "staff": EVERYTHING,
}


@pytest.fixture
def canaries(owner, group):
    """One of each visibility, each with a keyword and an organisation of its own."""
    options: dict[str, dict[str, Any]] = {
        "Canary public": {},
        "Canary registered": {"visibility": "registered"},
        "Canary group": {"visibility": "group", "group": group},
        "Canary private": {"visibility": "private"},
        "Canary draft": {"state": "draft"},
        "Canary group-less": {"visibility": "group"},
    }
    layers = []
    for title, kinds in options.items():
        layer = make_layer(title, owner=owner, abstract=f"{title} abstract", **kinds)
        layer.keywords.set([keyword(f"{title} keyword")])
        layer.organisation = Organisation.objects.create(name=f"{title} organisation")
        layer.topic_categories.set(TopicCategory.objects.filter(pk="oceans"))
        layer.save()
        layers.append(layer)
    return layers


@pytest.fixture(params=["solr", "database"])
def source(request, canaries):
    if request.param == "solr":
        request.getfixturevalue("index")(*canaries)
    else:
        request.getfixturevalue("without_solr")
    return request.param


@pytest.fixture(params=READERS)
def reader(request, sign_in):
    name = request.param
    user = None if name == "anonymous" else request.getfixturevalue(name)
    return sign_in(user), READERS[name]


def unseen(allowed):
    return EVERYTHING - allowed


def assert_only(text, allowed):
    assert all(title in text for title in allowed)
    assert not any(title in text for title in unseen(allowed))


def test_the_api_finds_and_counts_only_what_may_be_read(reader, source):
    client, allowed = reader
    for address in ("/api/search", "/api/search?q=canary", "/api/search?topic=oceans"):
        answer = client.get(address)
        content = answer.json()
        assert content["source"] == source
        assert content["total"] == len(allowed)
        assert {layer["title"] for layer in content["results"]} == allowed
        assert_only(answer.content.decode(), allowed)
        assert sum(value["count"] for value in content["facets"]["keyword"]) == len(allowed)
        assert [v["count"] for v in content["facets"]["topic"]] == [len(allowed)]


def test_a_filter_by_a_hidden_value_tells_nothing(reader, source):
    client, allowed = reader
    for title in unseen(allowed):
        content = client.get("/api/search", {"keyword": f"{title} keyword"}).json()
        assert content["total"] == 0
        assert content["results"] == []


def test_the_search_page_shows_only_what_may_be_read(reader, source):
    client, allowed = reader
    for address in ("/search", "/search?q=canary", "/search?sort=title"):
        assert_only(
            client.get(address).content.decode().replace("<mark>", "").replace("</mark>", ""),
            allowed,
        )


def test_the_home_page_shows_and_counts_only_what_may_be_read(reader, source):
    client, allowed = reader
    page = client.get("/")
    assert_only(page.content.decode(), allowed)
    assert page.context["found"].total == len(allowed)
    assert [topic.count for topic in page.context["found"].facets["topic"]] == [len(allowed)]


def test_layer_pages_are_there_only_for_those_who_may_read_them(reader, canaries):
    client, allowed = reader
    for layer in canaries:
        status = client.get(f"/layers/{layer.slug}/").status_code
        assert status == (200 if layer.title in allowed else 404)


def test_old_addresses_lead_on_only_those_who_may_read_it(reader, canaries):
    client, allowed = reader
    for layer in canaries:
        old, layer.slug = layer.slug, f"{layer.slug}-moved"
        layer.save()
        answer = client.get(f"/layers/{old}/")
        if layer.title in allowed:
            assert (answer.status_code, answer["Location"]) == (301, f"/layers/{layer.slug}/")
        else:
            assert answer.status_code == 404


def test_who_leaves_a_group_loses_its_layers_at_once(index, canaries, member, sign_in):
    index(*canaries)
    client = sign_in(member)
    assert client.get("/api/search?q=group").json()["total"] == 1
    member.memberships.all().delete()
    assert client.get("/api/search?q=group").json()["total"] == 0
