"""Every way out × every kind of reader, with titles that must not be seen."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.search.similar import SHOWN
from catalogue.views import NEWEST
from layers.models import Organisation, TopicCategory
from tests.catalogue.conftest import user
from tests.catalogue.factories import keyword, make_layer

pytestmark = pytest.mark.django_db

# Who may read which of the canaries; the owner has written all of them.
PUBLIC = {"Canary public"}
SIGNED_IN = PUBLIC | {"Canary registered"}
MEMBER = SIGNED_IN | {"Canary group"}
OWNED = MEMBER | {"Canary private", "Canary draft", "Canary group-less"}
EVERYTHING = OWNED | {"Canary of the editor"}
READERS = {
    "anonymous": PUBLIC,
    "stranger": SIGNED_IN,
    "member": MEMBER,
    "editor": SIGNED_IN | {"Canary of the editor"},
    "owner": OWNED,
    "staff": EVERYTHING,
}


@pytest.fixture
def editor(db):
    """Edits layers, one of which is a private one, but not those of the owner."""
    return user("editor")


@pytest.fixture
def canaries(owner, group, editor):
    """One of each visibility, each with a keyword and an organisation of its own."""
    options: dict[str, dict[str, Any]] = {
        "Canary public": {},
        "Canary registered": {"visibility": "registered"},
        "Canary group": {"visibility": "group", "group": group},
        "Canary private": {"visibility": "private"},
        "Canary draft": {"state": "draft"},
        "Canary group-less": {"visibility": "group"},
        "Canary of the editor": {"visibility": "private", "owner": editor},
    }
    layers = []
    for title, kinds in options.items():
        settings = {"owner": owner, "abstract": f"{title} abstract"} | kinds
        layer = make_layer(title, **settings)
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
    text = page.content.decode()
    assert not any(title in text for title in unseen(allowed))
    assert sum(title in text for title in allowed) == min(len(allowed), NEWEST)
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


EXPORTS = ("/search.csv", "/search.geojson", "/search.atom")


def text_of(answer):
    return b"".join(answer.streaming_content).decode()


def test_exports_and_feeds_hold_only_what_may_be_read(reader, source):
    client, allowed = reader
    for address in EXPORTS:
        assert_only(text_of(client.get(address)), allowed)
        assert_only(text_of(client.get(f"{address}?q=canary")), allowed)


def test_what_was_withdrawn_a_moment_ago_is_in_no_export(index, canaries, sign_in):
    index(*canaries)
    canaries[0].visibility = "private"
    canaries[0].save()
    for address in EXPORTS:
        assert "Canary" not in text_of(sign_in(None).get(address)).replace("Canary+", "")


def test_suggestions_are_made_of_what_may_be_read(reader, index, canaries):
    index(*canaries)
    client, allowed = reader
    content = client.get("/api/suggest?q=can").json()
    assert {layer["title"] for layer in content["layers"]} <= allowed
    assert len(content["layers"]) == min(len(allowed), 5)
    for group in ("keywords", "organisations"):
        text = str(content[group])
        assert not any(title in text for title in unseen(allowed))
        assert len(content[group]) == min(len(allowed), 5)
    assert not any(
        t in client.get("/opensearch/suggestions?q=can").content.decode() for t in unseen(allowed)
    )


def test_suggestions_from_the_database_too(reader, without_solr, canaries):
    client, allowed = reader
    content = client.get("/api/suggest?q=canary").json()
    assert {layer["title"] for layer in content["layers"]} <= allowed


def test_density_and_years_count_only_what_may_be_read(reader, index, canaries):
    index(*canaries)
    client, allowed = reader
    assert client.get("/api/overview").json()["total"] == len(allowed)


def test_values_of_a_facet_are_those_of_what_may_be_read(reader, source):
    client, allowed = reader
    for address in ("/search/values/keyword", "/search/values/organisation?containing=anary"):
        text = client.get(address).content.decode()
        assert not any(title in text for title in unseen(allowed))
        assert all(title in text for title in allowed)


def test_values_within_a_facet_are_searched_in_the_database_too(reader, source):
    client, allowed = reader
    text = client.get("/search/values/keyword?containing=registered").content.decode()
    assert ("Canary registered keyword" in text) is ("Canary registered" in allowed)
    assert "Canary public keyword" not in text


def test_a_keyword_that_was_withdrawn_a_moment_ago_is_not_suggested(index, canaries, sign_in):
    index(*canaries)
    for layer in canaries:
        layer.visibility = "private"
        layer.save()
    content = sign_in(None).get("/api/suggest?q=can").json()
    assert (content["layers"], content["keywords"], content["organisations"]) == ([], [], [])


def test_more_like_this_shows_only_what_may_be_read(reader, index, canaries):
    index(*canaries)
    client, allowed = reader
    page = client.get(f"/layers/{canaries[0].slug}/").content.decode()
    assert not any(title in page for title in unseen(allowed))
    assert sum(title in page for title in allowed) == min(len(allowed), SHOWN + 1)


def test_recently_viewed_layers_vanish_with_the_right_to_see_them(canaries, index, sign_in, member):
    index()
    client = sign_in(member)
    group_layer = canaries[2]
    assert client.get(f"/layers/{group_layer.slug}/").status_code == 200
    assert "Canary group" in client.get("/").content.decode()
    member.memberships.all().delete()
    assert "Canary group" not in client.get("/").content.decode()


def test_the_sitemap_is_for_everyone(reader, canaries):
    client, _allowed = reader
    text = client.get("/sitemap-all.xml").content.decode()
    assert f"/layers/{canaries[0].slug}/" in text
    assert text.count("<url>") == 1
    assert "/sitemap-all.xml" in client.get("/sitemap.xml").content.decode()


def test_an_empty_result_explains_itself_without_telling_of_others(reader, index, canaries):
    index(*canaries)
    client, allowed = reader
    page = client.get("/search?q=group-less+nosuchword&topic=health").content.decode()
    seen = "Canary group-less" in allowed
    assert ("group-less</a>: 1 layer" in page) is seen
    assert ("less: 0 layers" in page or "group-less</span>: 0 layers" in page) is not seen


def test_a_better_word_is_never_one_of_a_hidden_layer(index, sign_in, owner):
    index(make_layer("Zanzibarium", owner=owner, visibility="private"), make_layer("Rivers"))
    assert sign_in(None).get("/api/search?q=zanzibarum").json()["suggestion"] is None
    assert sign_in(owner).get("/api/search?q=zanzibarum").json()["suggestion"] == "zanzibarium"


def test_hidden_words_change_nothing_of_what_is_found_and_offered(index, sign_in, owner):
    """Neither the word that is asked for, nor words more like it, need be unknown to the index."""
    visible = make_layer("Zanzibar reefs")
    question = "/api/search?q=zanzibat+reefs&facets=0"
    index(visible)
    before = sign_in(None).get(question).json()
    hidden = [
        make_layer(title, owner=owner, visibility="private")
        for title in ("Zanzibat", "Zanzibas", "Zanzibatt", "Zanzibaat", "Zanzibad")
    ]
    index(visible, *hidden)
    after = sign_in(None).get(question).json()
    for name in ("total", "suggestion"):
        assert after[name] == before[name]
    assert before["suggestion"] == "zanzibar reefs"
    assert [layer["title"] for layer in after["results"]] == ["Zanzibar reefs"]


def test_saved_searches_are_their_owners(sign_in, member, stranger):
    client = sign_in(member)
    client.post("/my/searches/", {"name": "Mine", "query": "?q=water&topic=oceans&evil=1"})
    page = client.get("/my/searches/")
    [saved] = page.context["searches"]
    assert saved.query == "q=water&topic=oceans"
    assert "Mine" not in sign_in(stranger).get("/my/searches/").content.decode()
    assert sign_in(stranger).post(f"/my/searches/{saved.pk}/delete/").status_code == 404
    assert sign_in(None).get("/my/searches/").status_code == 302
    assert client.post(f"/my/searches/{saved.pk}/delete/").status_code == 302
    assert "Mine" not in client.get("/my/searches/").content.decode().partition("</h1>")[2]
