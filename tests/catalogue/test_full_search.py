"""Overlap, better words, suggestions, density, years, cursors, exports: against a real Solr."""

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from catalogue.search import paging, solr
from catalogue.search.asking import search
from catalogue.search.density import overview
from catalogue.search.reading import parse
from tests.catalogue.factories import make_full_layer, make_layer

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def found(text):
    query, errors = parse(QueryDict(text))
    assert errors == {}
    answer = search(query, AnonymousUser())
    assert answer.source == "solr"
    return answer


def titles(text):
    return [hit.layer.title for hit in found(text).hits]


def body(answer):
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


CITY = [13.1, 52.3, 13.8, 52.7]


@pytest.fixture
def globe(index):
    index(
        make_layer("World roads", bbox=[-180, -90, 180, 90]),
        make_layer("Country roads", bbox=[5.9, 47.3, 15.0, 55.1]),
        make_layer("City roads", bbox=CITY),
        make_layer("Corner roads", bbox=[13.7, 52.6, 15, 54]),
        make_layer("Post of roads", bbox=[13.4, 52.5, 13.4, 52.5]),
        make_layer("Roads of nowhere"),
    )


def test_a_layer_of_the_city_comes_before_one_of_the_world(globe):
    for words in ("", "q=roads&"):
        order = titles(f"{words}bbox=13.1,52.3,13.8,52.7")
        assert order[0] == "City roads"
        assert order.index("Country roads") < order.index("World roads") or order[-1] in {
            "World roads",
            "Corner roads",
        }
        assert order[-1] != "City roads"
        assert "Roads of nowhere" not in order
    assert titles("bbox=13.1,52.3,13.8,52.7")[-1] in {"World roads", "Corner roads"}


@pytest.mark.parametrize("source", ["solr", "database"])
@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("none", {"Roads of nowhere"}),
        ("point", {"Post of roads"}),
        ("world", {"World roads"}),
        ("area", {"Country roads", "City roads", "Corner roads"}),
        ("nonsense", set()),
    ],
)
def test_kinds_of_places_are_a_facet(globe, request, source, value, wanted):
    if source == "database":
        request.getfixturevalue("without_solr")
    query, _ = parse(QueryDict(f"location={value}"))
    answer = search(query, AnonymousUser())
    assert answer.source == source
    assert {hit.layer.title for hit in answer.hits} == wanted


@pytest.mark.parametrize("source", ["solr", "database"])
def test_a_country_is_found_by_its_continent(index, request, source):
    index(make_layer("Roads", regions=["GHA"]), make_layer("Rails", regions=["DEU"]))
    if source == "database":
        request.getfixturevalue("without_solr")
    query, _ = parse(QueryDict("region=AF"))
    assert [hit.layer.title for hit in search(query, AnonymousUser()).hits] == ["Roads"]


def test_a_misspelt_word_finds_what_was_meant_and_offers_it(index):
    index(make_layer("Rivers of Ghana"), make_layer("Soils"))
    answer = found("q=rivrs ghana")
    assert [hit.layer.title for hit in answer.hits] == ["Rivers of Ghana"]
    assert answer.suggestion == "rivers ghana"
    assert found("q=rivers ghana").suggestion == ""
    assert found("q=rivrs ghana&topic=health").suggestion == ""
    assert found("q=qqqqxxzz").suggestion == ""


def test_the_time_of_solr_is_that_of_all_its_questions(index, monkeypatch):
    """Of a misspelt one: it, words like it, which of these there are, and it with these."""
    index(make_layer("Rivers of Ghana"))
    send = solr.send

    def slow(parameters):
        raw = send(parameters)
        raw["responseHeader"]["QTime"] = 100
        return raw

    monkeypatch.setattr(solr, "send", slow)
    assert found("q=rivers ghana").solr_ms == 100
    assert found("q=rivrs ghana").solr_ms == 400


