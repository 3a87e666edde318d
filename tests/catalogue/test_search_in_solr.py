"""Questions to a real Solr."""

import random

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from catalogue.search.asking import search
from catalogue.search.reading import parse
from layers.models import Layer
from tests.catalogue.factories import make_full_layer, make_layer

pytestmark = pytest.mark.django_db


def found(text, user=None):
    query, errors = parse(QueryDict(text))
    assert errors == {}
    answer = search(query, user or AnonymousUser())
    assert answer.source == "solr"
    return answer


def titles(text, user=None):
    return {hit.layer.title for hit in found(text, user).hits}


@pytest.fixture
def library(index):
    """Some layers that words tell apart."""
    index(
        make_layer("Rivers of Ghana", abstract="Streams of the north", keywords=["Hydrography"]),
        make_layer("Soil map", abstract="Land cover of Kenya and its soils"),
        make_layer("Kenya land use", keywords=["Land cover"]),
        make_layer("Carte des rivières", metadata_language_id="fra"),
        make_layer("Wälder und Wiesen", metadata_language_id="deu"),
        make_layer("Карта рек", metadata_language_id="rus"),
        make_layer("خريطة الأنهار", metadata_language_id="ara"),
        make_layer("北京 水道 地図", metadata_language_id="jpn"),
    )


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("river", {"Rivers of Ghana"}),
        ("GHANA", {"Rivers of Ghana"}),
        ("kenya land cover", {"Soil map", "Kenya land use"}),
        ('"land cover"', {"Soil map", "Kenya land use"}),
        ('"cover land"', set()),
        ('"land cover" soils', {"Soil map"}),
        ('kenya -"land use"', {"Soil map"}),
        ('"river" ghana', {"Rivers of Ghana"}),
        ("kenya -soil", {"Kenya land use"}),
        ("kenya -soils", {"Kenya land use"}),
        ("ghana OR soil", {"Rivers of Ghana", "Soil map"}),
        ("(ghana OR soil) -x", {"Rivers of Ghana", "Soil map"}),
        ("rivieres", {"Carte des rivières"}),
        ("rivière", {"Carte des rivières"}),
        ("Wald", {"Wälder und Wiesen"}),
        ("wälder", {"Wälder und Wiesen"}),
        ("реки", {"Карта рек"}),
        ("الانهار", {"خريطة الأنهار"}),
        ("水道", {"北京 水道 地図"}),
        ("hydrography", {"Rivers of Ghana"}),
        ("ghana soil", set()),
        ("nothing-of-the-kind", set()),
    ],
)
def test_words_find_what_they_should(library, words, wanted):
    assert titles(f"q={words}") == wanted


def test_only_an_exclusion_finds_the_others(library):
    assert "Soil map" not in titles("q=-soil")
    assert len(titles("q=-soil")) == 7


INJECTIONS = [
    "${id}", "${acl}", "{!func}1", "{!lucene}*:*", "{!term f=id}x", '_query_:"{!func}1"',
    '_val_:"1"', "title:ghana", "id:trap", "deleted:true", "acl:staff", "nosuch:foo",
    "filter(deleted:true)", "**", "?", "*hana", "?hana", "Gh*", "g*", "[a TO z]", "{* TO *}",
    "[* TO *]", "ghnaa~", '"a b"~1000000', "ghana^1000000", "/.*/", 'unbalanced "', "((", "\\",
    "a:", "C++ && ||", "http://example.org/?a=b&c=d", "rivers OR", "NOT", "AND OR NOT", "x" * 1000,
    "a-" * 499, "水" * 1000, "\x00", "🗺", "( " * 500, "w OR " * 199, "~ " * 400, "a* " * 300,
    "a~ " * 300, " ".join(f"w{n}" for n in range(180)), '"' + "a " * 400 + '"',
]  # fmt: skip


def asked_for(name, value):
    request = QueryDict(mutable=True)
    request[name] = value
    query, errors = parse(request)
    assert errors == {}
    return query


def test_nothing_but_words_has_a_meaning(library):
    """No syntax of Solr's runs: nothing matches more than the words do, and nothing fails."""
    for text in INJECTIONS:
        query = asked_for("q", text)
        answer = search(query, AnonymousUser())
        assert answer.source == "solr", text
        assert not answer.is_partial, text
        assert (answer.total == 8) == (not query.words), text


def test_wildcards_ranges_and_near_misses_do_not_run(library):
    for text in ("*hana", "Gh*", "g*", "ghnaa~", "[a TO z]", "{* TO *}", "/.*/x", "deleted:false"):
        assert titles(f"q={text}") == set(), text


def test_values_of_filters_are_never_parsed(library):
    for value in ("{!func}1", "$acl", "${acl}", 'a"b', "a\\", "*", "a,b"):
        answer = search(asked_for("keyword", value), AnonymousUser())
        assert (answer.source, answer.total) == ("solr", 0), value


