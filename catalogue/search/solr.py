"""A question put to Solr. Every parameter is built here and in the modules beside this one; none is
passed on from a request. How words and values are kept from meaning anything to Solr's parsers:
`catalogue.search.wording`, `catalogue.search.filters`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson

from catalogue.search import correction, cursor, facets, paging
from catalogue.search.breaker import Breaker
from catalogue.search.filters import filters_of, overlap
from catalogue.search.naming import name_place
from catalogue.search.older import Lacking, without
from catalogue.search.patience import time_left
from catalogue.search.query import SearchQuery
from catalogue.search.results import Answer, Corrections
from catalogue.search.wording import Parameters, query_text, words_parameters
from catalogue.search.words import Words
from layers.extent import BoundingBox
from solr_sync.exceptions import DocumentRejected, SolrUnavailable
from solr_sync.solr import SolrClient

COLLECTION = "layers"
HANDLER = "catalogue"
# The handler's timeAllowed is shorter, so that a slow question ends with a part of its hits.
CONNECT_SECONDS, READ_SECONDS = 0.5, 1.5

SORTS = {
    "relevance": "score desc, modified_date desc, id asc",
    "modified": "modified_date desc, id asc",
    "title": "title_sort asc, id asc",
    "extent": "area asc, id asc",
}
# What a layer keeps of its score however badly its box fits the one that was asked for.
LEAST_OF_BOX = 0.1
# The score of the second phase takes the place of that of the first.
RERANK = "{{!rerank reRankQuery=$rank reRankDocs={count} reRankWeight=1 reRankOperator=replace}}"
RANK = "{!edismax qf=$rank_qf pf=$rank_pf bq=$exact boost=$rank_boost mm=1 v=$asked}"

breaker = Breaker()
lacking = Lacking()


def ask(query: SearchQuery, labels: Sequence[str]) -> Answer:
    """Raises SyncError where Solr does not answer, at once while it is known not to."""
    parameters = parameters_of(query, labels)
    counted = json.loads(parameters.get("json.facet", "{}"))
    if counted := counted | correction.lookups(query.words, parameters):
        parameters["json.facet"] = json.dumps(counted)
    return _answer(query, parameters, send(parameters))


def alternatives(words: Sequence[str], labels: Sequence[str]) -> tuple[Corrections, int]:
    """Words like these in what the asker may read, and Solr's milliseconds for finding them."""
    spelling = send(correction.spelling_parameters(words))
    found = correction.candidates(spelling)
    if not found:
        return {}, milliseconds(spelling)
    counts = send(correction.candidates_parameters(found, labels))
    return correction.readable(found, counts), milliseconds(spelling) + milliseconds(counts)


def ask_widened(query: SearchQuery, labels: Sequence[str], unknown: Corrections) -> Answer:
    """With words like the unknown ones beside them; says which question would be a better one."""
    parameters = parameters_of(query, labels, unknown)
    better = correction.corrected(query, unknown)
    counted = json.loads(parameters.get("json.facet", "{}"))
    # All its words have to occur, in one layer that the asker may read.
    counted["better"] = {"type": "query", "q": "{!edismax mm='100%' v=$better}"}
    parameters |= {
        "better": query_text(Words.parse(better)),
        "json.facet": json.dumps(counted),
    }
    raw = send(parameters)
    has_hits = raw.get("facets", {}).get("better", {}).get("count", 0) > 0
    return replace(_answer(query, parameters, raw), suggestion=better if has_hits else "")


def send(parameters: Parameters) -> dict[str, Any]:
    """Solr's answer to a question; what is no answer of Solr's counts as none."""
    while True:
        left_out = lacking.current()
        try:
            return _send(without(parameters, left_out))
        except DocumentRejected as error:
            if not lacking.learn(str(error), left_out):
                raise


def _send(parameters: Parameters) -> dict[str, Any]:
    try:
        with breaker.guard():
            raw: dict[str, Any] = (
                _client().search(parameters.pop("q"), HANDLER, **parameters).raw_response
            )
        raw["response"]["numFound"], raw["responseHeader"]
    except (ValueError, KeyError, TypeError) as error:
        raise SolrUnavailable("What answers in Solr's place is not Solr") from error
    return raw


class _Decoder:
    """Answers with counts are long, and this reads them five times as fast."""

    decode = staticmethod(orjson.loads)