@pytest.fixture
def africa(index):
    index(
        make_layer("Roads ghana style", bbox=[100, 0, 110, 10]),
        make_layer("Ghana: roads", bbox=[-3, 5, 1, 11]),
        make_layer("Accra roads", bbox=[-0.3, 5.5, -0.1, 5.7]),
        make_layer("Census of Ghana and its roads"),
        make_layer("Roads of Peru", bbox=[-81, -18, -69, 0]),
        make_layer("Soils", bbox=[-3, 5, 1, 11]),
    )


@pytest.mark.parametrize("source", ["solr", "database"])
@pytest.mark.parametrize("name", ["ghana", "GHANA", "Gana", "Гана", "غانا", "加纳"])
def test_a_place_among_the_words_sets_the_box(africa, request, source, name):
    """What lies in the box is found without its name, and nothing that names it is lost."""
    if source == "database":
        request.getfixturevalue("without_solr")
    query, _ = parse(QueryDict(f"q=roads {name}"))
    answer = search(query, AnonymousUser())
    assert answer.source == source
    assert answer.place is not None
    assert answer.place.place.code == "GHA"
    found_titles = {hit.layer.title for hit in answer.hits}
    assert found_titles >= {"Ghana: roads", "Accra roads"}
    assert not found_titles & {"Roads of Peru", "Soils"}
    if name.lower() == "ghana":
        assert found_titles >= {"Roads ghana style", "Census of Ghana and its roads"}


def test_what_lies_in_the_place_and_names_it_comes_first(africa, client):
    assert titles("q=roads ghana")[0] == "Ghana: roads"
    assert titles("q=ghana roads")[0] == "Ghana: roads"
    assert titles("q=ghana")[0] == "Ghana: roads"
    assert set(titles("q=ghana")) >= {"Accra roads", "Soils"}
    assert client.get("/api/search?q=roads+ghana").json()["place"]["code"] == "GHA"


@pytest.mark.parametrize(
    "words",
    [
        'roads "ghana"', "roads -ghana", "roads OR ghana", "roads gahna", "roads island",
        "a b c d e f g h ghana", "roads ghana&bbox=0,0,1,1",
    ],
)  # fmt: skip
def test_a_name_that_is_meant_as_a_word_sets_no_box(client_of_solr, words):
    assert found(f"q={words}").place is None


def test_the_page_shows_the_place_and_how_to_leave_it(africa, client):
    page = client.get("/search?q=roads+ghana")
    text = page.content.decode()
    assert 'data-bbox="-3.2634,4.737,1.1862,11.1637"' in text
    assert "q=roads&amp;bbox=" in text
    [chip] = page.context["page"].chips
    assert (chip.name, chip.label) == ("Place", "Ghana")
    again = client.get(f"/search{chip.url}").context["found"]
    assert {hit.layer.title for hit in again.hits} == {
        "Roads ghana style", "Ghana: roads", "Census of Ghana and its roads",
    }  # fmt: skip


def test_suggestions_know_beginnings_in_any_case_and_without_accents(index, client):
    index(
        make_full_layer(
            title="Forêts de Bretagne",
            keywords=["Sylviculture", "Eau douce"],
            organisation="École des eaux",
        )
    )
    for typed in ("foret", "FORÊ", "bret", "forets bre"):
        assert [x["title"] for x in client.get("/api/suggest", {"q": typed}).json()["layers"]] == [
            "Forêts de Bretagne"
        ], typed
    assert client.get("/api/suggest?q=douc").json()["keywords"] == [
        {"value": "Eau douce", "count": 1}
    ]
    assert (
        client.get("/api/suggest?q=ecole").json()["organisations"][0]["value"] == "École des eaux"
    )
    assert client.get("/api/suggest?q=f").json()["layers"] == []
    assert client.get("/api/suggest?q=%00{!func}1 ${x} *:*").status_code == 200
    assert client.get("/api/suggest?x=1").status_code == 422


@pytest.mark.parametrize("typed", ["germ", "Deutschl", "allemag", "Герман", "ألمان"])
def test_places_are_suggested_in_every_language(client, client_of_solr, typed):
    places = client.get("/api/suggest", {"q": typed}).json()["places"]
    assert "DEU" in [place["code"] for place in places]
    assert all(len(place["bbox"]) == 4 for place in places)