def test_values_with_every_sign_are_found(index):
    name = 'a "b" \\ {!x} ${y} , & 水'
    index(make_layer("Odd", keywords=[name]), make_layer("Other"))
    answer = search(asked_for("keyword", name), AnonymousUser())
    assert [hit.layer.title for hit in answer.hits] == ["Odd"]


@pytest.fixture
def shelf(index):
    index(
        make_layer("A", topics=["farming"], keywords=["k1", "k2"], organisation="O1"),
        make_layer("B", topics=["farming", "health"], keywords=["k1"], organisation="O2"),
        make_layer("C", topics=["health"], resource_type_id="service", organisation="O1"),
        make_layer("D", topics=["oceans"], regions=["GHA"], licence_id="CC0-1.0", format="CSV"),
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("topic=farming", "AB"),
        ("topic=farming&topic=oceans", "ABD"),
        ("topic=farming&keyword=k2", "A"),
        ("organisation=O1&topic=health", "C"),
        ("type=service", "C"),
        ("region=GHA", "D"),
        ("licence=CC0-1.0", "D"),
        ("format=CSV", "D"),
        ("access=public", "ABCD"),
        ("not_topic=farming", "CD"),
        ("topic=health&not_organisation=O1", "B"),
        ("not_topic=farming&not_topic=health", "D"),
    ],
)
def test_facets_narrow_the_result(shelf, text, wanted):
    assert titles(text) == set(wanted)


def test_counts_of_a_facet_leave_its_own_choice_aside(shelf):
    facets = found("topic=farming").facets
    counts = {value.value: value.count for value in facets["topic"]}
    assert counts == {"farming": 2, "health": 2, "oceans": 1}
    assert {value.value: value.count for value in facets["keyword"]} == {"k1": 2, "k2": 1}
    assert [value.chosen for value in facets["topic"] if value.value == "farming"] == [True]
    assert {value.label for value in facets["topic"]} >= {"Farming", "Health", "Oceans"}


def test_a_chosen_value_without_hits_is_still_listed(shelf):
    facets = found("topic=farming&organisation=nobody").facets
    assert {v.value: v.count for v in facets["organisation"]} == {"O1": 1, "O2": 1, "nobody": 0}


def test_counts_are_left_out_on_request(shelf):
    answer = found("facets=0")
    assert answer.facets == {}
    assert answer.total == 4


BOXES = {
    "city": [13.0, 52.3, 13.8, 52.7],
    "country": [5.9, 47.3, 15.0, 55.1],
    "world": [-180, -90, 180, 90],
    "fiji": [177, -19, -178, -16],
    "point": [10, 50, 10, 50],
    "ghana": [-3.3, 4.7, 1.2, 11.2],
    "up to 180": [120, 10, -180, 20],
}


@pytest.fixture
def globe(index):
    layers = [make_layer(name, bbox=box) for name, box in BOXES.items()]
    index(*layers, make_layer("nowhere"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("bbox=12,52,14,53", {"city", "country", "world"}),
        ("bbox=10,50,10,50", {"point", "country", "world"}),
        ("bbox=170,-20,180,-10", {"fiji", "world"}),
        ("bbox=-180,-20,-179,-10", {"fiji", "world"}),
        ("bbox=175,-20,-175,-10", {"fiji", "world"}),
        ("bbox=100,-20,-170,20", {"fiji", "world", "up to 180"}),
        ("bbox=180,0,-170,20", {"world"}),
        ("bbox=170,0,-180,20&within=0", {"world", "up to 180"}),
        ("bbox=100,0,-180,20&within=1", {"up to 180"}),
        ("bbox=130,0,-100,20&within=1", set()),
        ("bbox=0,-20,10,-10", {"world"}),
        ("bbox=5,40,16,60&within=1", {"city", "country", "point"}),
        ("bbox=170,-20,-170,-10&within=1", {"fiji"}),
        ("bbox=-180,-90,180,90", set(BOXES)),
        ("bbox=-180,-90,180,90&within=1", set(BOXES) - {"fiji"}),
        ("bbox=0,0,1e-7,1", {"world"}),
    ],
)
@pytest.mark.parametrize("source", ["solr", "database"])
def test_boxes_touch_or_lie_within(globe, monkeypatch, request, text, wanted, source):
    if source == "database":
        request.getfixturevalue("without_solr")
    query, errors = parse(QueryDict(text))
    answer = search(query, AnonymousUser())
    assert errors == {}
    assert answer.source == source
    assert {hit.layer.title for hit in answer.hits} == wanted


def test_solr_and_the_database_agree_on_boxes_with_common_edges(index, request):
    """Sides are multiples of 7.3 degrees: many touch, and some cross the 180th meridian."""
    chance = random.Random(7)
    columns = [round(-179.9 + 7.3 * n, 4) for n in range(50)]
    rows = [round(-90 + 7.3 * n, 4) for n in range(25)]

    def sides():
        west, east = chance.choices(columns, k=2)
        south, north = sorted(chance.choices(rows, k=2))
        return [west, south, east, north]

    index(*(make_layer(f"Map {n}", bbox=sides()) for n in range(80)))
    questions = [
        parse(QueryDict(f"bbox={','.join(map(str, sides()))}&within={n % 2}&page_size=100"))[0]
        for n in range(60)
    ]
    found = [{hit.layer.title for hit in search(q, AnonymousUser()).hits} for q in questions]
    request.getfixturevalue("without_solr")
    for question, titles in zip(questions, found, strict=True):
        answer = search(question, AnonymousUser())
        assert answer.source == "database"
        assert {hit.layer.title for hit in answer.hits} == titles, question.bbox
    assert 0 < sum(map(len, found[1::2])) < sum(map(len, found[::2])) < 80 * 30


