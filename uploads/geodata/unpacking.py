"""Taking a dataset out of a zip archive that may have been made to do harm."""

from __future__ import annotations

import re
import stat
import zipfile
from pathlib import Path, PurePosixPath

from uploads.geodata.problems import (
    BOMB,
    CUT_SHORT,
    EMPTY,
    MISSING_PARTS,
    PASSWORD,
    SEVERAL_DATASETS,
    SYMLINK,
    TOO_MANY_FILES,
    UNKNOWN,
    UNSAFE_NAME,
    BadFile,
)

DATASETS = (".shp", ".gpkg", ".geojson", ".json", ".kml", ".csv", ".tif", ".tiff")
# Beside the dataset, under its name
COMPANIONS = (
    *(".shx", ".dbf", ".prj", ".cpg", ".shp.xml", ".xml"),
    *(".tfw", ".tifw", ".tif.xml", ".aux.xml", ".tif.aux.xml", ".csvt"),
)
MOST_FILES = 2000
# Tables full of blanks shrink to a hundredth.
MOST_TIMES = 200
SMALL = 50 * 2**20
CHUNK = 2**20
RESERVED = re.compile(r"[\x00-\x1f\"*:<>?|\\/]+")


def unpack(archive: Path, folder: Path, most_bytes: int) -> Path:
    """Writes the one dataset of the archive, with its companions, into the folder.

    Nothing is written under a name that the archive chose a folder in, and nothing before all its
    entries were looked at. Raises BadFile.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            _check(opened.infolist(), archive.stat().st_size, most_bytes)
            chosen = _dataset(entries)
            return _extract(opened, chosen, _companions(chosen, entries), folder, most_bytes)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
        raise BadFile(CUT_SHORT) from error
    except RuntimeError as error:  # zipfile says so of encrypted entries
        raise BadFile(PASSWORD) from error


def _check(entries: list[zipfile.ZipInfo], size: int, most_bytes: int) -> None:
    if not entries:
        raise BadFile(EMPTY)
    if len(entries) > MOST_FILES:
        raise BadFile(TOO_MANY_FILES, count=len(entries), most=MOST_FILES)
    for entry in entries:
        _check_entry(entry)
    total = sum(entry.file_size for entry in entries)
    if total > most_bytes or (total > SMALL and total > size * MOST_TIMES):
        raise BadFile(BOMB, megabytes=total // 2**20)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", entry.filename):
        raise BadFile(UNSAFE_NAME, name=entry.filename[:200])
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise BadFile(SYMLINK, name=entry.filename[:200])
    if entry.flag_bits & 1:
        raise BadFile(PASSWORD)


def _dataset(entries: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    found = [entry for entry in entries if _is_dataset(entry.filename)]
    if not found:
        raise BadFile(UNKNOWN)
    if len(found) > 1:
        names = [PurePosixPath(entry.filename).name for entry in found]
        raise BadFile(SEVERAL_DATASETS, count=len(names), names=", ".join(names[:5]))
    return found[0]


def _is_dataset(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = "__MACOSX" in path.parts or path.name.startswith(".")
    return not hidden and path.suffix.lower() in DATASETS


def _companions(
    dataset: zipfile.ZipInfo, entries: list[zipfile.ZipInfo]
) -> dict[str, zipfile.ZipInfo]:
    """By their suffix."""
    stem = PurePosixPath(dataset.filename).with_suffix("").as_posix().lower()
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = entry.filename.lower()
        if name.startswith(stem) and name.removeprefix(stem) in COMPANIONS:
            found[name.removeprefix(stem)] = entry
    if dataset.filename.lower().endswith(".shp"):
        missing = [suffix for suffix in (".shx", ".dbf") if suffix not in found]
        if missing:
            raise BadFile(MISSING_PARTS, names=", ".join(missing))
    return found


def _extract(
    opened: zipfile.ZipFile,
    dataset: zipfile.ZipInfo,
    companions: dict[str, zipfile.ZipInfo],
    folder: Path,
    most_bytes: int,
) -> Path:
    original = PurePosixPath(dataset.filename)
    stem = RESERVED.sub("_", original.stem).strip(". ")[:100] or "data"
    suffix = original.suffix.lower()
    left = most_bytes
    for ending, entry in {suffix: dataset, **companions}.items():
        left -= _copy(opened, entry, folder / f"{stem}{ending}", left)
    return folder / f"{stem}{suffix}"


def _copy(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Counts what comes out: what the archive says of it may be wrong."""
    with opened.open(entry) as source, target.open("xb") as file:
        while chunk := source.read(CHUNK):
            if file.tell() + len(chunk) > most:
                raise BadFile(BOMB, megabytes=most // 2**20)
            file.write(chunk)
        return file.tell()
