"""A question put to Solr. Every parameter is built here and in the modules beside this one; none is
passed on from a request. How words and values are kept from meaning anything to Solr's parsers:
`catalogue.search.wording`, `catalogue.search.filters`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from catalogue.search import cursor, facets
from catalogue.search.breaker import Breaker
from catalogue.search.correction import corrected, unknown_words, widened
from catalogue.search.filters import filters_of, overlap
from catalogue.search.query import SearchQuery
from catalogue.search.results import Answer, Corrections
from catalogue.search.wording import Parameters, query_text, words_parameters
from catalogue.search.words import Words
from layers.extent import BoundingBox
from solr_sync.exceptions import SolrUnavailable
from solr_sync.solr import SolrClient

COLLECTION = "layers"
HANDLER = "catalogue"
# Together with the handler's timeAllowed these keep a page under three seconds.
CONNECT_SECONDS, READ_SECONDS = 1.0, 2.5

SORTS = {
    "relevance": "score desc, modified_date desc, id asc",
    "modified": "modified_date desc, id asc",
    "title": "title_sort asc, id asc",
    "extent": "area asc, id asc",
}
# What a layer keeps of its score however badly its box fits the one that was asked for.
LEAST_OF_BOX = 0.1

breaker = Breaker()


def ask(query: SearchQuery, labels: Sequence[str]) -> Answer:
    """Raises SyncError where Solr does not answer, at once while it is known not to."""
    parameters = parameters_of(query, labels, query.words)
    if query.words:
        parameters |= {"spellcheck": "true", "spellcheck.q": plain_words(query.words)}
    return _answer(query, send(parameters))


def ask_widened(query: SearchQuery, labels: Sequence[str], unknown: Corrections) -> Answer:
    """With words like the unknown ones beside them; says which question would be a better one."""
    parameters = parameters_of(query, labels, widened(query.words, unknown))
    better = corrected(query, unknown)
    counted = json.loads(parameters.get("json.facet", "{}"))
    # All its words have to occur, in one layer that the asker may read.
    counted["better"] = {"type": "query", "q": "{!edismax mm='100%' pf='' v=$better}"}
    parameters |= {
        "better": query_text(Words.parse(better)),
        "json.facet": json.dumps(counted),
    }
    raw = send(parameters)
    has_hits = raw.get("facets", {}).get("better", {}).get("count", 0) > 0
    return replace(_answer(query, raw), suggestion=better if has_hits else "")


def send(parameters: Parameters) -> dict[str, Any]:
    """Solr's answer to a question; what is no answer of Solr's counts as none."""
    try:
        with breaker.guard():
            raw: dict[str, Any] = (
                _client().search(parameters.pop("q"), HANDLER, **parameters).raw_response
            )
        raw["response"]["numFound"], raw["responseHeader"]
    except (ValueError, KeyError, TypeError) as error:
        raise SolrUnavailable("What answers in Solr's place is not Solr") from error
    return raw


def _client() -> SolrClient:
    client = SolrClient(COLLECTION)
    client.timeout = (CONNECT_SECONDS, READ_SECONDS)
    return client


def parameters_of(query: SearchQuery, labels: Sequence[str], words: Words) -> Parameters:
    parameters: Parameters = {
        **words_parameters(words),
        **_order(query),
        "fl": "id,score",
        "rows": query.page_size,
        "fq": [],
    }
    parameters["fq"] = filters_of(query, labels, parameters)
    if query.facets:
        parameters["json.facet"] = json.dumps(dict(facets.requested(query, parameters)))
    return parameters


def plain_words(words: Words) -> str:
    return " ".join(term.text for term in words.wanted_terms)


def _order(query: SearchQuery) -> Parameters:
    """A box ranks what it finds by overlap: a city's layer before one of the whole world."""
    ranked = query.words or query.bbox
    sort = "modified" if query.sort == "relevance" and not ranked else query.sort
    order: Parameters = {"sort": SORTS[sort]}
    if query.bbox and sort == "relevance":
        order |= boost_by_box(query.bbox)
    elif query.place and sort == "relevance":
        order |= boost_by_place(query.place.place.box)
    if query.cursor or query.page == 1:
        mark = query.cursor or cursor.START
        order["cursorMark"] = cursor.unseal(mark, query.fingerprint)
    else:
        order["start"] = query.offset
    return order


def boost_by_box(box: BoundingBox) -> Parameters:
    return {"boost": f"sum({LEAST_OF_BOX},query($overlap))", "overlap": overlap(box)}


def boost_by_place(box: BoundingBox) -> Parameters:
    """Gentler, since a place's name among the words may be meant as a word only."""
    return {"boost": "sum(1,query($overlap))", "overlap": overlap(box)}


def _answer(query: SearchQuery, raw: dict[str, Any]) -> Answer:
    try:
        response, header = raw["response"], raw["responseHeader"]
        found = raw.get("facets", {})
        return Answer(
            total=response["numFound"],
            scores={document["id"]: document["score"] for document in response["docs"]},
            counts=facets.counts_of(query, found),
            distinct=facets.distinct_of(found),
            source="solr",
            solr_ms=header.get("QTime", 0),
            is_partial=bool(header.get("partialResults")),
            next_cursor=_next_cursor(query, raw),
            unknown=unknown_words(raw),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise SolrUnavailable("What answers in Solr's place is not Solr") from error


def _next_cursor(query: SearchQuery, raw: dict[str, Any]) -> str | None:
    mark = raw.get("nextCursorMark")
    if mark is None or len(raw["response"]["docs"]) < query.page_size:
        return None
    if query.page_size >= raw["response"]["numFound"]:
        return None
    return cursor.seal(mark, query.fingerprint)
