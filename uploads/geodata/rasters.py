"""Rasters, read by rasterio."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rasterio
from rasterio.errors import RasterioError, RasterioIOError

from uploads.geodata import embedded, extents
from uploads.geodata.problems import CUT_SHORT, UNKNOWN_CRS, BadFile

MOST_BANDS = 1000
LOOKED_AT = 2000  # blocks whose place in the file is checked
DEGREE_M = 111_319.49079327358  # of the equator, on WGS 84


def describe(path: Path, given_crs: str | None) -> dict[str, Any]:
    """Size, bands, resolution, place; reads no pixels."""
    try:
        with rasterio.open(path, driver="GTiff") as raster:
            _check_whole(raster, path.stat().st_size)
            return _described(raster, path, given_crs)
    except RasterioIOError as error:
        raise BadFile(CUT_SHORT) from error


def _described(raster: Any, path: Path, given_crs: str | None) -> dict[str, Any]:
    crs, notes = _crs(raster, given_crs)
    placed = not raster.transform.is_identity or bool(raster.gcps[0])
    if not placed:
        notes = ["no_place"]
    box = extents.in_degrees(_bounds(raster), crs) if crs and placed else None
    return {
        "kind": "raster",
        "format": "GeoTIFF",
        "layers": [],
        "main_layer": None,
        "geometry_type": "raster",
        "features": None,
        "crs": extents.code_of(crs) if crs else None,
        "crs_name": crs.name if crs else None,
        "crs_wkt": crs.to_wkt() if crs else None,
        "bbox": list(box) if box else None,
        "size": [raster.width, raster.height],
        "resolution": [abs(side) for side in raster.res],
        "resolution_m": _metres(raster, crs) if placed else None,
        "band_count": raster.count,
        "bands": [_band(raster, number) for number in range(1, min(raster.count, MOST_BANDS) + 1)],
        "attributes": [],
        "encoding": None,
        "embedded": embedded.of_tiff(raster.tags()) | embedded.beside(path),
        "notes": notes,
    }


def _crs(raster: Any, given: str | None) -> tuple[Any, list[str]]:
    if given:
        crs = extents.crs_of(given)
        if crs is None:
            raise BadFile(UNKNOWN_CRS, crs=given)
        return crs, ["crs_given"]
    crs = extents.crs_of(raster.crs.to_wkt() if raster.crs else None)
    return crs, [] if crs else ["no_crs"]


def _bounds(raster: Any) -> extents.Bounds:
    """Of all four corners: the raster may be turned."""
    corners = [(0, 0), (raster.width, 0), (0, raster.height), (raster.width, raster.height)]
    points = [raster.transform @ corner for corner in corners]
    xs, ys = [x for x, _y in points], [y for _x, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _metres(raster: Any, crs: Any) -> float | None:
    """Along the axis of the first unit; degrees are taken at the equator."""
    if crs is None:
        return None
    side = abs(float(raster.res[0]))
    factor = crs.axis_info[0].unit_conversion_factor if crs.axis_info else 0
    return side * DEGREE_M if crs.is_geographic else (side * factor or None)


def _band(raster: Any, number: int) -> dict[str, Any]:
    nodata = raster.nodatavals[number - 1]
    return {
        "type": raster.dtypes[number - 1],
        "nodata": None if nodata is None else float(nodata) if nodata == nodata else "NaN",
        "description": raster.descriptions[number - 1],
        "unit": raster.units[number - 1],
        "colour": raster.colorinterp[number - 1].name,
    }


def _check_whole(raster: Any, size: int) -> None:
    """Every block that is looked at must lie inside of the file."""
    height, width = raster.block_shapes[0]
    across = -(-raster.width // width)
    down = -(-raster.height // height)
    step = max(across * down // LOOKED_AT, 1)
    for number in {*range(0, across * down, step), across * down - 1}:
        row, column = divmod(number, across)
        try:
            offset = raster.get_tag_item(f"BLOCK_OFFSET_{column}_{row}", "TIFF", bidx=1)
            length = raster.get_tag_item(f"BLOCK_SIZE_{column}_{row}", "TIFF", bidx=1)
        except RasterioError:
            return
        if offset and length and int(offset) + int(length) > size:
            raise BadFile(CUT_SHORT)
