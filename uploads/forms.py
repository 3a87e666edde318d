from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pyproj import CRS
from pyproj.exceptions import CRSError

VECTOR_FORMATS = [
    ("gpkg", "GeoPackage"),
    ("geojson", "GeoJSON"),
    ("shp", _("Shapefile, zipped")),
    ("csv", "CSV"),
    ("kml", "KML"),
]
RASTER_FORMATS = [("tif", _("GeoTIFF, cloud-optimised"))]
EXAMPLE = "EPSG:3857"


def checked_crs(text: str) -> str:
    """As authority and code. Raises ValidationError."""
    try:
        crs = CRS.from_user_input(text.strip())
        authority = crs.to_authority(min_confidence=90)
    except CRSError:
        authority = None
    if authority is None:
        raise ValidationError(
            _(
                "“%(crs)s” is no coordinate reference system that is known. Give a code such as "
                "EPSG:4326."
            )
            % {"crs": text[:100]}
        )
    return ":".join(authority)


class CrsField(forms.CharField):
    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return checked_crs(text) if text else ""


class UploadForm(forms.Form):
    file = forms.FileField(label=_("File"))
    crs = CrsField(
        label=_("Coordinate reference system"),
        required=False,
        max_length=64,
        help_text=_("Only where the file does not say it: a code such as EPSG:4326."),
    )


class CrsForm(forms.Form):
    crs = CrsField(label=_("Coordinate reference system"), max_length=64)


class ConversionForm(forms.Form):
    format = forms.ChoiceField(label=_("Format"))
    crs = CrsField(
        label=_("Coordinate reference system"),
        required=False,
        max_length=64,
        help_text=_("Empty for the one it has. GeoJSON and KML are always in EPSG:4326."),
    )

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        formats = RASTER_FORMATS if kind == "raster" else VECTOR_FORMATS
        self.fields["format"] = forms.ChoiceField(label=_("Format"), choices=formats)
