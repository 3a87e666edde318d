"""Counts of a question's hits by facet, as Solr is asked for them and as it answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalogue.search.fields import FACET_FIELDS
from catalogue.search.query import SearchQuery
from catalogue.search.results import Counts
from catalogue.search.wording import Parameters

FACET_LIMIT = 30
TREE_LIMIT = 300  # all regions, so that each stands below its continent

Request = dict[str, Any]


def requested(query: SearchQuery, parameters: Parameters) -> Iterator[tuple[str, Request]]:
    """Counts of a facet leave its own values aside, so that others can be added to them."""
    for facet, field in FACET_FIELDS.items():
        domain = {"excludeTags": facet}
        limit = TREE_LIMIT if facet == "region" else FACET_LIMIT
        terms = {"type": "terms", "field": field, "limit": limit, "numBuckets": True}
        yield facet, terms | {"domain": domain}
        for index, value in enumerate(query.chosen.get(facet, ())):
            name = f"{facet}_{index}"
            parameters[name] = value
            chosen = f"{{!term f={field} v=${name}}}"
            yield name, {"type": "query", "q": chosen, "domain": domain}


def counts_of(query: SearchQuery, facets: dict[str, Any]) -> dict[str, Counts]:
    counts: dict[str, Counts] = {}
    for facet in FACET_FIELDS if query.facets else ():
        found = buckets(facets.get(facet, {}))
        for index, value in enumerate(query.chosen.get(facet, ())):
            found.setdefault(value, facets.get(f"{facet}_{index}", {}).get("count", 0))
        counts[facet] = found
    return counts


def buckets(facet: dict[str, Any]) -> Counts:
    return {bucket["val"]: bucket["count"] for bucket in facet.get("buckets", [])}


def distinct_of(facets: dict[str, Any]) -> dict[str, int]:
    return {name: facets[name].get("numBuckets", 0) for name in FACET_FIELDS if name in facets}
