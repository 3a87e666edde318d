"""Where a layer lies: a box of longitudes and latitudes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

EARTH_RADIUS_KM = 6371.0088  # mean radius R1 of GRS 80
DECIMALS = 7  # about a centimetre


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """West, south, east, north in degrees, EPSG:4326 (longitude before latitude).

    ``west > east`` means that the box crosses the 180th meridian, as in RFC 7946, section 5.2.
    Points (west = east and south = north) and lines are boxes too.
    """

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """A checked box from ``[west, south, east, north]``.

        What begins or ends at the 180th meridian does not cross it: it gets the sign of that side.
        Raises ValidationError, with one message for each number that is wrong.
        """
        if len(values) != 4:
            raise ValidationError(_("A box has four numbers: west, south, east, north."))
        try:
            west, south, east, north = (round(float(value), DECIMALS) + 0.0 for value in values)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValidationError(_("West, south, east and north must be numbers.")) from error
        errors = [
            *_outside(_("West"), west, 180),
            *_outside(_("East"), east, 180),
            *_outside(_("South"), south, 90),
            *_outside(_("North"), north, 90),
        ]
        if not errors and south > north:
            errors.append(_("South must not lie north of north: exchange the two."))
        if errors:
            raise ValidationError(errors)
        if west > east and east == -180:
            east = 180.0
        elif west > east and west == 180:
            west = -180.0
        return cls(west, south, east, north)

    @property
    def crosses_antimeridian(self) -> bool:
        return self.west > self.east

    @property
    def width(self) -> float:
        """Degrees of longitude from west to east, eastwards."""
        return self.east - self.west + (360 if self.crosses_antimeridian else 0)

    @property
    def height(self) -> float:
        return self.north - self.south

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the middle."""
        longitude = self.west + self.width / 2
        return (longitude - 360 if longitude > 180 else longitude, (self.south + self.north) / 2)

    @property
    def area_km2(self) -> float:
        """On the sphere: R² · Δλ · (sin φ₂ - sin φ₁)."""
        band = math.sin(math.radians(self.north)) - math.sin(math.radians(self.south))
        return EARTH_RADIUS_KM**2 * math.radians(self.width) * band

    @property
    def as_list(self) -> list[float]:
        return [self.west, self.south, self.east, self.north]

    @property
    def envelope(self) -> str:
        """Well-known text as Solr and Spatial4j write it: west, east, north, south."""
        numbers = (self.west, self.east, self.north, self.south)
        return f"ENVELOPE({', '.join(_plain(number) for number in numbers)})"


def _outside(name: str, value: float, limit: int) -> list[str]:
    if math.isfinite(value) and -limit <= value <= limit:
        return []
    return [
        _("%(name)s must lie between -%(limit)s and %(limit)s.") % {"name": name, "limit": limit}
    ]


def _plain(number: float) -> str:
    return f"{number:.{DECIMALS}f}".rstrip("0").rstrip(".")