def _client() -> SolrClient:
    client = SolrClient(COLLECTION)
    client.decoder = _Decoder
    client.timeout = (time_left(CONNECT_SECONDS), time_left(READ_SECONDS))
    return client


def parameters_of(
    query: SearchQuery, labels: Sequence[str], unknown: Corrections | None = None
) -> Parameters:
    """With words like the unknown ones beside them, where such are given."""
    words, rest = (
        correction.widened(found, unknown or {})
        for found in (query.words, query.words_beside_place)
    )
    parameters: Parameters = {
        **words_parameters(words),
        **_order(query),
        "fl": "id,score",
    }
    filters = [name_place(parameters, query.place, rest)] if query.place else []
    parameters["fq"] = filters_of(query, labels, parameters) + filters
    if query.facets:
        parameters["json.facet"] = json.dumps(dict(facets.requested(query, parameters)))
    return parameters


def without_order(parameters: Parameters) -> None:
    """For questions that only count."""
    for needless in ("cursorMark", "start", "boost", "bq", "rq"):
        parameters.pop(needless, None)


def _order(query: SearchQuery) -> Parameters:
    """A box ranks what it finds by overlap: a city's layer before one of the whole world."""
    ranked = query.words or query.bbox
    sort = "modified" if query.sort == "relevance" and not ranked else query.sort
    order: Parameters = {"sort": SORTS[sort]}
    if query.bbox and sort == "relevance":
        order |= boost_by_box(query.bbox)
    elif query.place and sort == "relevance":
        order |= boost_by_place(query.place.place.box)
    is_ranked = bool(query.words.wanted) and sort == "relevance"
    if is_ranked:  # a box ranks the best alone: its factor is dear for every hit
        order["rank_boost"] = order.pop("boost", "1")
    order |= paging.of(query, is_ranked=is_ranked)
    if is_ranked and "cursorMark" not in order:
        order |= {"rq": RERANK.format(count=paging.RANKED), "rank": RANK}
        # With more than the score to sort by, Solr would score the best once more.
        if not query.cursor:
            del order["sort"]
    return order


def boost_by_box(box: BoundingBox) -> Parameters:
    return {"boost": f"sum({LEAST_OF_BOX},query($overlap))", "overlap": overlap(box)}


def boost_by_place(box: BoundingBox) -> Parameters:
    """Gentler, since a place's name among the words may be meant as a word."""
    return {"boost": "sum(1,query($overlap))", "overlap": overlap(box)}


def milliseconds(raw: dict[str, Any]) -> int:
    """Solr's time for an answer."""
    found: int = raw["responseHeader"].get("QTime", 0)
    return found


def _answer(query: SearchQuery, parameters: Parameters, raw: dict[str, Any]) -> Answer:
    try:
        response, header = raw["response"], raw["responseHeader"]
        found = raw.get("facets", {})
        return Answer(
            total=response["numFound"],
            scores={document["id"]: document["score"] for document in response["docs"]},
            counts=facets.counts_of(query, found),
            distinct=facets.distinct_of(found),
            source="solr",
            solr_ms=milliseconds(raw),
            is_partial=bool(header.get("partialResults")),
            next_cursor=_next_cursor(query, parameters, raw),
            unseen=correction.unseen(query.words, found),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise SolrUnavailable("What answers in Solr's place is not Solr") from error


def _next_cursor(query: SearchQuery, parameters: Parameters, raw: dict[str, Any]) -> str | None:
    """None behind the last hit, and for pages that were asked for by their number."""
    response, mark = raw["response"], raw.get("nextCursorMark")
    is_full = len(response["docs"]) == parameters["rows"] < response["numFound"]
    if not is_full or (query.page > 1 and not query.cursor):
        return None
    if mark is None:
        read = parameters["start"] + len(response["docs"])
        if read >= response["numFound"]:
            return None
        mark = paging.counted(read) if read < paging.RANKED else _mark_behind_ranked(parameters)
    return cursor.seal(mark, query.fingerprint)


def _mark_behind_ranked(parameters: Parameters) -> str:
    needless = {"rq", "start", "json.facet"}
    first = {name: value for name, value in parameters.items() if name not in needless}
    first |= {"fl": "id", "rows": paging.RANKED, "sort": SORTS["relevance"]}
    return str(send(first | {"cursorMark": cursor.START})["nextCursorMark"])
