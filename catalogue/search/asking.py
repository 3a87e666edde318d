"""The one way from a question to layers: pages, API, exports and feeds take it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from catalogue.markdown import plain
from catalogue.search import database, solr
from catalogue.search.highlight import SEARCHED, marked, snippet
from catalogue.search.labels import labelled, labels_of
from catalogue.search.query import SearchQuery
from catalogue.search.results import Answer, Found, Hit, T
from layers.access import labels_of_user
from layers.listed import BOX
from layers.models import Layer
from layers.querysets import LayerQuerySet
from solr_sync.exceptions import SyncError

logger = logging.getLogger(__name__)

READ = SEARCHED + 1000  # of an abstract, signs of Markdown included
# What cards and the lists of titles show: a layer has three times as many columns.
CARD = (
    *("slug", "title", "abstract", "state", "visibility", *BOX),
    *("organisation__name", "resource_type__label", "resource_type__labels"),
)


def search(query: SearchQuery, user: User | AnonymousUser) -> Found[Layer]:
    """What the user may read of what the question asks for, from Solr or else from the database."""
    return search_and_read(query, user, lambda keys: read_cards(keys, user))


def search_and_read(
    query: SearchQuery, user: User | AnonymousUser, read: Callable[[Sequence[str]], Mapping[str, T]]
) -> Found[T]:
    """`read` gives those of the layers that the user may read now: rights are asked of the database
    again, so that what was withdrawn a moment ago is not shown.
    """
    began = time.perf_counter()
    answer = _answer(query, user)
    layers = read(list(answer.scores))
    hits = [
        _hit(layers[key], score, query) for key, score in answer.scores.items() if key in layers
    ]
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


def read_cards(keys: Sequence[str], user: User | AnonymousUser) -> dict[str, Layer]:
    """What a result card shows of them."""
    return {str(row.pk): row for row in cards().readable_by(user).filter(pk__in=keys)}


def cards() -> LayerQuerySet:
    rows = Layer.objects.select_related("organisation", "resource_type")
    return rows.prefetch_related("temporal_extents").only(*CARD)


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
    if not answer.unseen:
        return answer
    unknown, milliseconds = solr.alternatives(answer.unseen, labels)
    milliseconds += answer.solr_ms or 0
    if unknown:
        second = solr.ask_widened(query, labels, unknown)
        milliseconds += second.solr_ms or 0
        answer = second if second.total else answer
    return replace(answer, solr_ms=milliseconds)


def _hit(layer: T, score: float | None, query: SearchQuery) -> Hit[T]:
    return Hit(
        layer=layer,
        score=score,
        title=marked(layer.title, query.words),
        snippet=snippet(plain(layer.abstract[:READ]), query.words),
    )
