"""Vector data, read by pyogrio."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from uploads.geodata import embedded, extents
from uploads.geodata.problems import (
    CUT_SHORT,
    NO_COORDINATES,
    NO_LAYERS,
    TOO_MANY_LAYERS,
    UNKNOWN_CRS,
    UNREADABLE,
    BadFile,
)
from uploads.geodata.sniffing import CSV, GPKG, KML, SHAPEFILE, check_shapefile

FORMATS = {SHAPEFILE: "Shapefile", GPKG: "GeoPackage", "geojson": "GeoJSON", KML: "KML", CSV: "CSV"}
MOST_LAYERS = 100
MOST_ATTRIBUTES = 1000
MOST_FOR_MERIDIAN = 500_000
X_NAMES = ("longitude", "lon", "long", "lng", "x", "easting")
Y_NAMES = ("latitude", "lat", "y", "northing")
IN_DEGREES = {"longitude", "lon", "long", "lng", "latitude", "lat"}
CSV_OPTIONS = {
    "X_POSSIBLE_NAMES": ",".join(X_NAMES),
    "Y_POSSIBLE_NAMES": ",".join(Y_NAMES),
    "GEOM_POSSIBLE_NAMES": "wkt,geom,geometry,the_geom",
    "AUTODETECT_TYPE": "YES",
    "AUTODETECT_WIDTH": "NO",
}
KINDS = {"Point": "point", "LineString": "line", "Polygon": "polygon"}


def describe(path: Path, form: str, given_crs: str | None) -> dict[str, Any]:
    """All that is known of the file without reading every feature, ranges of values excepted."""
    if form == SHAPEFILE:
        check_shapefile(path)
    if form == KML:
        embedded.check_xml(path)
    if form == GPKG:
        _check_number(embedded.tables_of(path))
    options = options_for(form)
    try:
        names = [str(name) for name, _geometry in pyogrio.list_layers(path)]
        if not names:
            raise BadFile(NO_LAYERS)
        _check_number(len(names))
        infos = [_info(path, name, options) for name in names]
    except (DataSourceError, DataLayerError) as error:
        raise BadFile(UNREADABLE if form == CSV else CUT_SHORT) from error
    main = max(infos, key=lambda info: info["features"])
    _check_coordinates(form, main)
    crs, notes = _crs(form, main, given_crs)
    return {
        "kind": "vector",
        "format": FORMATS[form],
        "layers": [_summary(info) for info in infos],
        "main_layer": main["layer_name"],
        "geometry_type": _geometry_type(infos),
        "features": sum(max(info["features"], 0) for info in infos),
        "crs": extents.code_of(crs) if crs else None,
        "crs_name": crs.name if crs else None,
        "crs_wkt": crs.to_wkt() if crs else None,
        "bbox": _bbox(path, infos, crs, options),
        "attributes": _attributes(main),
        "encoding": main.get("encoding"),
        "embedded": _embedded(path, form),
        "notes": notes,
    }


def _check_number(count: int) -> None:
    if count > MOST_LAYERS:
        raise BadFile(TOO_MANY_LAYERS, count=count, most=MOST_LAYERS)


def features_of_main_layer(facts: dict[str, Any]) -> int:
    named = {layer["name"]: layer["features"] for layer in facts["layers"]}
    return int(named[facts["main_layer"]])


def options_for(form: str) -> dict[str, str]:
    return CSV_OPTIONS if form == CSV else {}


def _info(path: Path, layer: str, options: dict[str, str]) -> dict[str, Any]:
    return dict(
        pyogrio.read_info(
            path, layer=layer, force_feature_count=True, force_total_bounds=True, **options
        )
    )


def _check_coordinates(form: str, info: dict[str, Any]) -> None:
    if form == CSV and info["geometry_type"] is None:
        raise BadFile(NO_COORDINATES, names=", ".join(map(str, info["fields"][:10])))


def _crs(form: str, info: dict[str, Any], given: str | None) -> tuple[Any, list[str]]:
    """A missing one stays missing, unless a person names it or the columns are called degrees."""
    if given:
        crs = extents.crs_of(given)
        if crs is None:
            raise BadFile(UNKNOWN_CRS, crs=given)
        return crs, ["crs_given"]
    if crs := extents.crs_of(info["crs"]):
        return crs, []
    if form == CSV and _looks_like_degrees(info):
        return extents.crs_of(extents.WGS84), ["crs_from_columns"]
    return None, ["no_crs"] if info["geometry_type"] else []


def _looks_like_degrees(info: dict[str, Any]) -> bool:
    named = {str(field).lower() for field in info["fields"]} & IN_DEGREES
    bounds = info["total_bounds"]
    return len(named) >= 2 and bounds is not None and extents.on_earth(*bounds) is not None


def _summary(info: dict[str, Any]) -> dict[str, Any]:
    bounds = info["total_bounds"]
    return {
        "name": info["layer_name"],
        "geometry": info["geometry_type"],
        "features": info["features"],
        "bounds": [float(side) for side in bounds] if bounds is not None else None,
    }


def _geometry_type(infos: list[dict[str, Any]]) -> str:
    kinds = {_kind(info["geometry_type"]) for info in infos if info["features"]} or {
        _kind(info["geometry_type"]) for info in infos
    }
    return kinds.pop() if len(kinds) == 1 else "mixed"


def _kind(geometry: str | None) -> str:
    if not geometry:
        return "table"
    name = re.sub(r"^Multi|^2\.5D |^3D |^Measured | Z$| M$| ZM$", "", geometry)
    return KINDS.get(re.sub(r"^Multi", "", name), "mixed")


def _bbox(
    path: Path, infos: list[dict[str, Any]], crs: Any, options: dict[str, str]
) -> list[float] | None:
    if crs is None:
        return None
    boxes = []
    for info in infos:
        if info["total_bounds"] is None or not info["features"]:
            continue
        box = extents.in_degrees(extents.bounds_of(info["total_bounds"]), crs)
        if box is None:
            return None
        boxes.append(_narrowed(path, info, box, crs, options))
    if not boxes:
        return None
    west, east = _union([(box[0], box[2]) for box in boxes])
    return [west, min(b[1] for b in boxes), east, max(b[3] for b in boxes)]


def _union(arcs: list[tuple[float, float]]) -> tuple[float, float]:
    if all(west <= east for west, east in arcs):
        return min(west for west, _east in arcs), max(east for _west, east in arcs)
    return extents.narrowest(span for arc in arcs for span in _spans(*arc))


def _spans(west: float, east: float) -> list[tuple[float, float]]:
    return [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]


def _narrowed(
    path: Path, info: dict[str, Any], box: extents.Bounds, crs: Any, options: dict[str, str]
) -> extents.Bounds:
    """Data on both sides of the 180th meridian seem to go round the Earth: their parts tell.

    Only where they fit into half of it, so that data of the whole world keep their plain box.
    """
    west, south, east, north = box
    if not crs.is_geographic or east - west <= 180 or info["features"] > MOST_FOR_MERIDIAN:
        return box
    spans = _spans_of_features(path, info["layer_name"], options)
    if not spans or max(end for _start, end in spans) > 180 + extents.SLACK:
        return box
    start, end = extents.narrowest(spans)
    if start <= end or end - start + 360 > 180:
        return box
    return start, south, end, north


def _spans_of_features(
    path: Path, layer: str, options: dict[str, str]
) -> list[tuple[float, float]]:
    if options:  # of a table: points, mostly
        geometry = pyogrio.raw.read(path, layer=layer, columns=[], **options)[2]
        bounds = shapely.bounds(shapely.from_wkb(geometry)).T
    else:
        bounds = pyogrio.read_bounds(path, layer=layer)[1]
    bounds = bounds[:, ~np.isnan(bounds[0])]
    wide = bounds[2] - bounds[0] > 180
    spans = list(zip(bounds[0][~wide].tolist(), bounds[2][~wide].tolist(), strict=True))
    return spans + _spans_of_parts(path, layer, np.flatnonzero(wide))


def _spans_of_parts(path: Path, layer: str, positions: Any) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    for position in positions[:1000].tolist():
        _meta, _fids, geometry, _data = pyogrio.raw.read(
            path, layer=layer, columns=[], skip_features=position, max_features=1
        )
        parts = shapely.get_parts(shapely.get_parts(shapely.from_wkb(geometry)))
        spans += [(float(b[0]), float(b[2])) for b in shapely.bounds(parts)]
    return spans


def _attributes(info: dict[str, Any]) -> list[dict[str, Any]]:
    pairs = zip(info["fields"], info["ogr_types"], info["ogr_subtypes"], strict=True)
    return [
        {"name": str(name), "type": _type(kind, subtype)}
        for name, kind, subtype in list(pairs)[:MOST_ATTRIBUTES]
    ]


def _type(kind: str, subtype: str) -> str:
    if subtype == "OFSTBoolean":
        return "Boolean"
    return kind.removeprefix("OFT")


def _embedded(path: Path, form: str) -> dict[str, Any]:
    if form == GPKG:
        return embedded.of_geopackage(path)
    return embedded.beside(path)
