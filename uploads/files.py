"""Names, checksums and folders of files."""

from __future__ import annotations

import hashlib
import mimetypes
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from django.conf import settings

from jobs.models import Job

CHUNK = 2**20
WORK = "work"
LONGEST_NAME = 150
UNFIT = re.compile(r"[\x00-\x1f\x7f\"*:<>?|\\/\ud800-\udfff]+")
MEDIA_TYPES = {
    ".gpkg": "application/geopackage+sqlite3",
    ".geojson": "application/geo+json",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".kmz": "application/vnd.google-earth.kmz",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".csv": "text/csv",
    ".zip": "application/zip",
}


def clean_name(name: str) -> str:
    """A name without folders that any disk and any header can carry; its ending is kept."""
    path = PurePosixPath(UNFIT.sub("_", PurePosixPath(name.replace("\\", "/")).name))
    suffix = path.suffix[:20]
    return (path.stem.strip(". ")[: LONGEST_NAME - len(suffix)] or "file") + suffix


def media_type_of(name: str) -> str:
    """By the name's ending: what a browser says of it is a guess too."""
    suffix = Path(name).suffix.lower()
    known = MEDIA_TYPES.get(suffix) or mimetypes.guess_type(name)[0]
    return known or "application/octet-stream"


def checksum(path: Path, told: Callable[[int, int], None] = lambda *_: None) -> str:
    """SHA-256, read in parts, each of which is told: bytes read, bytes in all."""
    size, done = path.stat().st_size, 0
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            done += len(chunk)
            told(done, size)
    return digest.hexdigest()


@contextmanager
def work_folder(job: Job) -> Iterator[Path]:
    """Beside the files, so that what is made is renamed into its place; removed at the end.

    What an earlier run of the job left, whose worker was killed, goes first.
    """
    remove_work(job)
    folder = _work_of(job) / str(uuid.uuid4())
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # a later run is in it, or has removed it
            _work_of(job).rmdir()


def remove_work(job: Job) -> None:
    shutil.rmtree(_work_of(job), ignore_errors=True)


def _work_of(job: Job) -> Path:
    return Path(settings.MEDIA_ROOT) / WORK / str(job.pk)
