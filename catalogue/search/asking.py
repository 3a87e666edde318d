"""The one way from a question to layers: pages, API, exports and feeds take it."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from catalogue.markdown import plain
from catalogue.search import database, solr
from catalogue.search.highlight import marked, snippet
from catalogue.search.labels import labelled, labels_of
from catalogue.search.query import SearchQuery
from catalogue.search.results import Answer, Found, Hit
from layers.access import labels_of_user
from layers.models import Layer
from layers.querysets import LayerQuerySet
from solr_sync.exceptions import SyncError

logger = logging.getLogger(__name__)


def search(
    query: SearchQuery, user: User | AnonymousUser, rows: LayerQuerySet | None = None
) -> Found:
    """What the user may read of what the question asks for, from Solr or else from the database.

    `rows` says what is read of each layer; by default what a result card shows.
    """
    began = time.perf_counter()
    answer = _answer(query, user)
    hits = _hits(query, answer, user, cards() if rows is None else rows)
    labels = labels_of(query, answer.counts)
    return Found(
        total=answer.total,
        hits=hits,
        source=answer.source,
        facets=labelled(query, answer.counts, labels),
        labels=labels,
        distinct=answer.distinct,
        took_ms=round((time.perf_counter() - began) * 1000),
        solr_ms=answer.solr_ms,
        is_partial=answer.is_partial,
        next_cursor=answer.next_cursor,
        suggestion=answer.suggestion,
        place=query.place,
    )


def cards() -> LayerQuerySet:
    return Layer.objects.select_related("organisation", "resource_type").prefetch_related(
        "temporal_extents"
    )


def _answer(query: SearchQuery, user: User | AnonymousUser) -> Answer:
    try:
        return ask_solr(query, labels_of_user(user))
    except SyncError as error:
        if query.cursor:  # the database's order is another
            raise
        logger.warning("Search answers from the database: %s", error)
        return database.ask(query, user)


def ask_solr(query: SearchQuery, labels: Sequence[str]) -> Answer:
    """Asks again, with words that look alike, where nothing contains one of the question's."""
    answer = solr.ask(query, labels)
    if not answer.unknown:
        return answer
    second = solr.ask_widened(query, labels, answer.unknown)
    return second if second.total else answer


def _hits(
    query: SearchQuery, answer: Answer, user: User | AnonymousUser, rows: LayerQuerySet
) -> list[Hit]:
    """Rights are asked of the database again: what was withdrawn a moment ago is not shown."""
    found = {str(row.pk): row for row in rows.readable_by(user).filter(pk__in=answer.scores)}
    return [_hit(found[key], score, query) for key, score in answer.scores.items() if key in found]


def _hit(layer: Layer, score: float | None, query: SearchQuery) -> Hit:
    return Hit(
        layer=layer,
        score=score,
        title=marked(layer.title, query.words),
        snippet=snippet(plain(layer.abstract), query.words),
    )