def test_density_and_years_of_all_hits(index):
    index(
        make_layer("A", bbox=[11, 51, 12, 52], times=[("1850", "1900")]),
        make_layer("B", bbox=[11, 51, 12, 52], times=[("1890", "")]),
        make_layer("C", bbox=[-60, -20, -58, -18], times=[("", "1860")]),
        make_layer("D"),
    )
    query, _ = parse(QueryDict("time=1855/1855&page_size=1"))
    seen = overview(query, ["public"], None)
    assert (seen.total, seen.size) == (2, 5)
    assert {(c.west, c.south): c.count for c in seen.cells} == {(10, 50): 1, (-60, -20): 1}
    assert seen.timeline.known == 3
    by_year = {year: c.count for c in seen.timeline.columns for year in range(c.start, c.end + 1)}
    assert (by_year[1850], by_year[1855], by_year[1870], by_year[1895]) == (2, 2, 1, 2)


@pytest.mark.parametrize("ranked", [3, 8, 200])
def test_a_cursor_reaches_every_layer_once(index, client, monkeypatch, ranked):
    """Through the ranked ones, and behind them."""
    monkeypatch.setattr(paging, "RANKED", ranked)
    index(*(make_layer(f"Map {n}", bbox=[n, 0, n + 1, 1]) for n in range(11)))
    for question in ("q=map", "sort=title", "bbox=0,0,5,5", "q=map&bbox=0,0,9,9"):
        cursor, seen = "*", []
        while cursor:
            answer = client.get(f"/api/search?{question}&page_size=4&cursor={cursor}")
            assert answer.status_code == 200, answer.content
            content = answer.json()
            seen += [layer["id"] for layer in content["results"]]
            cursor = content["next_cursor"]
        assert len(seen) == len(set(seen)) == content["total"]


@pytest.mark.parametrize("ranked", [3, 8, 200])
def test_pages_hold_every_layer_once(index, monkeypatch, ranked):
    monkeypatch.setattr(paging, "RANKED", ranked)
    index(*(make_layer(f"Map {n}", abstract="map " * n) for n in range(11)))
    pages = [found(f"q=map&page_size=4&page={number}") for number in (1, 2, 3)]
    seen = [hit.layer.title for page in pages for hit in page.hits]
    assert sorted(seen) == sorted({f"Map {n}" for n in range(11)})


def test_the_best_are_ranked_by_the_single_fields(index, monkeypatch):
    """Behind them the order is that of the field that finds."""
    monkeypatch.setattr(paging, "RANKED", 2)
    weak = [make_layer(f"Plan {n}", lineage="quokka", slug=f"weak-{n}") for n in range(3)]
    index(*weak, make_layer("Quokka", slug="strong", abstract="a long text " * 50))
    hits = found("q=quokka").hits
    assert hits[0].layer.slug == "strong"
    assert len(hits) == 4


def test_a_cursor_of_another_question_or_of_nobody_is_refused(index, client):
    index(*(make_layer(f"Map {n}") for n in range(3)))
    cursor = client.get("/api/search?q=map&page_size=1").json()["next_cursor"]
    assert client.get(f"/api/search?q=map&page_size=1&cursor={cursor}").status_code == 200
    for bad in (
        f"q=other&cursor={cursor}",
        "cursor=abc",
        "cursor=é",
        f"q=map&page=2&cursor={cursor}",
    ):
        answer = client.get(f"/api/search?{bad}")
        assert list(answer.json()["errors"]) == ["cursor"], bad
    assert "map" not in cursor


