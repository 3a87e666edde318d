"""A small map of the world with a layer's extent, drawn without any map library."""

from __future__ import annotations

from dataclasses import dataclass

from layers.extent import BoundingBox

SMALLEST = 9.0  # degrees; a city would be smaller than a pixel


@dataclass(frozen=True)
class Rectangle:
    """Attributes of an SVG rectangle, x to the east and y to the south."""

    x: str
    y: str
    width: str
    height: str


def rectangles(box: BoundingBox) -> list[Rectangle]:
    """Two where the box crosses the 180th meridian."""
    if box.crosses_antimeridian:
        parts = [(box.west, 180.0), (-180.0, box.east)]
    else:
        parts = [(box.west, box.east)]
    return [_rectangle(west, east, box.south, box.north) for west, east in parts]


def is_small(box: BoundingBox) -> bool:
    return box.width < SMALLEST and box.height < SMALLEST


def _rectangle(west: float, east: float, south: float, north: float) -> Rectangle:
    west, east = _widened(west, east, 180)
    south, north = _widened(south, north, 90)
    # Written here, since a template would write numbers as the reader's language does.
    return Rectangle(*(f"{n:.2f}" for n in (west, -north, east - west, north - south)))


def _widened(low: float, high: float, limit: float) -> tuple[float, float]:
    missing = max(SMALLEST / 3 - (high - low), 0) / 2
    return max(low - missing, -limit), min(high + missing, limit)


def map_box(box: BoundingBox) -> str:
    """West, south, east, north; beyond 180° east where it crosses the meridian."""
    east = box.east + 360 if box.crosses_antimeridian else box.east
    return f"{box.west:.7g},{box.south:.7g},{east:.7g},{box.north:.7g}"
