"""`python -m uploads.geodata COMMAND`: arguments as JSON on standard input, answers as JSON lines.

Lines with `done` and `total` say how far it is; one with `result` or `problem` ends a stage.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
OPEN_FILES = 128
# Drivers that follow addresses or other files; the others are asked for by name or by content.
SKIPPED = (
    *("VRT", "OGR_VRT", "WMS", "WMTS", "WCS", "WFS", "OAPIF", "OGCAPI", "STACIT", "STACTA", "HTTP"),
    *("GTI", "GDALG", "EEDA", "EEDAI", "PLSCENES", "PLMosaic", "CSW", "NGW", "AmigoCloud", "Carto"),
    *(
        "Elasticsearch",
        "ADBC",
        "DAAS",
        "Rasterlite",
        "PDF",
        "TopoJSON",
        "ESRIJSON",
        "MRF",
        "DERIVED",
    ),
)


def limit(arguments: dict[str, Any]) -> None:
    """A file may cost so much and no more; the process ends with the one that started it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != arguments.get("parent", os.getppid()):  # it ended before that call
        sys.exit(1)
    memory, seconds = int(arguments["memory"]), int(arguments["seconds"]) + 1
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    largest = int(arguments["most_bytes"])
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    os.nice(5)


def configure() -> None:
    """Before GDAL is loaded."""
    skipped = ",".join(SKIPPED)
    os.environ.update(
        GDAL_SKIP=skipped,
        OGR_SKIP=skipped,
        GDAL_DISABLE_READDIR_ON_OPEN="FALSE",
        GDAL_CACHEMAX="64",
        GDAL_NUM_THREADS="1",
        GDAL_HTTP_TIMEOUT="1",
        CPL_VSIL_CURL_ALLOWED_EXTENSIONS=".none",
        OGR_GEOJSON_MAX_OBJ_SIZE="200",
        OPENBLAS_NUM_THREADS="1",
        PROJ_NETWORK="OFF",
    )


def read(arguments: dict[str, Any]) -> None:
    """Three stages: what the file holds, its pictures, the ranges of its values."""
    path, form = _prepare(arguments)
    facts = _facts(path, form, arguments["crs"])
    say(result=facts)
    folder = Path(arguments["folder"])
    _stage(lambda: _draw(path, form, facts, folder))
    _stage(lambda: _ranges(path, form, facts))


def convert(arguments: dict[str, Any]) -> None:
    from uploads.geodata import converting

    path, form = _prepare(arguments)
    facts, wanted = arguments["facts"], arguments["wanted"]
    target = Path(arguments["folder"]) / "converted"
    target.mkdir()
    if form == "tif":
        say(result=converting.convert_raster(path, facts, wanted, target))
    else:
        say(result=converting.convert_vector(path, form, facts, wanted, target, say_progress))


def _prepare(arguments: dict[str, Any]) -> tuple[Path, str]:
    from uploads.geodata import sniffing, unpacking

    path, folder = Path(arguments["path"]), Path(arguments["folder"])
    form = sniffing.format_of(path, arguments["name"])
    if form != sniffing.ZIP:
        return path, form
    path = unpacking.unpack(path, folder, int(arguments["most_bytes"]))
    shapefile = path.suffix == ".shp"
    return path, sniffing.SHAPEFILE if shapefile else sniffing.format_of(path, path.name)


def _facts(path: Path, form: str, crs: str) -> dict[str, Any]:
    if form == "tif":
        from uploads.geodata import rasters

        return rasters.describe(path, crs)
    from uploads.geodata import vectors

    return vectors.describe(path, form, crs)


def _draw(path: Path, form: str, facts: dict[str, Any], folder: Path) -> list[str]:
    from uploads.geodata import drawing

    if form == "tif":
        return drawing.draw_raster(path, folder)
    return drawing.draw_vector(path, form, facts, folder)


def _ranges(path: Path, form: str, facts: dict[str, Any]) -> dict[str, Any]:
    if form == "tif":
        return {}
    from uploads.geodata.ranges import ranges

    return ranges(path, form, facts["main_layer"], facts["attributes"])


def _stage(work: Callable[[], Any]) -> None:
    """One that the others do without."""
    from uploads.geodata.problems import MEMORY, UNREADABLE

    try:
        say(result=work())
    except MemoryError:
        say(problem=MEMORY, values={})
    except Exception as error:  # noqa: BLE001 - whatever GDAL or Pillow make of it
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        say(problem=UNREADABLE, values={})


COMMANDS = {"read": read, "convert": convert}


def say(**answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def say_progress(done: int, total: int) -> None:
    say(done=done, total=total)


def main(command: str) -> None:
    arguments = json.load(sys.stdin)
    limit(arguments)
    configure()
    from uploads.geodata.problems import MEMORY, BadFile

    try:
        COMMANDS[command](arguments)
    except BadFile as error:
        say(problem=error.code, values=error.values)
    except MemoryError:
        say(problem=MEMORY, values={})


if __name__ == "__main__":
    main(sys.argv[1])
