"""The same data in another format or coordinate reference system, a part at a time."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import rasterio
import rasterio.shutil
import shapely
from pyproj import CRS, Transformer
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT

from uploads.geodata import extents
from uploads.geodata.problems import NO_CRS, UNKNOWN_CRS, BadFile
from uploads.geodata.vectors import features_of_main_layer, options_for

Progress = Callable[[int, int], None]
A_PART = 20_000  # features
DRIVERS = {
    "gpkg": ("GPKG", ".gpkg"),
    "geojson": ("GeoJSON", ".geojson"),
    "shp": ("ESRI Shapefile", ".shp"),
    "csv": ("CSV", ".csv"),
    "kml": ("KML", ".kml"),
}
ALWAYS_DEGREES = {"geojson", "kml"}
WRITE_OPTIONS: dict[str, dict[str, str]] = {
    "csv": {"GEOMETRY": "AS_WKT"},
    "geojson": {"RFC7946": "YES"},
    "shp": {"ENCODING": "UTF-8"},
}


def convert_vector(
    path: Path,
    form: str,
    facts: dict[str, Any],
    wanted: dict[str, Any],
    folder: Path,
    say: Progress,
) -> str:
    """Returns the name of the file that it wrote into the folder: a zip for a Shapefile."""
    source = extents.crs_of(facts["crs_wkt"])
    target = _target(wanted, source)
    driver, suffix = DRIVERS[wanted["format"]]
    written = folder / f"{path.stem}{suffix}"
    change = _changer(source, target)
    total = features_of_main_layer(facts)
    options = {"layer": facts["main_layer"], **options_for(form)}
    start = 0
    while start < total or start == 0:
        meta, _fids, wkb, data = pyogrio.raw.read(
            path, skip_features=start, max_features=A_PART, **options
        )
        pyogrio.raw.write(
            written,
            change(wkb) if wkb is not None else None,
            data,
            list(meta["fields"]),
            layer=written.stem,
            driver=driver,
            geometry_type=_geometry_type(meta["geometry_type"], wanted["format"]),
            crs=target.to_wkt() if target else None,
            append=start > 0,
            **(WRITE_OPTIONS.get(wanted["format"], {}) if start == 0 else {}),
        )
        start += A_PART
        say(min(start, total), max(total, 1))
    return _zipped(written) if wanted["format"] == "shp" else written.name


def _target(wanted: dict[str, Any], source: CRS | None) -> CRS | None:
    asked = extents.WGS84 if wanted["format"] in ALWAYS_DEGREES else wanted.get("crs")
    if not asked:
        return source
    target = extents.crs_of(asked)
    if target is None:
        raise BadFile(UNKNOWN_CRS, crs=asked)
    if source is None:
        raise BadFile(NO_CRS)
    return target


def _changer(source: CRS | None, target: CRS | None) -> Callable[[Any], Any]:
    if source is None or target is None or source == target:
        return lambda wkb: wkb
    transformer = Transformer.from_crs(source, target, always_xy=True)

    def move(points: Any) -> Any:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    def change(wkb: Any) -> Any:
        return shapely.to_wkb(shapely.transform(shapely.from_wkb(wkb), move))

    return change


def _geometry_type(found: str | None, form: str) -> str:
    """Shapefiles of polygons hold multipolygons too; of other types GDAL is told as it was."""
    name = (found or "Unknown").replace(" Z", "").replace("2.5D ", "")
    return f"Multi{name}" if name in {"Polygon", "LineString"} and form == "gpkg" else name


def _zipped(shapefile: Path) -> str:
    archive = shapefile.with_suffix(".zip")
    parts = sorted(shapefile.parent.glob(f"{shapefile.stem}.*"))
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for part in parts:
            file.write(part, part.name)
    for part in parts:
        part.unlink()
    return archive.name


def convert_raster(path: Path, facts: dict[str, Any], wanted: dict[str, Any], folder: Path) -> str:
    """A cloud-optimised GeoTIFF."""
    target = extents.crs_of(wanted.get("crs")) if wanted.get("crs") else None
    if wanted.get("crs") and target is None:
        raise BadFile(UNKNOWN_CRS, crs=wanted["crs"])
    if target is not None and not facts["crs_wkt"]:
        raise BadFile(NO_CRS)
    written = folder / f"{path.stem}.tif"
    options = {"driver": "COG", "COMPRESS": "DEFLATE", "BIGTIFF": "IF_SAFER", "NUM_THREADS": "1"}
    with rasterio.open(path, driver="GTiff") as raster:
        if target is None:
            rasterio.shutil.copy(raster, written, **options)
        else:
            with WarpedVRT(
                raster,
                src_crs=facts["crs_wkt"],
                crs=target.to_wkt(),
                resampling=_resampling(raster),
            ) as moved:
                rasterio.shutil.copy(moved, written, **options)
    return written.name


def _resampling(raster: Any) -> Resampling:
    """Classes must not be mixed with their neighbours."""
    kept = raster.colorinterp[0].name == "palette" or raster.dtypes[0].startswith(("int", "uint"))
    return Resampling.nearest if kept else Resampling.bilinear
