"""What stands on a layer's page beside its fields: citation, map services, relations, a hint."""

import itertools
import re

import pytest

from catalogue.citation import citation_of
from catalogue.previews import is_allowed, previews_of
from layers.models import Distribution, LayerContact, LayerDate, Party
from tests.catalogue.factories import make_full_layer, make_layer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_solr")]


def link(layer, protocol, url, **options):
    return Distribution.objects.create(layer=layer, protocol_id=protocol, url=url, **options)


def test_a_citation_says_who_when_what_and_where():
    layer = make_full_layer(slug="rivers")
    for name, role in (("Ama Mensah", "author"), ("Survey Press", "publisher")):
        LayerContact.objects.create(
            layer=layer, party=Party.objects.create(name=name), role_id=role
        )
    LayerDate.objects.create(layer=layer, type_id="publication", date="1975-03")
    cited = citation_of(layer)
    assert cited.text == (
        "Ama Mensah (1975). Rivers of Ghana (Version Second) [Data set]. Survey Press. "
        "https://doi.org/10.1234/rivers"
    )
    assert cited.bibtex.startswith("@misc{rivers,\n  author = {{Ama Mensah}},\n")
    assert "  doi = {10.1234/rivers}" in cited.bibtex
    lines = cited.ris.split("\r\n")
    assert lines[:3] == ["TY  - DATA", "AU  - Ama Mensah", "PY  - 1975"]
    assert lines[-2:] == ["ER  - ", ""]


def test_a_citation_needs_nothing_but_a_title(settings):
    layer = make_layer("100 % {rivers} & \\lakes", slug="r", organisation="Water_Board")
    cited = citation_of(layer)
    address = f"{settings.SITE_URL}/layers/r/"
    what = "100 % {rivers} & \\lakes [Data set]"
    assert cited.text == f"Water_Board (n.d.). {what}. {address}"
    assert r"title = {{100 \% \{rivers\} \& \textbackslash{}lakes}}" in cited.bibtex
    assert r"author = {{Water\_Board}}" in cited.bibtex


HOSTILE = "}}\r\n@misc{evil,\u2028title={x}\nER  - \x0bTY  - DATA \u202edrawkcab % \\end"


def test_hostile_texts_stay_inside_their_fields():
    layer = make_layer(HOSTILE, slug="r", organisation=f"House {HOSTILE}", edition=HOSTILE)
    layer.identifiers = [{"scheme": "doi", "value": "10.1234/x}},evil={y"}]
    for number in range(3):
        name = f"{number}, and {HOSTILE}".replace("@", "")  # a name with one may be an address
        party = Party.objects.create(name=name)
        LayerContact.objects.create(layer=layer, party=party, role_id="author", position=number)
    cited = citation_of(layer)
    depths = braces_in(cited.bibtex)
    assert depths.count(0) == 1  # of the braces, the last alone closes the entry
    assert cited.bibtex.count("@misc{r,") == len(re.findall(r"^@", cited.bibtex, re.MULTILINE)) == 1
    assert cited.bibtex.count("} and {") == 2
    tags = [line[:6] for line in cited.ris.splitlines()]
    expected = ["TY", *["AU"] * 3, "TI", "ET", "PB", "DO", "UR", "ER"]
    assert tags == [f"{tag}  - " for tag in expected]
    assert len(cited.text.splitlines()) == 1


def braces_in(text: str) -> list[int]:
    """How deep one is after each brace; those that TeX prints do not count."""
    found = re.findall(r"\\[{}]|[{}]", text)
    steps = [{"{": 1, "}": -1}.get(brace, 0) for brace in found]
    return list(itertools.accumulate(step for step in steps if step))


@pytest.mark.parametrize(
    ("date", "text", "bibtex", "ris"),
    [
        ("0850-03", "(850)", "year = {850}", "PY  - 0850"),
        ("-0043", "(44 BCE)", "year = {44 BCE}", None),
        ("0000", "(1 BCE)", "year = {1 BCE}", None),
    ],
)
def test_years_that_are_long_ago(date, text, bibtex, ris):
    layer = make_layer()
    LayerDate.objects.create(layer=layer, type_id="publication", date=date)
    cited = citation_of(layer)
    assert text in cited.text
    assert bibtex in cited.bibtex
    assert (ris in cited.ris.splitlines()) if ris else ("PY  - " not in cited.ris)


@pytest.mark.parametrize(("kind", "begins"), [("bib", "@misc{"), ("ris", "TY  - DATA")])
def test_a_citation_is_a_file(client, kind, begins):
    layer = make_full_layer()
    answer = client.get(f"/layers/{layer.slug}/citation.{kind}")
    assert answer.text.startswith(begins)
    assert f'filename="{layer.slug}.{kind}"' in answer["Content-Disposition"]


