"""The report as CSV: one table for all sections, so that any program reads it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from layers.texts import disarmed

COLUMNS = ("section", "name", "day", "measure", "value")
Row = tuple[str, str, str, str, Any]


def as_csv(content: dict[str, Any]) -> bytes:
    """With a byte order mark, by which spreadsheets know UTF-8; formulas are disarmed."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for row in _rows(content):
        writer.writerow([disarmed(cell) if isinstance(cell, str) else cell for cell in row])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def _rows(content: dict[str, Any]) -> Iterator[Row]:
    views = dict(content["views"])
    for day in views.pop("by_day"):
        yield from _measures("views", "", day.pop("day"), day)
    yield from _measures("views", "", "", views)
    for section in ("pages", "slow_pages"):
        for page in content[section]:
            measures = {name: page[name] for name in ("views", "mean_ms", "slowest_ms")}
            yield from _measures(section, page["url"], "", measures)
    for layer in content["most_viewed"]:
        yield "most_viewed", layer["title"], "", "views", layer["views"]
    yield from _searches(content["searches_without_hits"])
    for day in content["layers_by_day"]:
        measures = {name: day[name] for name in ("added", "edited")}
        yield from _measures("layers_by_day", "", day["day"], measures)
    for found in content["organisations"]:
        measures = {name: found[name] for name in ("added", "edited")}
        yield from _measures("organisations", found["name"], "", measures)
    yield from _completeness(content["completeness"])
    yield from _measures("links", "", "", content["links"]["states"])
    for link in content["links"]["dead"]:
        yield "links", link["url"], link["since"][:10], "dead", link["reason"]
    index = {name: value for name, value in content["index"].items() if name != "last_audit"}
    yield from _measures("index", "", "", index | (content["index"]["last_audit"] or {}))


def _searches(found: dict[str, Any]) -> Iterator[Row]:
    yield "searches_without_hits", "", "", "count", found["count"]
    for row in found["words"] or []:
        yield "searches_without_hits", row["words"], "", "times", row["times"]


def _completeness(found: dict[str, Any]) -> Iterator[Row]:
    yield from _measures("completeness", "", "", {"layers": found["layers"], "mean": found["mean"]})
    for row in found["scores"]:
        yield "completeness", f"from {row['from']}", "", "layers", row["layers"]
    for name, count in found["missing"].items():
        yield "completeness", f"without {name}", "", "layers", count


def _measures(section: str, name: str, day: str, measures: dict[str, Any]) -> Iterator[Row]:
    for measure, value in measures.items():
        yield section, name, day, measure, value
