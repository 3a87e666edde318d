"""The same question put to the database, while Solr is away: plainer, and bounded."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Lower

from accounts.models import User
from catalogue.search.query import SearchQuery
from catalogue.search.results import Answer, Counts
from catalogue.search.words import Term
from catalogue.solr_values import WORLD_HEIGHT, WORLD_WIDTH
from layers.extent import BoundingBox
from layers.models import Layer, TemporalExtent
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
FACET_LIMIT = 30
# Without an index of words each question reads every layer; what takes longer is left out.
MAX_COUNTED = 10_000
SECONDS = 1.0
MAX_TERMS = 12


def ask(query: SearchQuery, user: User | AnonymousUser) -> Answer:
    ids, total = _page(query, matching(query, user))
    counts = {facet: _count(query, user, facet) for facet in FACET_COLUMNS if query.facets}
    distinct = {facet: len(found) for facet, found in counts.items()}
    return Answer(total, dict.fromkeys(ids), counts, source="database", distinct=distinct)


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


def _page(query: SearchQuery, found: LayerQuerySet) -> tuple[list[str], int]:
    rows = sorted_by(found, query.sort).values_list("pk", flat=True)

    def read() -> tuple[list[str], int]:
        ids = list(rows[query.offset : query.offset + query.page_size])
        return [str(pk) for pk in ids], found.order_by()[:MAX_COUNTED].count()

    nothing: tuple[list[str], int] = ([], 0)
    return _within_time(read, nothing)


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

    def read() -> Counts:
        counts = dict(rows[:FACET_LIMIT])
        if missing := [v for v in query.chosen.get(facet, ()) if v not in counts]:
            counts |= dict.fromkeys(missing, 0) | dict(rows.filter(**{f"{column}__in": missing}))
        return counts

    return _within_time(read, {})


def _words(query: SearchQuery) -> Q:
    condition = Q()
    for group in query.words.wanted[:MAX_TERMS]:
        alternatives = Q()
        for term in group[:MAX_TERMS]:
            alternatives |= _mentions(term)
        condition &= alternatives
    for term in query.words.unwanted[:MAX_TERMS]:
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


def _within_time(read: Callable[[], T], otherwise: T) -> T:
    """PostgreSQL ends a statement that takes too long; what it would have told is then missing."""
    if connection.vendor != "postgresql":
        return read()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {int(SECONDS * 1000)}")
            return read()
    except OperationalError as error:
        logger.warning("A search in the database was ended: %s", str(error).strip())
        return otherwise
