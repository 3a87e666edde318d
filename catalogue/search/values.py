"""All values of one facet among the hits, and those that contain what somebody types."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from catalogue.search import solr
from catalogue.search.facets import buckets
from catalogue.search.fields import FACET_FIELDS
from catalogue.search.labels import VOCABULARIES, labelled, labels_of
from catalogue.search.query import SearchQuery
from catalogue.search.results import Counts, FacetValue
from catalogue.solr_values import folded_words

SHOWN = 200
CODES = 2000  # more than any vocabulary has


def values_of(
    query: SearchQuery, labels: Sequence[str], facet: str, containing: str
) -> list[FacetValue]:
    """The most frequent first. Raises SyncError where Solr does not answer."""
    found = _by_code(query, labels, facet)
    if facet not in VOCABULARIES and containing:
        found = _by_text(query, labels, facet, containing) | found
    counts = {facet: found}
    values = labelled(query, counts, labels_of(query, counts))[facet]
    return containing_text(values, containing)


def containing_text(values: Sequence[FacetValue], text: str) -> list[FacetValue]:
    wanted = folded_words(text)
    return [value for value in values if wanted in folded_words(value.label)][:SHOWN]


def _by_code(query: SearchQuery, labels: Sequence[str], facet: str) -> Counts:
    parameters = _parameters(query, labels)
    terms = {"type": "terms", "field": FACET_FIELDS[facet], "limit": CODES}
    counted = {"values": terms | {"domain": {"excludeTags": facet}}}
    raw = solr.send(parameters | {"json.facet": json.dumps(counted)})
    return buckets(raw.get("facets", {}).get("values", {}))


def _by_text(query: SearchQuery, labels: Sequence[str], facet: str, containing: str) -> Counts:
    """Also those that are too rare to be among the first."""
    field = FACET_FIELDS[facet]
    raw = solr.send(
        _parameters(query, labels)
        | {
            "facet": "true",
            "facet.field": f"{{!ex={facet}}}{field}",
            "facet.contains": containing,
            "facet.contains.ignoreCase": "true",
            "facet.mincount": 1,
            "facet.limit": SHOWN,
        }
    )
    flat = raw.get("facet_counts", {}).get("facet_fields", {}).get(field, [])
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _parameters(query: SearchQuery, labels: Sequence[str]) -> dict[str, object]:
    parameters = solr.parameters_of(replace(query, facets=False, page=1), labels)
    solr.without_order(parameters)
    return parameters | {"rows": 0, "sort": "id asc"}
