"""Each field that a question names is filled, and each weight changes some ranking as intended."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.http import QueryDict

from catalogue.search import fields, solr, suggesting, wording
from catalogue.search.asking import search
from catalogue.search.reading import parse
from layers.models import Layer, LayerContact, Party, Region, TopicCategory
from tests.catalogue.factories import make_layer

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).resolve().parents[2] / "layers" / "samples" / "samples.jsonl"
TINY, HUGE = 0.001, 1000.0


def test_every_field_that_a_question_names_is_filled_by_the_samples(client_of_solr, index):
    """By those and by generated layers: Aardvark has no place for the columns of a table."""
    call_command("import_layers", str(SAMPLES), stdout=io.StringIO())
    call_command("generate_data", "30", "--seed", "7", stdout=io.StringIO())
    index(*Layer.objects.all())
    names = asked_for()
    assert len(names) > 50
    counts = {name: client_of_solr.search(exists(name), rows=0).hits for name in names}
    assert [name for name, count in counts.items() if not count] == []


def asked_for():
    """Fields of the words in every script, of filters, orders and facets."""
    query, _errors = parse(QueryDict("q=river реки نهر&bbox=0,0,1,1&within=1&time=1850"))
    parameters = solr.parameters_of(query, ["public"])
    weighed = " ".join(parameters[name] for name in ("qf", "rank_qf", "rank_pf"))
    found = {part.partition("^")[0] for part in weighed.split()}
    found |= set(re.findall(r"f=(\w+)", " ".join(parameters["fq"])))
    found |= {order.split()[0] for text in solr.SORTS.values() for order in text.split(", ")}
    found |= {"lon_span", "lat_span", "bbox__minX", "bbox__xdl", "cell1", "cell5", "words"}
    found |= {"start_year", "end_year", "year_gap", "suggest_title", *suggesting.TERMS}
    return (found | set(fields.FACET_FIELDS.values()) | set(fields.EXACT_WEIGHTS)) - {"score"}


def exists(name):
    return f"{name}:*" if name == "licence" else f"{name}:[* TO *]"


def order(words, filters=""):
    query, errors = parse(QueryDict(f"q={words}{filters}"))
    assert errors == {}
    return [hit.layer.slug for hit in search(query, AnonymousUser()).hits]


WORD = "quokka"
OTHERS = {"title": "Fieldwork", "abstract": "A plain text of some words"}


def layer_with(field):
    """A layer that has the word in one field alone."""
    values: dict[str, Any] = {"slug": field, **OTHERS}
    match field:
        case "title":
            values[field] = WORD
        case "alternative_titles" | "keywords":
            values[field] = [WORD]
        case "organisation_words":
            values["organisation"] = WORD
        case "words":  # its rival has the word there, too
            values["lineage"] = f"{WORD} " * 8
        case "year_words":
            values["times"] = [("1871", "1871")]
    layer = make_layer(**values)
    match field:
        case "regions":
            layer.regions.add(Region.objects.create(code="QQQ", label=WORD, level="country"))
        case "region_names":
            names = {"de": WORD}
            layer.regions.add(
                Region.objects.create(code="QQR", label="Elsewhere", labels=names, level="country")
            )
        case "category":
            layer.topic_categories.add(TopicCategory.objects.create(code="qqq", label=WORD))
        case "contact_names":
            party = Party.objects.create(name=WORD)
            LayerContact.objects.create(layer=layer, party=party, role_id="author")
        case "attribute_names":
            layer.attributes.create(name=WORD)
    return layer


@pytest.mark.parametrize("field", fields.WEIGHTS)
def test_the_weight_of_each_field_ranks(index, monkeypatch, field):
    """With a heavier field it comes first, with a lighter one last; as it is, the title wins."""
    word = "1871" if field == "year_words" else WORD
    other = "title" if field != "title" else "alternative_titles"
    rival = layer_with(other)
    if field == "year_words":
        rival.title = word
        rival.save()
    index(layer_with(field), rival)
    monkeypatch.setattr(fields, "STEM_WEIGHTS", {})
    monkeypatch.setattr(fields, "PHRASE_WEIGHTS", {"title": TINY})
    monkeypatch.setattr(wording, "PHRASE_WEIGHTS", {"title": TINY})
    monkeypatch.setattr(wording, "EXACT_WEIGHTS", {})
    assert order(word)[0] == "title"
    for weight, wanted in ((HUGE, field), (TINY, other)):
        monkeypatch.setitem(fields.WEIGHTS, field, weight)
        assert order(word)[0] == wanted


def test_fields_rank_in_the_order_of_their_weights(index):
    """Words of equally long texts: a title before keywords, those before people, then the rest."""
    text = f"A plain {WORD} of some words"
    index(
        make_layer(text, slug="title"),
        make_layer("One", slug="keywords", keywords=[text]),
        make_layer("Two", slug="organisation", organisation=text),
        make_layer("Three", slug="abstract", abstract=text),
        make_layer("Four", slug="details", lineage=text),
    )
    found = order(WORD)
    assert found[:3] == ["title", "keywords", "organisation"]
    assert set(found[3:]) == {"abstract", "details"}  # both are long texts


@pytest.mark.parametrize(
    ("field", "values", "weak"),
    [
        ("title_stem", {"title": "Rivers"}, {"abstract": "river", "title": "Map"}),
        ("words_stem", {"abstract": "rivers"}, {"lineage": "river"}),
    ],
)
def test_stems_find_and_rank_other_inflections(index, monkeypatch, field, values, weak):
    index(
        make_layer(**{"title": "One", "slug": "strong", **values}),
        make_layer(**{"title": "Two", "slug": "weak", **weak}),
    )
    assert order("river") == ["strong", "weak"]
    monkeypatch.setitem(fields.STEM_WEIGHTS, field, TINY)
    assert order("river") != ["strong", "weak"]


PHRASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "title_exact": ({"title": "Sea ice"}, {"title": "Sea ice, and more"}),
    "identifiers": ({"identifiers": ["sea ice"]}, {"identifiers": ["ice of the sea"]}),
    "title": ({"title": "Map of sea ice"}, {"title": "Sea map of ice"}),
    "keywords": ({"keywords": ["sea ice", "x"]}, {"keywords": ["ice", "sea", "x"]}),
    "words": ({"abstract": "the sea ice of x"}, {"abstract": "the sea of x ice"}),
}


@pytest.mark.parametrize("field", [*fields.EXACT_WEIGHTS, *fields.PHRASE_WEIGHTS])
def test_words_beside_each_other_rank_before_words_apart(index, monkeypatch, field):
    """The whole title, an identifier, a phrase: each adds to one layer, and not to the other."""
    beside, apart = PHRASES[field]
    index(
        make_layer(**({"title": "T", "slug": "beside"} | beside)),
        make_layer(**({"title": "T", "slug": "apart"} | apart)),
    )
    with_it = scores("sea ice")
    assert with_it["beside"] > with_it["apart"]
    for weights in (fields.EXACT_WEIGHTS, fields.PHRASE_WEIGHTS):
        if field in weights:
            monkeypatch.setitem(weights, field, TINY)
    without = scores("sea ice")
    assert with_it["beside"] - without["beside"] > with_it["apart"] - without["apart"]


def scores(words):
    query, _errors = parse(QueryDict(f"q={words}"))
    return {hit.layer.slug: hit.score for hit in search(query, AnonymousUser()).hits}


def test_the_overlap_with_the_box_ranks(index, monkeypatch):
    index(
        make_layer("Roads roads", slug="world", bbox=[-180, -90, 180, 90]),
        make_layer("Roads and more", slug="city", bbox=[13.1, 52.3, 13.8, 52.7]),
    )
    assert order("roads", "&bbox=13.1,52.3,13.8,52.7") == ["city", "world"]
    monkeypatch.setattr(solr, "LEAST_OF_BOX", 1000)
    assert order("roads", "&bbox=13.1,52.3,13.8,52.7") == ["world", "city"]


def test_the_box_of_a_named_place_ranks(index, monkeypatch):
    index(
        make_layer("Roads roads", slug="world", bbox=[-180, -90, 180, 90]),
        make_layer("Roads and more", slug="ghana", bbox=[-3.2, 4.8, 1.1, 11.1]),
    )
    assert order("roads ghana") == ["ghana", "world"]
    monkeypatch.setattr(solr, "boost_by_place", lambda _box: {})
    assert order("roads ghana") == ["world", "ghana"]
