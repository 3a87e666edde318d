"""Bounding boxes as records write them: ``ENVELOPE(west, east, north, south)`` and polygons."""

from __future__ import annotations

import math
import re

from django.core.exceptions import ValidationError

from layers.extent import BoundingBox
from layers.importing import notes
from layers.importing.record import Record

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
SIDES = r"\s*,\s*".join([f"({NUMBER})"] * 4)
ENVELOPE = re.compile(rf"\s*ENVELOPE\s*\(\s*{SIDES}\s*\)\s*", re.I)
POLYGON = re.compile(r"\s*(?:MULTI)?POLYGON\b", re.I)
PAIR = re.compile(rf"({NUMBER})\s+({NUMBER})")
# Rounding of other programs: 180.00000001 is meant as 180.
TOLERANCE = 1e-4


def box_of(record: Record, *names: str) -> BoundingBox | None:
    """The first usable box; those before it are kept as they were and noted."""
    found = None
    for name in names:
        for text in record.raw(name):
            if not ENVELOPE.fullmatch(text):
                record.keep(name)  # a footprint says more than its box
            if found is None:
                found = _read(record, name, text)
    return found


def _read(record: Record, name: str, text: str) -> BoundingBox | None:
    sides = _sides(text)
    said: list[object] = []
    box = _checked(said, *sides) if sides else None
    for kind in said if box else [notes.BOX_UNUSABLE]:
        record.note(kind, text, keep=name)
    return box


def _sides(text: str) -> tuple[float, float, float, float] | None:
    """West, south, east, north."""
    if match := ENVELOPE.fullmatch(text):
        west, east, north, south = (float(number) for number in match.groups())
        return west, south, east, north
    pairs = PAIR.findall(text) if POLYGON.match(text) else []
    if len(pairs) < 3:
        return None
    longitudes, latitudes = zip(*((float(x), float(y)) for x, y in pairs), strict=True)
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def _checked(
    said: list[object], west: float, south: float, east: float, north: float
) -> BoundingBox | None:
    if not all(map(math.isfinite, (west, south, east, north))):
        return None
    if max(abs(west), abs(east)) > 180 + TOLERANCE:
        if max(abs(west), abs(east)) > 360 + TOLERANCE:
            return None
        said.append(notes.BOX_SHIFTED)
        west, east = _shifted(west, east)
    # Less than half the globe apart, the two are written backwards; else the box crosses the
    # 180th meridian.
    if 0 < west - east < 180:
        said.append(notes.BOX_EXCHANGED)
        west, east = east, west
    if south > north:
        said.append(notes.BOX_TURNED)
        south, north = north, south
    limits = ((west, 180), (south, 90), (east, 180), (north, 90))
    try:
        return BoundingBox.of([_limited(side, limit) for side, limit in limits])
    except ValidationError:
        return None


def _shifted(west: float, east: float) -> tuple[float, float]:
    if abs(east - west) >= 360 - TOLERANCE:
        return -180.0, 180.0
    return tuple((side + 180) % 360 - 180 if abs(side) > 180 else side for side in (west, east))  # type: ignore[return-value]


def _limited(side: float, limit: int) -> float:
    return math.copysign(limit, side) if limit < abs(side) <= limit + TOLERANCE else side
