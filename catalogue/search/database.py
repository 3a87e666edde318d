"""The same question put to the database, while Solr is away: plainer, and bounded."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial, reduce
from operator import or_
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Lower

from accounts.models import User
from catalogue.search.query import SearchQuery
from catalogue.search.results import Answer, Counts
from catalogue.search.words import Term, Words
from catalogue.solr_values import WORLD_HEIGHT, WORLD_WIDTH
from layers.extent import BoundingBox
from layers.models import Distribution, Layer, TemporalExtent
from layers.querysets import LayerQuerySet

T = TypeVar("T")

logger = logging.getLogger(__name__)

FACET_COLUMNS = {
    "topic": "topic_categories",
    "keyword": "keywords__name",
    "region": "regions",
    "organisation": "organisation__name",
    "type": "resource_type",
    "format": "format",
    "licence": "licence",
    "access": "visibility",
}
# What the index calls `location` (catalogue.solr_values.location)
NOWHERE = Q(pk__in=[])
_IS_POINT = Q(west=F("east"), south=F("north"))
_IS_WORLD = Q(west__lte=F("east") - WORLD_WIDTH, south__lte=F("north") - WORLD_HEIGHT)
LOCATIONS = {
    "none": Q(west__isnull=True),
    "point": _IS_POINT,
    "world": _IS_WORLD,
    "area": Q(west__isnull=False) & ~_IS_POINT & ~_IS_WORLD,
}
# What it calls `links` (catalogue.solr_values.links)
_IS_DEAD = Q(dead_links__isnull=False)
_HAS_LINKS = Exists(Distribution.objects.filter(layer=OuterRef("pk")))
LINKS = {
    "dead": _IS_DEAD,
    "present": ~_IS_DEAD & Q(_HAS_LINKS),
    "none": ~_IS_DEAD & ~Q(_HAS_LINKS),
}
FACET_LIMIT = 30
# Without an index of words each question reads every layer; what takes longer is left out.
MAX_COUNTED = 10_000
SECONDS = 1.0
LEAST = 0.02
STEPS = 20_000  # of SQLite's machine between two looks at the clock
MAX_TERMS = 12


def ask(query: SearchQuery, user: User | AnonymousUser) -> Answer:
    """What could not be read within SECONDS is missing, and the answer says so."""
    reading = _Reading()
    found = matching(query, user)
    rows = sorted_by(found, query.sort).values_list("pk", flat=True)
    page = slice(query.offset, query.offset + query.page_size)
    nothing: list[Any] = []
    uncounted: Counts = {}
    ids = reading.of(lambda: list(rows[page]), nothing)
    total = reading.of(lambda: found.order_by()[:MAX_COUNTED].count(), query.offset + len(ids))
    counts = {
        facet: reading.of(partial(_count, query, user, facet), uncounted)
        for facet in FACET_COLUMNS
        if query.facets
    }
    return Answer(
        total,
        {str(pk): None for pk in ids},
        counts,
        source="database",
        distinct={facet: len(values) for facet, values in counts.items()},
        is_partial=reading.was_ended,
    )


def matching(
    query: SearchQuery, user: User | AnonymousUser, *, leaving_out: str = ""
) -> LayerQuerySet:
    """What the user may read of what is asked for; a facet may be left aside, for its counts."""
    layers = Layer.objects.readable_by(user).filter(_words(query))
    for facet, values in query.chosen.items():
        if facet != leaving_out:
            layers = layers.filter(_has(facet, values))
    for facet, values in query.excluded.items():
        layers = layers.exclude(_has(facet, values))
    if query.bbox:
        layers = layers.filter(_box(query.bbox, query.within))
    return layers.filter(_time(query)) if query.time else layers


def sorted_by(layers: LayerQuerySet, sort: str) -> LayerQuerySet:
    match sort:
        case "title":
            return layers.order_by(Lower("title"), "pk")
        case "extent":
            size = (F("east") - F("west")) * (F("north") - F("south"))
            return layers.order_by(size.asc(nulls_last=True), "pk")
        case _:
            return layers.order_by("-updated_at", "pk")


def _count(query: SearchQuery, user: User | AnonymousUser, facet: str) -> Counts:
    column = FACET_COLUMNS[facet]
    within = matching(query, user, leaving_out=facet).order_by().values("pk")[:MAX_COUNTED]
    rows = (
        Layer.objects.filter(pk__in=within.values_list("pk"))
        .order_by()
        .exclude(Q(**{f"{column}__isnull": True}) | Q(**{column: ""}))
        .values_list(column)
        .annotate(hits=Count("pk"))
        .order_by("-hits", column)
    )

    counts = dict(rows[:FACET_LIMIT])
    if missing := [v for v in query.chosen.get(facet, ()) if v not in counts]:
        counts |= dict.fromkeys(missing, 0) | dict(rows.filter(**{f"{column}__in": missing}))
    return counts


def _words(query: SearchQuery) -> Q:
    condition = _all_of(query.words)
    if query.place:
        inside = _box(query.place.place.box, within=False) & _all_of(query.words_beside_place)
        return condition | inside
    return condition


def _all_of(words: Words) -> Q:
    condition = Q()
    for group in words.wanted[:MAX_TERMS]:
        alternatives = Q()
        for term in group[:MAX_TERMS]:
            alternatives |= _mentions(term)
        condition &= alternatives
    for term in words.unwanted[:MAX_TERMS]:
        condition &= ~_mentions(term)
    return condition


def _mentions(term: Term) -> Q:
    keyword = Layer.keywords.through.objects.filter(
        layer=OuterRef("pk"), keyword__name__icontains=term.text
    )
    return (
        Q(title__icontains=term.text)
        | Q(abstract__icontains=term.text)
        | Q(pk__in=_layers_of_organisation(term.text))
        | Q(Exists(keyword))
    )


def _layers_of_organisation(name: str) -> Any:
    return Layer.objects.filter(organisation__name__icontains=name).values("pk")


def _has(facet: str, values: tuple[str, ...]) -> Q:
    """As a condition on the key, so that a layer with two of the values is still one hit."""
    if facet == "location":
        return reduce(or_, (LOCATIONS.get(value, NOWHERE) for value in values))
    if facet == "links":
        return reduce(or_, (LINKS.get(value, NOWHERE) for value in values))
    column = FACET_COLUMNS[facet]
    if facet == "region":
        inside = Q(regions__in=values) | Q(regions__level="country", regions__parent__in=values)
        return Q(pk__in=Layer.objects.filter(inside).values("pk"))
    return Q(pk__in=Layer.objects.filter(**{f"{column}__in": values}).values("pk"))


def _box(box: BoundingBox, within: bool) -> Q:
    crosses = Q(west__gt=F("east"))
    if within:
        rows = Q(south__gte=box.south, north__lte=box.north)
        inside = Q(west__gte=box.west, east__lte=box.east)
        if not box.crosses_antimeridian:
            return rows & inside & ~crosses
        one_side = Q(west__gte=box.west) | Q(east__lte=box.east)
        return rows & (crosses & inside | ~crosses & one_side)
    rows = Q(south__lte=box.north, north__gte=box.south)
    starts, ends = Q(west__lte=box.east), Q(east__gte=box.west)
    if box.crosses_antimeridian:
        return rows & (starts | ends | crosses)
    return rows & (starts & ends | crosses & (starts | ends))


def _time(query: SearchQuery) -> Q:
    extents = TemporalExtent.objects.filter(layer=OuterRef("pk"))
    if query.time and query.time.end:
        extents = extents.filter(
            Q(start_year__isnull=True) | Q(start_year__lte=query.time.end.year)
        )
    if query.time and query.time.start:
        extents = extents.filter(Q(end_year__isnull=True) | Q(end_year__gte=query.time.start.year))
    return Q(Exists(extents))


class _Reading:
    """All questions of one page, with SECONDS for them together: what takes longer is ended."""

    def __init__(self) -> None:
        self.until = time.monotonic() + SECONDS
        self.was_ended = False

    def of(self, read: Callable[[], T], otherwise: T) -> T:
        left = self.until - time.monotonic()
        limit = {"postgresql": _in_postgresql, "sqlite": _in_sqlite}.get(connection.vendor)
        try:
            if left < LEAST:
                raise OperationalError("no time was left")
            with limit(left) if limit else nullcontext():
                return read()
        except OperationalError as error:
            logger.warning("A search in the database was ended: %s", str(error).strip())
            self.was_ended = True
            return otherwise


@contextmanager
def _in_postgresql(seconds: float) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
        yield
        cursor.execute("SET LOCAL statement_timeout TO DEFAULT")  # for what is around


@contextmanager
def _in_sqlite(seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    database, until = connection.connection, time.monotonic() + seconds
    database.set_progress_handler(lambda: time.monotonic() > until, STEPS)
    try:
        yield
    finally:
        database.set_progress_handler(None, 0)
