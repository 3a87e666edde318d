"""What the catalogue's templates say about a layer."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalogue import locator as drawing
from catalogue.markdown import render
from layers.dates import year_name
from layers.extent import BoundingBox
from layers.models import Layer

register = template.Library()


@register.inclusion_tag("catalogue/_locator.html")
def locator(box: BoundingBox) -> dict[str, Any]:
    return {
        "rectangles": drawing.rectangles(box),
        "small": drawing.is_small(box),
        "label": _("Extent: %(box)s") % {"box": in_words(box)},
    }


@register.filter
def in_words(box: BoundingBox) -> str:
    """`5.9° E – 10.5° E, 45.8° N – 47.8° N`"""
    places = 4 if box.width < 1 or box.height < 1 else 2
    columns = _span((box.west, box.east), places, _("E"), _("W"))
    rows = _span((box.south, box.north), places, _("N"), _("S"))
    return f"{columns}, {rows}"


def _span(ends: tuple[float, float], places: int, positive: str, negative: str) -> str:
    return " – ".join(_degrees(number, places, positive, negative) for number in ends)


def _degrees(number: float, places: int, positive: str, negative: str) -> str:
    digits = f"{abs(number):.{places}f}".rstrip("0").rstrip(".")
    return f"{digits}° {negative if number < 0 else positive}"


register.filter("map_box", drawing.map_box)


@register.filter
def years(layer: Layer) -> str:
    """`1850–1900`, `since 1990`, `until 1700`; empty where no time is known."""
    extents = list(layer.temporal_extents.all())
    if not extents:
        return ""
    starts, ends = [e.start_year for e in extents], [e.end_year for e in extents]
    start = None if None in starts else min(year for year in starts if year is not None)
    end = None if None in ends else max(year for year in ends if year is not None)
    if start is None:
        return "" if end is None else _("until %(year)s") % {"year": year_name(end)}
    if end is None:
        return _("since %(year)s") % {"year": year_name(start)}
    return year_name(start) if start == end else f"{year_name(start)}–{year_name(end)}"


@register.filter
def markdown(text: str) -> SafeString:
    return render(text)
