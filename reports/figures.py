"""The sections of the report on the catalogue, each from a few aggregates of the database.

They cover what everybody may see: published, public layers. Layers are named by their ids; titles
are put on when the report is shown, under the rights of whoever looks.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import Avg, Count, F, Max, Q
from django.db.models.functions import TruncDate

from layers.completeness import CRITERIA, with_completeness
from layers.models import Layer
from layers.querysets import LayerQuerySet
from reports.links import dead_links_of
from reports.models import SLOW_MS, EmptySearch, Link, PageView
from reports.periods import Period
from solr_sync.registry import registry
from solr_sync.status import overview_of

Section = dict[str, Any]
TOP = 20
TOP_WORDS = 50
TOP_LINKS = 100
BARS_OF_SCORES = 10
LAYER_PAGE = re.compile(r"/layers/(?!new/)([-\w]+)/")
# Its address may say what it was about, so nobody is shown it.
GONE = "gone"


def public_layers() -> LayerQuerySet:
    return Layer.objects.readable_by(AnonymousUser()).order_by()


def views_in(period: Period) -> Any:
    rows = PageView.objects.filter(day__range=(period.first, period.last)).order_by()
    return rows.filter(url__startswith=period.url) if period.url else rows


def views(period: Period) -> Section:
    """Counts by day and millisecond: from them each median is exact, in one pass of the table."""
    by_day: dict[Any, dict[int, int]] = defaultdict(dict)
    for day, ms, count in views_in(period).values_list("day", "ms").annotate(n=Count("pk")):
        by_day[day][ms] = count
    everything: dict[int, int] = defaultdict(int)
    for counts in by_day.values():
        for ms, count in counts.items():
            everything[ms] += count
    days = [{"day": day.isoformat()} | _times(by_day.get(day, {})) for day in period.dates]
    return {"views": _times(everything) | {"by_day": days}}


def _times(counts: dict[int, int]) -> Section:
    total = sum(counts.values())
    return {
        "count": total,
        "p50_ms": _quantile(counts, total, 0.5),
        "p95_ms": _quantile(counts, total, 0.95),
        "slow": sum(count for ms, count in counts.items() if ms >= SLOW_MS),
    }


def _quantile(counts: dict[int, int], total: int, share: float) -> int | None:
    passed = 0
    for ms in sorted(counts):
        passed += counts[ms]
        if passed >= share * total:
            return ms
    return None


def pages(period: Period) -> Section:
    rows = (
        views_in(period)
        .values("url")
        .annotate(views=Count("pk"), mean_ms=Avg("ms"), slowest_ms=Max("ms"))
        .order_by("-views", "url")
    )
    most, slow = list(rows[:TOP]), list(rows.filter(ms__gte=SLOW_MS)[:TOP])
    layers = _layers_at({row["url"] for row in most + slow})
    return {
        "pages": [_page(row, layers) for row in most],
        "slow_pages": [_page(row, layers) for row in slow],
    }


def _layers_at(urls: set[str]) -> dict[str, str]:
    """Of those addresses that are pages of layers; of one that is there no more, GONE."""
    slugs = {found[1]: url for url in urls if (found := LAYER_PAGE.fullmatch(url))}
    rows = Layer.objects.filter(slug__in=slugs).order_by().values_list("slug", "pk")
    return dict.fromkeys(slugs.values(), GONE) | {slugs[slug]: str(pk) for slug, pk in rows}


def _page(row: dict[str, Any], layers: dict[str, str]) -> Section:
    return row | {"layer": layers.get(row["url"]), "mean_ms": round(row["mean_ms"])}


def layers(period: Period) -> Section:
    rows = views_in(period).filter(layer__isnull=False).values_list("layer")
    most = rows.annotate(n=Count("pk")).order_by("-n", "layer")[:TOP]
    return {"most_viewed": [{"layer": str(layer), "views": count} for layer, count in most]}


def searches(period: Period) -> Section:
    rows = EmptySearch.objects.filter(day__range=(period.first, period.last)).order_by()
    words = rows.values("words").annotate(times=Count("pk")).order_by("-times", "words")
    return {"searches_without_hits": {"count": rows.count(), "words": list(words[:TOP_WORDS])}}


def edits(period: Period) -> Section:
    """Of an edited layer the last edit counts: earlier ones are not kept."""
    added = _by_day(public_layers().filter(created_at__gte=period.begin), "created_at")
    edited_rows = public_layers().filter(updated_at__gte=period.begin, version__gt=1)
    edited = _by_day(edited_rows, "updated_at")
    days = [
        {"day": day.isoformat(), "added": added.get(day, 0), "edited": edited.get(day, 0)}
        for day in period.dates
    ]
    return {"layers_by_day": days, "organisations": list(_organisations(period))}


def _by_day(rows: LayerQuerySet, column: str) -> dict[Any, int]:
    return dict(rows.values_list(TruncDate(column)).annotate(n=Count("pk")))


def _organisations(period: Period) -> Iterator[Section]:
    added, edited = Q(created_at__gte=period.begin), Q(version__gt=1, updated_at__gte=period.begin)
    rows = (
        public_layers()
        .filter(added | edited, organisation__isnull=False)
        .values("organisation")
        .annotate(
            name=F("organisation__name"),
            added=Count("pk", filter=added),
            edited=Count("pk", filter=edited),
            active=Count("pk"),
        )
        .order_by("-active", "name")
    )
    for row in rows[:TOP]:
        yield {name: row[name] for name in ("name", "added", "edited")}


def completeness(period: Period) -> Section:
    """The database groups layers by what they have: each condition is looked at once for each."""
    del period  # of the catalogue as it is
    conditions = [f"has_{criterion.name}" for criterion in CRITERIA]
    rows = with_completeness(public_layers()).values_list(*conditions).annotate(n=Count("pk"))
    width = 100 // BARS_OF_SCORES
    scores, missing = [0] * BARS_OF_SCORES, [0] * len(CRITERIA)
    total = points = 0
    for *has, count in rows:
        score = sum(c.weight for c, there in zip(CRITERIA, has, strict=True) if there)
        total, points = total + count, points + score * count
        scores[min(score // width, BARS_OF_SCORES - 1)] += count
        missing = [n + (0 if there else count) for n, there in zip(missing, has, strict=True)]
    lacks = zip((criterion.name for criterion in CRITERIA), missing, strict=True)
    return {
        "completeness": {
            "layers": total,
            "mean": round(points / total, 1) if total else 0,
            "scores": [{"from": n * width, "layers": count} for n, count in enumerate(scores)],
            "missing": dict(sorted(lacks, key=lambda pair: -pair[1])),
        }
    }


def links(period: Period) -> Section:
    del period  # as they are
    counts = dict(Link.objects.order_by().values_list("state").annotate(n=Count("pk")))
    states = {str(state): counts.get(state, 0) for state in Link.State}
    return {"links": {"states": states, "dead": dead_links_of(public_layers(), TOP_LINKS)}}


def index(period: Period) -> Section:
    del period
    found = overview_of(registry["layer"])
    kept = ("pending", "parked", "oldest_pending_age", "rate", "unavailable_since", "last_audit")
    return {"index": {name: value for name, value in found.as_dict().items() if name in kept}}


SECTIONS: dict[str, Callable[[Period], Section]] = {
    "views": views,
    "pages": pages,
    "layers": layers,
    "searches": searches,
    "edits": edits,
    "completeness": completeness,
    "links": links,
    "index": index,
}


def section(name: str, period: Period) -> Section:
    """One of SECTIONS, with more memory than a request's statements get.

    Compiling these statements costs PostgreSQL more than it saves.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL jit = off; SET LOCAL work_mem = '64MB'")
        return SECTIONS[name](period)