@pytest.mark.parametrize(
    ("sources", "url", "allowed"),
    [
        (["https://maps.example.org"], "https://maps.example.org/wms", True),
        (["https://maps.example.org"], "https://maps.example.org:8443/wms", False),
        (["https://maps.example.org:8443"], "https://maps.example.org:8443/wms", True),
        (["https://maps.example.org:*"], "https://maps.example.org:8443/wms", True),
        (["https://maps.example.org"], "http://maps.example.org/wms", False),
        (["http://maps.example.org"], "https://maps.example.org/wms", True),
        (["https://*.example.org"], "https://a.b.example.org/x", True),
        (["https://*.example.org"], "https://example.org/x", False),
        (["https://*.example.org"], "https://evilexample.org/x", False),
        (["https://maps.example.org"], "https://maps.example.org.evil.example/", False),
        (["https://maps.example.org"], "https://maps.example.org@evil.example/", False),
        (["https:"], "https://anything.example/wms", True),
        (["https:"], "http://anything.example/wms", False),
        (["https://maps.example.org"], "https://maps.example.org:wrong/wms", False),
        ([], "https://maps.example.org/wms", False),
        ([], "http://127.0.0.1:8000/own.geojson", True),
    ],
)
def test_maps_come_from_where_the_operator_allows(settings, sources, url, allowed):
    settings.SITE_URL = "http://127.0.0.1:8000"
    settings.MAP_SOURCES = sources
    assert is_allowed(url) is allowed


def test_a_service_is_asked_in_the_maps_own_words(settings):
    settings.MAP_SOURCES = ["https://maps.example.org"]
    layer = make_layer(name="hydro:rivers")
    link(layer, "OGC:WMS", "https://closed.example.org/wms", name="Elsewhere")
    link(layer, "OGC:WMS", "https://maps.example.org/wms?map=/a.map&REQUEST=GetCapabilities")
    link(layer, "OGC:WMTS", "https://maps.example.org/wmts?layer=other")
    link(layer, "WWW:DOWNLOAD", "https://maps.example.org/a", media_type="application/geo+json")
    link(layer, "OGC:WFS", "https://maps.example.org/wfs")
    found = previews_of(layer, layer.distributions.all())
    assert [(p.kind, p.url, p.layer) for p in found] == [
        ("wms", "https://maps.example.org/wms?map=%2Fa.map", "hydro:rivers"),
        ("wmts", "https://maps.example.org/wmts", "other"),
        ("geojson", "https://maps.example.org/a", "hydro:rivers"),
        ("wms", "https://closed.example.org/wms", "hydro:rivers"),
    ]
    assert [p.is_allowed for p in found] == [True, True, True, False]


def test_what_may_not_be_shown_is_said(client, settings):
    settings.MAP_SOURCES = []
    layer = make_layer()
    link(layer, "OGC:WMS", "https://maps.example.org/wms")
    page = client.get(layer.get_absolute_url()).text
    assert "has not allowed maps of maps.example.org" in page
    assert "data-previews" not in page


def test_related_layers_are_those_that_the_reader_may_see(client, owner, sign_in):
    series, hidden = make_layer("Series"), make_layer("Hidden", owner=owner, visibility="private")
    relations = [
        {"type": "memberOf", "target": str(series.pk)},
        {"type": "source", "target": hidden.slug},
        {"type": "unheard-of", "target": "https://example.org/other"},
        {"type": "relation", "target": "javascript:alert(1)"},
    ]
    layer = make_layer("Sheet", owner=owner, relations=relations)
    shown = client.get(layer.get_absolute_url()).context["sheet"].related
    assert [(str(r.name), r.title) for r in shown] == [
        ("Member of", "Series"),
        ("Related", "https://example.org/other"),
    ]
    page = sign_in(owner).get(layer.get_absolute_url())
    assert "Hidden" in [r.title for r in page.context["sheet"].related]


def test_editors_are_told_what_is_missing(sign_in, owner, stranger):
    layer = make_layer(owner=owner)
    page = sign_in(owner).get(layer.get_absolute_url()).text
    assert "Describe it in fifty characters or more." in page
    assert f"/layers/{layer.slug}/edit/#id_abstract" in page
    assert "fifty characters" not in sign_in(stranger).get(layer.get_absolute_url()).text


ADDRESS = "ama@example.org"
WAYS_OUT = [
    "/layers/{slug}/",
    "/layers/{slug}/citation.bib",
    "/layers/{slug}/citation.ris",
    "/api/layers/{id}",
    "/api/search?q=rivers",
    "/api/suggest?q=ama",
    "/search?q=rivers",
    "/search?q=ama%40example.org",
    "/search.csv",
    "/search.geojson",
    "/search.atom",
    "/search/values/organisation",
    "/sitemap-all.xml",
    "/opensearch/suggestions?q=ama",
    "/",
]


@pytest.mark.parametrize("path", WAYS_OUT)
def test_no_way_out_gives_an_address_to_nobody(path, client, owner):
    owner.username = owner.email = "owner@example.org"
    owner.save()
    layer = make_full_layer(owner=owner, updated_by=owner, created_by=owner)
    nameless = Party.objects.create(email=ADDRESS)
    LayerContact.objects.create(layer=layer, party=nameless, role_id="author")
    answer = client.get(path.format(slug=layer.slug, id=layer.pk))
    assert answer.status_code == 200
    said = answer.getvalue().decode() if answer.streaming else answer.text
    assert "owner@" not in said
    assert ADDRESS not in said.replace('value="ama@example.org"', "").replace(
        "ama@example.org – Search", ""
    ).replace("“ama@example.org”", "")


def test_people_who_are_signed_in_are_given_addresses(sign_in, stranger):
    layer = make_full_layer()
    assert f"mailto:{ADDRESS}" in sign_in(stranger).get(layer.get_absolute_url()).text


def test_robots_are_told_where_to_look(client, settings):
    text = client.get("/robots.txt").text
    assert "Disallow: /accounts/\n" in text
    assert "Disallow: /layers/*/edit/\n" in text
    assert "Disallow: /layers/\n" not in text
    assert text.endswith(f"Sitemap: {settings.SITE_URL}/sitemap.xml\n")