@pytest.fixture
def ages(index):
    times = {
        "century": [("1850", "1900")],
        "open": [("1990", "")],
        "before": [("", "-0100")],
        "two": [("1500", "1510"), ("1700", "1710")],
        "months": [("2001-03", "2001-05-07")],
    }
    index(
        *(make_layer(name, times=extents) for name, extents in times.items()), make_layer("never")
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1870/1880", {"century"}),
        ("1870", {"century"}),
        ("2020/..", {"open"}),
        ("../-0500", {"before"}),
        ("1600/1650", set()),
        ("1505/1705", {"two"}),
        ("2001/2001", {"months", "open"}),
    ],
)
@pytest.mark.parametrize("source", ["solr", "database"])
def test_times_overlap(ages, request, text, wanted, source):
    if source == "database":
        request.getfixturevalue("without_solr")
    query, errors = parse(QueryDict(f"time={text}"))
    answer = search(query, AnonymousUser())
    assert errors == {}
    assert answer.source == source
    assert {hit.layer.title for hit in answer.hits} == wanted


def test_pages_and_orders(index):
    index(*(make_layer(f"Map {n:02}", bbox=[0, 0, 30 - n, 1]) for n in range(25)))
    first, second = (
        found("q=map&sort=title&page_size=10"),
        found("q=map&sort=title&page_size=10&page=2"),
    )
    assert first.total == 25
    assert [hit.layer.title for hit in first.hits] == [f"Map {n:02}" for n in range(10)]
    assert [hit.layer.title for hit in second.hits] == [f"Map {n:02}" for n in range(10, 20)]
    assert found("sort=extent").hits[0].layer.title == "Map 24"
    assert found("sort=modified").hits[0].layer.title == "Map 24"
    assert found("q=map&page=90").hits == []


def test_a_title_ranks_before_an_abstract(index):
    index(
        make_layer("Roads", abstract="Near rivers and lakes"),
        make_layer("Rivers", abstract="Roads"),
    )
    assert [hit.layer.title for hit in found("q=rivers").hits] == ["Rivers", "Roads"]


def test_a_layer_is_found_by_each_of_its_parts(index):
    index(make_full_layer())
    for words in (
        "Ghanaian", "perennial", "planning", "digitised", "handbook", "second", "survey department",
        "hydro:rivers", "10.1234/rivers", "Institute", "streams", "inland waters", "Mensah",
        "discharge",
    ):  # fmt: skip
        assert found(f"q={words}").total == 1, words


def test_a_place_is_found_in_every_language_of_the_vocabulary(index):
    layer = make_layer("Roads", regions=["DEU"])
    index(layer)
    names = layer.regions.get().labels.values()
    assert len(set(names)) > 2
    for name in names:
        assert found(f"q={name}").total == 1, name


def test_the_labels_of_access_never_come_back(client_of_solr, index):
    index(make_layer("Secret", visibility="private"))
    raw = client_of_solr.search("*:*", fl="*,acl,[explain]").raw_response
    assert "acl" not in raw["response"]["docs"][0]
    assert raw["response"]["docs"][0]["title"] == "Secret"


def test_the_workshop_finds_a_layer_by_its_name(client_of_solr, index):
    layer = make_full_layer()
    index(layer)
    [document] = client_of_solr.search('name:"hydro:rivers"').docs
    assert document["id"] == str(layer.pk)
    assert document["keywords"] == ["Hydrography", "Streams"]
    assert document["category"] == ["Inland waters"]
    assert document["bbox"] == "ENVELOPE(-3.26, 1.19, 11.17, 4.74)"


def test_what_was_withdrawn_a_moment_ago_is_not_shown(index):
    layer = make_layer("Withdrawn")
    index(layer)
    Layer.objects.filter(pk=layer.pk).update(visibility="private")
    assert found("q=withdrawn").hits == []


def test_a_text_that_was_taken_out_a_moment_ago_is_not_shown(index):
    layer = make_layer("Rivers", abstract="The secret river")
    index(layer)
    Layer.objects.filter(pk=layer.pk).update(abstract="A river")
    [hit] = found("q=river").hits
    assert hit.snippet == "A <mark>river</mark>"


def test_a_page_of_results_takes_few_questions(index, django_assert_max_num_queries, member):
    index(*(make_full_layer(slug=f"layer-{n}") for n in range(20)))
    query, _errors = parse(QueryDict(""))
    with django_assert_max_num_queries(4):
        assert len(search(query, member).hits) == 20
