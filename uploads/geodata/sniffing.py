"""What a file is, by its first bytes: names and media types can say anything."""

from __future__ import annotations

import sqlite3
import struct
from pathlib import Path

from uploads.geodata.problems import CUT_SHORT, EMPTY, UNKNOWN, WRONG_EXTENSION, BadFile

ZIP, GPKG, TIFF, GEOJSON, KML, CSV, SHAPEFILE = "zip", "gpkg", "tif", "geojson", "kml", "csv", "shp"
EXTENSIONS = {
    ".zip": ZIP,
    ".kmz": ZIP,
    ".gpkg": GPKG,
    ".tif": TIFF,
    ".tiff": TIFF,
    ".geojson": GEOJSON,
    ".json": GEOJSON,
    ".kml": KML,
    ".csv": CSV,
    ".tsv": CSV,
}
HEAD = 64 * 1024
TIFF_MARKS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
GEOJSON_WORDS = ("Feature", "Point", "LineString", "Polygon", "GeometryCollection")


def format_of(path: Path, name: str) -> str:
    """Raises BadFile where it is none of ours, or where its name says something else."""
    size = path.stat().st_size
    if size == 0:
        raise BadFile(EMPTY)
    with path.open("rb") as file:
        head = file.read(HEAD)
    claimed = EXTENSIONS.get(Path(name).suffix.lower())
    found = _by_content(path, head, claimed)
    if found is None:
        raise BadFile(WRONG_EXTENSION if claimed else UNKNOWN, claimed=claimed)
    if claimed is not None and found != claimed:
        raise BadFile(WRONG_EXTENSION, claimed=claimed, found=found)
    _check_whole(path, found, head, size)
    return found


def _by_content(path: Path, head: bytes, claimed: str | None) -> str | None:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ZIP
    if head.startswith(b"SQLite format 3\0"):
        return GPKG if head[68:72] in (b"GPKG", b"GP10", b"GP11") or _has_contents(path) else None
    if head.startswith(TIFF_MARKS):
        return TIFF
    return _by_text(head, claimed)


def _has_contents(path: Path) -> bool:
    """Older writers of GeoPackage leave the application id out."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as database:
            found = "SELECT count(*) FROM sqlite_master WHERE name = 'gpkg_contents'"
            return bool(database.execute(found).fetchone()[0])
    except sqlite3.Error:
        return False


def _by_text(head: bytes, claimed: str | None) -> str | None:
    if b"\0" in head:
        return None
    text = head.decode("utf-8-sig", errors="replace").lstrip()
    if text.startswith("{"):
        return GEOJSON if any(f'"{word}' in text for word in GEOJSON_WORDS) else None
    if text.startswith("<"):
        return KML if "<kml" in text or ":kml" in text else None
    return CSV if claimed == CSV and text else None


def _check_whole(path: Path, found: str, head: bytes, size: int) -> None:
    """What says its own length must have it; text must end as it began."""
    if found == GPKG:
        page = struct.unpack(">H", head[16:18])[0]
        pages = struct.unpack(">I", head[28:32])[0]
        if pages * (65536 if page == 1 else page) > size:
            raise BadFile(CUT_SHORT)
    if found == GEOJSON:
        with path.open("rb") as file:
            file.seek(max(size - 1024, 0))
            if not file.read().rstrip(b" \t\r\n\0").endswith(b"}"):
                raise BadFile(CUT_SHORT)


def check_shapefile(path: Path) -> None:
    """Its header says how long it is, in words of two bytes."""
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or struct.unpack(">i", head[:4])[0] != 9994:
        raise BadFile(CUT_SHORT if len(head) < 100 else WRONG_EXTENSION, claimed=SHAPEFILE)
    if struct.unpack(">i", head[24:28])[0] * 2 > path.stat().st_size:
        raise BadFile(CUT_SHORT)
