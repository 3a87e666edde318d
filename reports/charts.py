"""Bars and lines as numbers, for drawings in pages and in PDF alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 640.0, 200.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 8.0, 12.0, 24.0
MOST_LABELS = 7
KEPT = 64  # charts
GAP = 0.25  # of the width of a column


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    series: int
    title: str


@dataclass(frozen=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True)
class Chart:
    title: str
    series: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]  # of each column, one for each series
    bars: tuple[Bar, ...]
    lines: tuple[Tick, ...]
    labels: tuple[Tick, ...]
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def rows(self) -> list[tuple[str, tuple[float, ...]]]:
        """For a table that says the same in numbers."""
        return list(zip(self.columns, self.values, strict=True))

    @property
    def svg(self) -> SafeString:
        """What stands between the tags of the drawing; a template would take ten times as long."""
        return _drawing(self)

    @property
    def table(self) -> SafeString:
        """The rows of a table that says the same in numbers."""
        return _numbers(self)

    @property
    def is_empty(self) -> bool:
        return not any(any(values) for values in self.values)

    @property
    def left(self) -> float:
        return LEFT

    @property
    def right(self) -> float:
        return self.width - RIGHT

    @property
    def base(self) -> float:
        return self.height - BOTTOM


# A report is shown for minutes, and its charts are nearly half of what its page costs.
@lru_cache(KEPT)
def _drawing(chart: Chart) -> SafeString:
    lines = format_html_join(
        "",
        '<line class="chart__line" x1="{}" x2="{}" y1="{}" y2="{}"/>'
        '<text class="chart__tick" x="{}" y="{}" dx="-6" dy="4">{}</text>',
        ((LEFT, chart.right, t.at, t.at, LEFT, t.at, t.text) for t in chart.lines),
    )
    bars = format_html_join(
        "",
        '<rect class="chart__bar-{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>',
        ((b.series, b.x, b.y, b.width, b.height, b.title) for b in chart.bars),
    )
    labels = format_html_join(
        "",
        '<text class="chart__label" x="{}" y="{}" dy="-6">{}</text>',
        ((label.at, chart.height, label.text) for label in chart.labels),
    )
    return lines + bars + labels


@lru_cache(KEPT)
def _numbers(chart: Chart) -> SafeString:
    cells = (
        (
            name,
            format_html_join(
                "", '<td class="table__number">{}</td>', zip(map(_number, values), strict=True)
            ),
        )
        for name, values in chart.rows
    )
    return format_html_join("", '<tr><th scope="row">{}</th>{}</tr>', cells)


def columns(
    title: str, series: Sequence[str], rows: Sequence[tuple[str, Sequence[float]]]
) -> Chart:
    """Stacked columns: one for each row, in it a bar for each series."""
    top = nice_maximum(max((sum(values) for _, values in rows), default=0))
    step = (WIDTH - LEFT - RIGHT) / max(len(rows), 1)
    scale = (HEIGHT - TOP - BOTTOM) / top
    every = -(-len(rows) // MOST_LABELS) or 1
    bars: list[Bar] = []
    for number, (name, values) in enumerate(rows):
        y = HEIGHT - BOTTOM
        for which, value in enumerate(values):
            tall = value * scale
            y -= tall
            said = f"{name}: {series[which]} {value:g}"
            bars.append(
                Bar(
                    round(LEFT + step * (number + GAP / 2), 2),
                    round(y, 2),
                    round(step * (1 - GAP), 2),
                    round(tall, 2),
                    which,
                    said,
                )
            )
    return Chart(
        title=title,
        series=tuple(series),
        columns=tuple(name for name, _ in rows),
        values=tuple(tuple(values) for _, values in rows),
        bars=tuple(bar for bar in bars if bar.height),
        lines=tuple(_lines(top, scale)),
        labels=tuple(
            Tick(round(LEFT + step * (n + 0.5), 2), name)
            for n, (name, _) in enumerate(rows)
            if n % every == 0
        ),
    )


def _number(value: float) -> str:
    return f"{value:,g}"


def nice_maximum(value: float) -> float:
    """1, 2 or 5 times a power of ten that is not smaller; at least 4, for whole numbers."""
    if value <= 4:
        return 4
    power = 10 ** math.floor(math.log10(value))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= value))


def _lines(top: float, scale: float) -> Any:
    for part in range(5):
        value = top * part / 4
        if value == int(value):
            yield Tick(round(HEIGHT - BOTTOM - value * scale, 2), f"{int(value):,}")


def charts_of(content: dict[str, Any], names: dict[str, str]) -> dict[str, Chart]:
    """Those of the report; `names` are its texts in the language of the reader."""
    views = [
        (row["day"], (row["count"] - row["slow"], row["slow"]))
        for row in content["views"]["by_day"]
    ]
    times = [(row["day"], (row["p95_ms"] or 0,)) for row in content["views"]["by_day"]]
    edits = [(row["day"], (row["added"], row["edited"])) for row in content["layers_by_day"]]
    scores = [
        (
            f"{row['from']}–{min(row['from'] + 9, 100) if row['from'] < 90 else 100}",
            (row["layers"],),
        )
        for row in content["completeness"]["scores"]
    ]
    return {
        "views": columns(names["views"], (names["quick"], names["slow"]), views),
        "times": columns(names["times"], (names["ms"],), times),
        "edits": columns(names["edits"], (names["added"], names["edited"]), edits),
        "scores": columns(names["scores"], (names["layers"],), scores),
    }
