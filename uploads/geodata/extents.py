"""Where data lie in EPSG:4326, also across the 180th meridian."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import pairwise

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

Bounds = tuple[float, float, float, float]
WGS84 = "EPSG:4326"
SLACK = 1e-6  # degrees that rounding may have added
EDGE = 21  # points on each side of a box that is projected


def crs_of(text: str | None) -> CRS | None:
    """None where there is none, or none on Earth, such as a drawing's own plane."""
    if not text:
        return None
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        return None
    on_earth = crs.is_geographic or crs.is_projected or crs.is_compound or crs.is_bound
    return crs if on_earth and crs.geodetic_crs is not None else None


def code_of(crs: CRS) -> str:
    """Authority and code where the definition is one that is registered, else its name."""
    authority = crs.to_authority(min_confidence=90)
    return ":".join(authority) if authority else crs.name


def bounds_of(sides: Iterable[float]) -> Bounds:
    west, south, east, north = map(float, sides)
    return west, south, east, north


def in_degrees(bounds: Bounds, crs: CRS) -> Bounds | None:
    """West, south, east, north; west > east across the 180th meridian. None off the Earth."""
    if not all(map(math.isfinite, bounds)) or bounds[0] > bounds[2] or bounds[1] > bounds[3]:
        return None
    if crs.is_geographic:
        west, south, east, north = bounds
    else:
        transformer = Transformer.from_crs(crs, WGS84, always_xy=True)
        try:
            west, south, east, north = transformer.transform_bounds(*bounds, densify_pts=EDGE)
        except ProjError:
            return None
    return on_earth(west, south, east, north)


def on_earth(west: float, south: float, east: float, north: float) -> Bounds | None:
    numbers = (west, south, east, north)
    if not all(map(math.isfinite, numbers)) or south < -90 - SLACK or north > 90 + SLACK:
        return None
    if min(west, east) < -360 - SLACK or max(west, east) > 360 + SLACK:
        return None
    south, north = max(south, -90.0), min(north, 90.0)
    if east - west >= 360 - SLACK:
        return -180.0, south, 180.0, north
    return _wrapped(west), south, _wrapped(east), north


def _wrapped(longitude: float) -> float:
    if abs(longitude) <= 180 + SLACK:
        return min(max(longitude, -180.0), 180.0)
    return (longitude + 180) % 360 - 180


def narrowest(spans: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """The shortest arc, eastwards, that holds all spans of longitudes: all but the widest gap."""
    merged: list[list[float]] = []
    for west, east in sorted(spans):
        if merged and west <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], east)
        else:
            merged.append([west, east])
    first, last = merged[0], merged[-1]
    widest, arc = first[0] + 360 - last[1], (first[0], last[1])
    for before, after in pairwise(merged):
        if after[0] - before[1] > widest:
            widest, arc = after[0] - before[1], (after[0], before[1])
    return arc
