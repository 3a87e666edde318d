"""A question put to Solr. Every parameter is built here; none is passed on from a request.

Values of people go where nothing is parsed: into parameters that `{!terms}` and `{!term}` refer to.
The words are the exception, and are escaped (notes of the syntax: `catalogue.search.words`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from catalogue.search.breaker import Breaker
from catalogue.search.fields import (
    FACET_FIELDS,
    MINIMUM_MATCH,
    PHRASE_WEIGHTS,
    query_fields,
    weighted,
)
from catalogue.search.query import SearchQuery
from catalogue.search.results import Answer, Counts
from catalogue.search.words import Term, Words
from layers.extent import BoundingBox
from solr_sync.exceptions import SolrUnavailable
from solr_sync.solr import SolrClient

COLLECTION = "layers"
HANDLER = "catalogue"
# Together with the handler's timeAllowed these keep a page under three seconds.
CONNECT_SECONDS, READ_SECONDS = 1.0, 2.5
FACET_LIMIT = 30
SEPARATOR = "\x1f"  # `clean` leaves no such character in a value

SORTS = {
    "relevance": "score desc, modified_date desc, id asc",
    "modified": "modified_date desc, id asc",
    "title": "title_sort asc, id asc",
    "extent": "area asc, id asc",
}
SPECIAL = re.compile(r'([+\-&|!(){}\[\]^"~*?:\\/])')

Parameters = dict[str, Any]

breaker = Breaker()


def ask(query: SearchQuery, labels: Sequence[str]) -> Answer:
    """Raises SyncError where Solr does not answer, at once while it is known not to."""
    parameters = parameters_of(query, labels)
    try:
        with breaker.guard():
            found = _client().search(parameters.pop("q"), HANDLER, **parameters)
        return _answer(query, found.raw_response)
    except (ValueError, KeyError, TypeError) as error:
        raise SolrUnavailable("What answers in Solr's place is not Solr") from error


def _client() -> SolrClient:
    client = SolrClient(COLLECTION)
    client.timeout = (CONNECT_SECONDS, READ_SECONDS)
    return client


def parameters_of(query: SearchQuery, labels: Sequence[str]) -> Parameters:
    sort = "modified" if query.sort == "relevance" and not query.words else query.sort
    parameters: Parameters = {
        **words_parameters(query.words),
        "fl": "id,score",
        "sort": SORTS[sort],
        "start": query.offset,
        "rows": query.page_size,
    }
    filters = [access_filter(labels, parameters), *_chosen(query, parameters)]
    filters += [box_filter(query.bbox, query.within)] if query.bbox else []
    filters += [_time_filter(query, parameters)] if query.time else []
    parameters["fq"] = filters
    if query.facets:
        parameters["json.facet"] = json.dumps(dict(_facets(query, parameters)))
    return parameters


def access_filter(labels: Sequence[str], parameters: Parameters) -> str:
    """The one place where a question is cut to what its asker may read. Never without labels."""
    if not labels:
        raise ValueError("every asker holds labels")
    parameters["acl"] = ",".join(labels)
    return "{!terms f=acl v=$acl}"


def words_parameters(words: Words) -> Parameters:
    # A lone group of alternatives is the whole question to edismax, which would want all of them.
    is_choice = len(words.wanted) == 1 and len(words.wanted[0]) > 1
    return {
        "q": query_text(words) if words else "",
        "qf": query_fields([term.text for term in words.terms], words.count),
        "pf": weighted(PHRASE_WEIGHTS),
        "mm": "1" if is_choice else MINIMUM_MATCH,
        "tie": "0.1",
    }


def query_text(words: Words) -> str:
    wanted = [_alternatives(group) for group in words.wanted]
    unwanted = [f"-{_term(term)}" for term in words.unwanted]
    return " ".join([*(wanted or ["*:*"]), *unwanted])


def _alternatives(group: Sequence[Term]) -> str:
    text = " OR ".join(_term(term) for term in group)
    return f"({text})" if len(group) > 1 else text


def _term(term: Term) -> str:
    if term.phrase:
        return '"' + re.sub(r'(["\\])', r"\\\1", term.text) + '"'
    # Lower case takes their meaning from AND, OR and NOT.
    text = term.text.lower() if term.text in {"AND", "OR", "NOT"} else term.text
    return SPECIAL.sub(r"\\\1", text)


def _chosen(query: SearchQuery, parameters: Parameters) -> Iterator[str]:
    """Several values of a facet are alternatives. By the tag its counts leave the filter aside."""
    for facet, values in query.chosen.items():
        parameters[facet] = SEPARATOR.join(values)
        yield f"{{!terms tag={facet} {_terms(facet)} v=${facet}}}"
    for facet, values in query.excluded.items():
        parameters[f"not_{facet}"] = SEPARATOR.join(values)
        yield f"-{{!terms {_terms(facet)} v=$not_{facet}}}"


def _terms(facet: str) -> str:
    return f'f={FACET_FIELDS[facet]} separator="{SEPARATOR}"'


def box_filter(box: BoundingBox, within: bool) -> str:
    """Four ranges over the box's own fields: a quarter of the cost of Intersects, and never cached,
    since hardly a box comes twice."""
    west, east = f"[{box.west} TO *]", f"[* TO {box.east}]"
    if within:
        rows = f"+bbox__minY:[{box.south} TO *] +bbox__maxY:[* TO {box.north}]"
        inside = f"+bbox__minX:{west} +bbox__maxX:{east}"
        if not box.crosses_antimeridian:
            columns = f"{inside} +bbox__xdl:false"
        else:
            columns = (
                f"+((+bbox__xdl:true {inside})"
                f" (+bbox__xdl:false +(bbox__minX:{west} bbox__maxX:{east})))"
            )
    else:
        rows = f"+bbox__minY:[* TO {box.north}] +bbox__maxY:[{box.south} TO *]"
        reaches = f"bbox__minX:{east} bbox__maxX:{west}"
        both = f"+bbox__minX:{east} +bbox__maxX:{west}"
        if box.crosses_antimeridian:
            columns = f"+({reaches} bbox__xdl:true)"
        else:
            columns = f"+(({both}) (+bbox__xdl:true +({reaches})))"
    return f"{{!lucene cache=false}}{rows} {columns}"


def _time_filter(query: SearchQuery, parameters: Parameters) -> str:
    assert query.time is not None  # noqa: S101 - for the type checker
    parameters["time"] = f"[{query.time.start or '*'} TO {query.time.end or '*'}]"
    return "{!field f=temporal op=Intersects v=$time}"


def _facets(query: SearchQuery, parameters: Parameters) -> Iterator[tuple[str, dict[str, Any]]]:
    """Counts of a facet leave its own values aside, so that others can be added to them."""
    for facet, field in FACET_FIELDS.items():
        domain = {"excludeTags": facet}
        terms = {"type": "terms", "field": field, "limit": FACET_LIMIT, "numBuckets": True}
        yield facet, terms | {"domain": domain}
        for index, value in enumerate(query.chosen.get(facet, ())):
            name = f"{facet}_{index}"
            parameters[name] = value
            chosen = f"{{!term f={field} v=${name}}}"
            yield name, {"type": "query", "q": chosen, "domain": domain}


def _answer(query: SearchQuery, raw: dict[str, Any]) -> Answer:
    response = raw["response"]
    header = raw["responseHeader"]
    return Answer(
        total=response["numFound"],
        scores={document["id"]: document["score"] for document in response["docs"]},
        counts=_counts(query, raw.get("facets", {})),
        distinct={f: raw["facets"][f].get("numBuckets", 0) for f in _counted(raw)},
        source="solr",
        solr_ms=header.get("QTime", 0),
        is_partial=bool(header.get("partialResults")),
    )


def _counts(query: SearchQuery, facets: dict[str, Any]) -> dict[str, Counts]:
    counts: dict[str, Counts] = {}
    for facet in FACET_FIELDS if query.facets else ():
        found = {b["val"]: b["count"] for b in facets.get(facet, {}).get("buckets", [])}
        for index, value in enumerate(query.chosen.get(facet, ())):
            found.setdefault(value, facets.get(f"{facet}_{index}", {}).get("count", 0))
        counts[facet] = found
    return counts


def _counted(raw: dict[str, Any]) -> list[str]:
    return [facet for facet in FACET_FIELDS if facet in raw.get("facets", {})]
