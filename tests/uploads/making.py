"""Small files of every kind, good and bad, made by the tests themselves."""

from __future__ import annotations

import io
import sqlite3
import struct
import tempfile
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import rasterio
import shapely
from affine import Affine

NAMES = ["Accra", "Kumasi", "Tamale"]
PEOPLE = [2_514_000, 2_544_530, 371_351]
PLACES = [(-0.19, 5.6), (-1.62, 6.69), (-0.84, 9.4)]


def vector(
    path: Path,
    driver: str,
    places: list[Any] | None = None,
    *,
    crs: str | None = "EPSG:4326",
    layer: str | None = None,
    append: bool = False,
    **options: Any,
) -> Path:
    geometries = [shapely.Point(p) if isinstance(p, tuple) else p for p in places or PLACES]
    count = len(geometries)
    names = [NAMES[i % 3] for i in range(count)]
    people = [PEOPLE[i % 3] for i in range(count)]
    with np.errstate(all="ignore"):
        pyogrio.raw.write(
            path,
            shapely.to_wkb(np.array(geometries)),
            [np.array(names, dtype=object), np.array(people, dtype="int64")],
            ["name", "people"],
            layer=layer or path.stem,
            driver=driver,
            geometry_type=geometries[0].geom_type,
            crs=crs,
            append=append,
            **options,
        )
    return path


def geopackage(folder: Path, name: str = "towns.gpkg", **options: Any) -> bytes:
    return vector(folder / name, "GPKG", **options).read_bytes()


def geojson(folder: Path, **options: Any) -> bytes:
    return vector(folder / "towns.geojson", "GeoJSON", **options).read_bytes()


def shapefile(folder: Path, **options: Any) -> dict[str, bytes]:
    """By name, as they go into the archive."""
    with tempfile.TemporaryDirectory(dir=folder) as inner:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the missing CRS
            vector(Path(inner) / "towns.shp", "ESRI Shapefile", **options)
        return {part.name: part.read_bytes() for part in sorted(Path(inner).iterdir())}


def archive(entries: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return written.getvalue()


def raster(
    folder: Path, *, crs: str | None = "EPSG:32630", tags: dict[str, str] | None = None
) -> bytes:
    path = folder / "relief.tif"
    options = {"driver": "GTiff", "width": 60, "height": 40, "count": 1, "dtype": "float32"}
    with rasterio.open(
        path,
        "w",
        crs=crs,
        transform=Affine(30, 0, 500_000, 0, -30, 700_000),
        nodata=-9999,
        **options,
    ) as file:
        file.write(np.linspace(0, 900, 2400, dtype="float32").reshape(1, 40, 60))
        file.update_tags(**(tags or {}))
    return path.read_bytes()


KML = (
    '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    "<Placemark><name>Accra</name><Point><coordinates>-0.19,5.6</coordinates></Point></Placemark>"
    "</Document></kml>"
)
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>&b;</name></Document></kml>'
)
CSV = "name,longitude,latitude\nAccra,-0.19,5.6\nKumasi,-1.62,6.69\n"
ISO_XML = (
    "<metadata><idinfo><citation><citeinfo><title>Towns of Ghana</title></citeinfo></citation>"
    "<descript><abstract>&lt;p&gt;All towns.&lt;/p&gt;</abstract></descript>"
    "<keywords><theme><themekey>towns</themekey><themekey>Ghana</themekey></theme></keywords>"
    "</idinfo></metadata>"
)


def encrypted(content: bytes) -> bytes:
    """The same archive, whose entries say that a password is needed."""
    changed = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (found := content.find(mark, start)) >= 0:
            flags = struct.unpack_from("<H", changed, found + offset)[0]
            struct.pack_into("<H", changed, found + offset, flags | 1)
            start = found + 4
    return bytes(changed)


def with_link() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        entry = zipfile.ZipInfo("towns.shp")
        entry.external_attr = 0o120777 << 16
        file.writestr(entry, "/etc/passwd")
    return written.getvalue()


def many_layers(folder: Path, count: int) -> bytes:
    """A GeoPackage whose table of contents names so many more."""
    geopackage(folder, "many.gpkg")
    path = folder / "many.gpkg"
    with sqlite3.connect(path) as database:
        database.executemany(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
            " VALUES (?, 'features', ?, 4326)",
            [(f"t{number}", f"t{number}") for number in range(count)],
        )
    database.close()
    return path.read_bytes()
