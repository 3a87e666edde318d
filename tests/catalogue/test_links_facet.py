"""A dead link of a layer is a value of a facet, and stands on its page."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from catalogue.search.asking import search
from catalogue.search.reading import parse
from layers.models import Distribution
from reports.models import DeadLinks, Link
from tests.catalogue.factories import make_layer

pytestmark = pytest.mark.django_db


@pytest.fixture
def layers(index):
    found = {name: make_layer(name) for name in ("Rivers", "Roads", "Rails")}
    for name in ("Rivers", "Roads"):
        Distribution.objects.create(layer=found[name], url=f"https://example.org/{name}")
    DeadLinks.objects.create(layer=found["Rivers"], number=1)
    index(*found.values())
    return found


@pytest.mark.parametrize("source", ["solr", "database"])
@pytest.mark.parametrize(
    ("value", "wanted"),
    [("dead", {"Rivers"}), ("present", {"Roads"}), ("none", {"Rails"}), ("nonsense", set())],
)
def test_layers_are_found_by_their_links(layers, request, source, value, wanted):
    if source == "database":
        request.getfixturevalue("without_solr")
    query, _ = parse(QueryDict(f"links={value}"))
    answer = search(query, AnonymousUser())
    assert answer.source == source
    assert {hit.layer.title for hit in answer.hits} == wanted


def test_the_facet_has_words(layers, client):
    assert "With a dead link" in client.get("/search").text


def test_the_page_says_which_link_is_dead(client):
    from django.utils import timezone

    layer = make_layer("Rivers")
    url = "https://example.org/gone"
    Distribution.objects.create(layer=layer, url=url)
    assert "dead since" not in client.get(layer.get_absolute_url()).text
    Link.objects.create(
        digest=Link.digest_of(url), url=url, host="example.org", state="dead", reason="404",
        dead_since=timezone.now(),
    )  # fmt: skip
    assert "dead since" in client.get(layer.get_absolute_url()).text
