"""What is the matter with a file, in words: what it is, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from jobs.exceptions import JobFailed
from uploads.geodata import problems

TOO_LONG = "too_long"
CRASHED = "crashed"
NOT_SEEN = "not_seen"
REMOVED = "removed"

TEXTS: dict[str, Promise] = {
    problems.EMPTY: _("The file is empty."),
    problems.UNKNOWN: _(
        "The file holds no geodata that the catalogue can read: it takes zipped Shapefiles, "
        "GeoPackage, GeoJSON, CSV with coordinates, KML and GeoTIFF. Other files can be attached "
        "to a layer, on the layer’s page."
    ),
    problems.WRONG_EXTENSION: _(
        "The file is called .%(claimed)s, but its content is something else. Give it the name of "
        "what it is."
    ),
    problems.CUT_SHORT: _(
        "The file is damaged or was cut short: its content can’t be read to the end."
    ),
    problems.UNREADABLE: _("The file can’t be read."),
    problems.PASSWORD: _("The archive is protected by a password. Send it without one."),
    problems.BOMB: _(
        "The archive would unpack to %(megabytes)s MB, which is more than the catalogue takes."
    ),
    problems.UNSAFE_NAME: _(
        "The archive holds a file whose name leads out of it: “%(name)s”. Pack it again without "
        "folders."
    ),
    problems.SYMLINK: _("The archive holds a link instead of a file: “%(name)s”."),
    problems.TOO_MANY_FILES: _("The archive holds %(count)s files; at most %(most)s are taken."),
    problems.TOO_MANY_LAYERS: _(
        "The file holds %(count)s layers; at most %(most)s are taken. Send the layers one by one."
    ),
    problems.SEVERAL_DATASETS: _(
        "The archive holds %(count)s datasets (%(names)s). Send one archive for each."
    ),
    problems.MISSING_PARTS: _(
        "The Shapefile is not complete, it lacks its %(names)s. Pack all files of the same name "
        "together."
    ),
    problems.HOSTILE_XML: _("The file holds XML with entities, which the catalogue does not read."),
    problems.NO_LAYERS: _("The file holds no layer."),
    problems.NO_COORDINATES: _(
        "The table has no columns with coordinates. Name them longitude and latitude, or x and y. "
        "Found: %(names)s."
    ),
    problems.NO_CRS: _(
        "The file does not say in which coordinate reference system its numbers are. State it "
        "first, on the layer’s page."
    ),
    problems.UNKNOWN_CRS: _(
        "“%(crs)s” is no coordinate reference system that is known. Give a code such as EPSG:4326."
    ),
    problems.MEMORY: _("Reading the file takes more memory than the catalogue allows."),
    TOO_LONG: _("Reading the file takes longer than the catalogue allows."),
    CRASHED: _("Reading the file made the reader break off: the file may be damaged."),
    NOT_SEEN: _(
        "The worker does not see the file: web and workers must share the folder of MEDIA_ROOT."
    ),
    REMOVED: _("The file was removed meanwhile."),
}

NOTES: dict[str, Promise] = {
    "no_crs": _(
        "The file does not say in which coordinate reference system its numbers are, so its extent"
        " is unknown. State it on the layer’s page."
    ),
    "crs_given": _(
        "The coordinate reference system is the one that was stated, not one in the file."
    ),
    "crs_from_columns": _(
        "The numbers were taken for WGS 84 (EPSG:4326), since their columns are named longitude "
        "and latitude."
    ),
    "no_place": _("The picture does not say where on Earth it lies."),
}


def failure(code: str, values: Mapping[str, Any] | None = None) -> JobFailed:
    """What a job that meets the problem raises, in the language of who asked for it."""
    return JobFailed(str(TEXTS[code]) % (values or {}))
