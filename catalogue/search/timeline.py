"""How many hits are about which years.

A layer is about the years of its periods. So the layers about the years a to b are all that know a
time, but those that begin after b, those that end before a, and those with a gap between two
periods that reaches from before a to after b. No layer is two of these, so the numbers of
beginnings, of ends and of gaps by year give exact columns of any width.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from catalogue.search.facets import buckets

MAX_YEARS = 5000
MAX_COLUMNS = 48
WIDTHS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000, 50_000)
TRIMMED = 0.01  # at both sides: a lone layer of the ice age leaves the others no room


Gap = tuple[int, int]  # its first and its last year


@dataclass(frozen=True, slots=True)
class Column:
    start: int
    end: int  # its last year
    count: int


@dataclass(frozen=True)
class Timeline:
    columns: list[Column]
    known: int  # hits with a time

    @property
    def highest(self) -> int:
        return max((column.count for column in self.columns), default=0)


def timeline_request() -> dict[str, Any]:
    """Counts leave the time's own filter aside, so that it can be widened."""
    domain = {"excludeTags": "time"}
    known = "start_year:[* TO *] end_year:[* TO *]"
    years = {"type": "terms", "limit": MAX_YEARS, "domain": domain}
    return {
        "starts": years | {"field": "start_year"},
        "ends": years | {"field": "end_year"},
        "gaps": years | {"field": "year_gap"},
        "timed": {"type": "query", "q": known, "domain": domain},
        # Open at both sides: nothing but the gap tells that a time is known.
        "open": {"type": "query", "q": "+year_gap:[* TO *] -start_year:[* TO *] -end_year:[* TO *]"}
        | {"domain": domain},
    }


def timeline_of(facets: dict[str, Any]) -> Timeline:
    starts, ends = buckets(facets.get("starts", {})), buckets(facets.get("ends", {}))
    known = sum(facets.get(name, {}).get("count", 0) for name in ("timed", "open"))
    gaps = {_gap(text): count for text, count in buckets(facets.get("gaps", {})).items()}
    return timeline(_years(starts), _years(ends), known, gaps)


def _gap(text: str) -> Gap:
    first, last = text.split("/")
    return int(first), int(last)


def _years(counts: dict[str, int]) -> dict[int, int]:
    return {int(year): count for year, count in counts.items()}


def timeline(
    starts: dict[int, int],
    ends: dict[int, int],
    known: int,
    gaps: dict[Gap, int] | None = None,
) -> Timeline:
    """From the numbers of layers that begin and that end in each year, and of gaps by their years.

    A gap holds the years between two periods, without the years of either.
    """
    if not starts and not ends:
        return Timeline([], known)
    first, last = _span(starts, ends)
    width = next((w for w in WIDTHS if (last - first) / w < MAX_COLUMNS), WIDTHS[-1])
    first -= first % width
    began, ended = _Sums(starts), _Sums(ends)

    def column(start: int) -> Column:
        end = start + width - 1
        away = sum(count for (a, b), count in (gaps or {}).items() if a <= start and end <= b)
        return Column(start, end, known - began.after(end) - ended.before(start) - away)

    return Timeline([column(year) for year in range(first, last + 1, width)], known)


def _span(starts: dict[int, int], ends: dict[int, int]) -> tuple[int, int]:
    """The years that hold nearly all beginnings and ends, up to now at the most."""
    years = sorted([*starts.items(), *ends.items()])
    total = sum(count for _, count in years)
    running = list(accumulate(count for _, count in years))
    first = years[bisect_left(running, max(total * TRIMMED, 1))][0]
    last = years[min(bisect_left(running, total * (1 - TRIMMED)), len(years) - 1)][0]
    last = min(last, max(datetime.now(UTC).year, first))
    return first, last


class _Sums:
    def __init__(self, counts: dict[int, int]) -> None:
        self.years = sorted(counts)
        self.sums = [0, *accumulate(counts[year] for year in self.years)]

    def before(self, year: int) -> int:
        return self.sums[bisect_left(self.years, year)]

    def after(self, year: int) -> int:
        return self.sums[-1] - self.sums[bisect_right(self.years, year)]
