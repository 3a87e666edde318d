"""Boxes as points, which Solr finds fast.

A box is a span of longitudes and one of latitudes. The span from a to b is the point (a, b) of a
plane, where all spans that reach into another, or lie in it, fill a rectangle; a tree over points
finds those of a rectangle. Asking by four ranges instead, one for each side, collects half of all
layers four times.

The plane is that of a field for latitude and longitude: the latitude has a, and to fit there it is
halved where a is a longitude; the longitude has b. Fields: `lon_span`, `lat_span`. Degrees, WGS 84.
"""

from __future__ import annotations

from typing import Any

from layers.extent import BoundingBox

LONGITUDES, LATITUDES = "lon_span", "lat_span"
# What two boxes may lie apart and still touch, since the field keeps 32 bits of a number: a degree
# of latitude is 111 km, so this is a centimetre.
TOUCH = 1e-7
Span = tuple[float, float]


def of(box: BoundingBox) -> dict[str, Any]:
    """The fields of a layer's document. Across the 180th meridian a box has two spans."""
    return {
        LONGITUDES: [_point(LONGITUDES, *span) for span in _longitudes(box)],
        LATITUDES: _point(LATITUDES, box.south, box.north),
    }


def intersecting(box: BoundingBox) -> str:
    """Lucene's syntax for layers that have a place in common with the box, its edges included."""
    columns = " ".join(_reaching_into(LONGITUDES, span) for span in _longitudes(box))
    return f"+({columns}) +{_reaching_into(LATITUDES, (box.south, box.north))}"


def lying_in(box: BoundingBox) -> str:
    """Lucene's syntax for layers that lie in the box; they may have its edges."""
    inside = [_lying_in(LONGITUDES, span) for span in _longitudes(box)]
    columns = f"(+bbox__xdl:false +({' '.join(inside)}))"
    if box.crosses_antimeridian:
        columns += f" (+bbox__xdl:true {' '.join(f'+{each}' for each in inside)})"
    return f"+({columns}) +{_lying_in(LATITUDES, (box.south, box.north))}"


def _longitudes(box: BoundingBox) -> list[Span]:
    if box.crosses_antimeridian:
        return [(box.west, 180.0), (-180.0, box.east)]
    return [(box.west, box.east)]


def _reaching_into(field: str, span: Span) -> str:
    """a lies before the end of the other, b behind its beginning."""
    start, end = _widened(field, span)
    return _rectangle(field, (-_limit(field), start), (end, _limit(field)))


def _lying_in(field: str, span: Span) -> str:
    start, end = _widened(field, span)
    return _rectangle(field, (start, start), (end, end))


def _rectangle(field: str, least: Span, most: Span) -> str:
    return f'{field}:["{_point(field, *least)}" TO "{_point(field, *most)}"]'


def _widened(field: str, span: Span) -> Span:
    return max(span[0] - TOUCH, -_limit(field)), min(span[1] + TOUCH, _limit(field))


def _limit(field: str) -> int:
    return 180 if field == LONGITUDES else 90


def _point(field: str, a: float, b: float) -> str:
    return f"{a / 2 if field == LONGITUDES else a:.9f},{b:.9f}"