def test_exports_hold_all_hits(index, client, monkeypatch):
    monkeypatch.setattr("catalogue.search.every.BATCH", 3)
    index(*(make_layer(f"Map {n}", bbox=[170, 0, -170, 1]) for n in range(8)))
    rows = list(csv.DictReader(io.StringIO(body(client.get("/search.csv?q=map")).lstrip("\ufeff"))))
    assert {row["title"] for row in rows} == {f"Map {n}" for n in range(8)}
    assert rows[0]["west"] == "170.0"
    features = json.loads(body(client.get("/search.geojson")))["features"]
    assert len(features) == 8
    assert features[0]["geometry"]["type"] == "MultiPolygon"
    feed = ET.fromstring(body(client.get("/search.atom?q=map")))
    assert len(feed.findall(f"{ATOM}entry")) == 8
    assert client.get("/search.csv?nosuch=1").status_code == 422


def test_formulas_are_disarmed(index, client):
    titles = ["=1+1", "+2", "-3", "@x", "\t=4", " =5", "plain"]
    index(*(make_layer(title, abstract="=CMD()", slug=f"l{n}") for n, title in enumerate(titles)))
    rows = list(csv.DictReader(io.StringIO(body(client.get("/search.csv")).lstrip("\ufeff"))))
    assert len(rows) == len(titles)
    for row in rows:
        assert row["abstract"] == "'=CMD()"
        assert row["title"].startswith("'") or row["title"] == "plain"


def test_exports_from_the_database_while_solr_is_away(without_solr, client):
    make_layer("Map")
    assert "Map" in body(client.get("/search.csv"))


def test_a_feed_of_hostile_texts_is_well_formed(index, client):
    index(make_layer('<b>&"x"</b> ]]> 🗺', abstract="a\x0bb", keywords=['<k a="1">']))
    assert ET.fromstring(body(client.get("/search.atom"))) is not None
    assert ET.fromstring(client.get("/opensearch.xml").content) is not None


def test_nothing_found_says_what_would_be(index, client):
    index(make_layer("Rivers", bbox=[10, 10, 11, 11], topics=["oceans"]))
    page = client.get("/search?q=rivers&bbox=12,10,13,11&topic=oceans")
    why = page.context["why"]
    assert [(name, count) for name, count, _url in why.without] == [("the box", 1)]
    assert why.wider[0] == 1
    assert client.get(f"/search{why.wider[1]}").context["found"].total == 1
    page = client.get("/search?q=rivers+volcano")
    assert [(w, c) for w, c, _ in page.context["why"].words] == [("rivers", 1), ("volcano", 0)]


def test_values_within_a_facet_are_searched(index, client):
    index(*(make_layer(f"M{n}", keywords=[f"Wort {n}", "Gewässer"]) for n in range(12)))
    page = client.get("/search/values/keyword?containing=gewas&q=m1")
    assert [value.label for value in page.context["page"].values] == ["Gewässer"]
    assert client.get("/search/values/nosuch").status_code == 404


def test_time_may_be_given_by_two_fields(index, client):
    index(make_layer("Old", times=[("1850", "1860")]), make_layer("New", times=[("2000", "2001")]))
    assert client.get("/search?from=1840&until=1870").context["found"].total == 1
    assert client.get("/search?from=&until=").context["found"].total == 2
    assert client.get("/search?from=1990&until=").context["found"].total == 1


def test_a_page_takes_five_questions_to_the_database_at_most(
    index, member, django_assert_max_num_queries, client
):
    index(*(make_full_layer(slug=f"layer-{n}") for n in range(30)))
    client.force_login(member)
    client.get("/search")
    for size in (5, 30):
        with django_assert_max_num_queries(5):
            client.get(f"/search?page_size={size}")


def test_solr_is_never_asked_a_question_that_hurts(client, client_of_solr, monkeypatch):
    seen = []
    send = solr.send

    def watched(parameters):
        seen.append(len(str(parameters)))
        return send(parameters)

    monkeypatch.setattr(solr, "send", watched)
    client.get("/search", {"q": " ".join(f"w{n}" for n in range(190))})
    client.get("/api/suggest", {"q": "a* b~ " * 5000})
    client.get("/search/values/keyword", {"containing": "x" * 100_000})
    assert client.get("/api/search", {"q": "w " * 250_000}).status_code == 422
    assert max(seen) < 20_000
