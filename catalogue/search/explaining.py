"""Why a question finds nothing, and what would find something."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from catalogue.search import solr
from catalogue.search.filters import access_filter, box_parameters
from catalogue.search.query import SearchQuery
from catalogue.search.wording import Parameters, escaped
from catalogue.search.words import Term
from layers.extent import BoundingBox

WIDENINGS = (2, 4, 8, 16, 64)
MAX_WORDS = 8


@dataclass(frozen=True)
class Way:
    """A question near the one that found nothing, and its number of hits."""

    kind: str  # "without", "wider", "words"
    query: SearchQuery
    count: int
    facet: str = ""
    value: str = ""


@dataclass(frozen=True)
class Explanation:
    without: list[Way] = field(default_factory=list)  # each leaves one filter out
    wider: Way | None = None  # the nearest larger box that holds something
    words: list[tuple[str, int]] = field(default_factory=list)  # hits of each word alone


def explain(query: SearchQuery, labels: Sequence[str]) -> Explanation:
    """Raises SyncError where Solr does not answer."""
    ways = list(_without(query)) + list(_wider(query))
    counts = _count(query, labels, ways)
    known = [replace(way, count=count) for way, count in zip(ways, counts, strict=True)]
    wider = next((way for way in known if way.kind == "wider" and way.count), None)
    return Explanation(
        without=[way for way in known if way.kind == "without" and way.count],
        wider=wider,
        words=_count_words(query, labels) if query.words.count > 1 else [],
    )


def _without(query: SearchQuery) -> Iterator[Way]:
    for facet, values in query.chosen.items():
        left = {name: kept for name, kept in query.chosen.items() if name != facet}
        yield Way("without", replace(query, chosen=left, page=1), 0, facet, ", ".join(values))
    for facet, values in query.excluded.items():
        left = {name: kept for name, kept in query.excluded.items() if name != facet}
        query_left = replace(query, excluded=left, page=1)
        yield Way("without", query_left, 0, f"not_{facet}", ", ".join(values))
    if query.bbox:
        yield Way("without", replace(query, bbox=None, within=False, page=1), 0, "bbox")
    if query.time:
        yield Way("without", replace(query, time=None, page=1), 0, "time")


def _wider(query: SearchQuery) -> Iterator[Way]:
    for factor in WIDENINGS if query.bbox else ():
        assert query.bbox is not None  # noqa: S101 - for the type checker
        box = widened(query.bbox, factor)
        yield Way("wider", replace(query, bbox=box, within=False, page=1), 0, "bbox")


def widened(box: BoundingBox, factor: float) -> BoundingBox:
    """The same middle, sides that many times as long; a point grows to a degree first."""
    width, height = max(box.width, 1) * factor, max(box.height, 1) * factor
    longitude, latitude = box.centre
    south, north = max(latitude - height / 2, -90), min(latitude + height / 2, 90)
    if width >= 360:
        return BoundingBox(-180, south, 180, north)
    west, east = _wrapped(longitude - width / 2), _wrapped(longitude + width / 2)
    return BoundingBox(round(west, 4), round(south, 4), round(east, 4), round(north, 4))


def _wrapped(longitude: float) -> float:
    return (longitude + 180) % 360 - 180


def _count(query: SearchQuery, labels: Sequence[str], ways: list[Way]) -> list[int]:
    if not ways:
        return []
    parameters = solr.parameters_of(replace(query, facets=False, page=1), labels)
    counted = {f"way_{n}": _counted(way, f"box_{n}", parameters) for n, way in enumerate(ways)}
    return _counts(parameters, counted)


def _counted(way: Way, box: str, parameters: Parameters) -> dict[str, object]:
    """The counts leave one filter aside; a wider box comes in the place of the one asked for."""
    asked = "*:*"
    if way.kind == "wider" and way.query.bbox:
        parameters |= box_parameters(box, way.query.bbox)
        asked = f"{{!bool must=${box}}}"
    return {"type": "query", "q": asked, "domain": {"excludeTags": way.facet}}


def _count_words(query: SearchQuery, labels: Sequence[str]) -> list[tuple[str, int]]:
    """Of each word, whatever the filters; what the asker may not read is not counted either."""
    terms = list(query.words.wanted_terms)[:MAX_WORDS]
    parameters = solr.parameters_of(SearchQuery(facets=False), labels)
    parameters["qf"] = solr.parameters_of(query, labels)["qf"]
    parameters["fq"] = [access_filter(labels, parameters)]
    counted = {}
    for index, term in enumerate(terms):
        parameters[f"word_{index}"] = escaped(Term(term.text, term.phrase))
        question = f"{{!edismax mm='100%' v=$word_{index}}}"
        counted[f"way_{index}"] = {"type": "query", "q": question}
    counts = _counts(parameters, counted)
    return [(term.text, count) for term, count in zip(terms, counts, strict=True)]


def _counts(parameters: Parameters, counted: dict[str, object] | dict[str, dict]) -> list[int]:
    solr.without_order(parameters)
    parameters |= {"rows": 0, "sort": "id asc", "json.facet": json.dumps(counted)}
    found = solr.send(parameters).get("facets", {})
    return [found.get(name, {}).get("count", 0) for name in counted]
