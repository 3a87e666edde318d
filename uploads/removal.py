"""Removing files: rows first, and only after their commit what lies on the disk."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from uploads import problems
from uploads.files import WORK
from uploads.models import FOLDER, ORIGINAL, Rendition, Upload

# Older than any request or job that may still be writing
STALE = timedelta(days=1)


def hold(upload: Upload) -> None:
    """Until the end of the transaction nobody removes it. Raises JobFailed if somebody has."""
    rows = Upload.objects.select_for_update(of=("self",))
    if rows.filter(pk=upload.pk, layer__isnull=False).first() is None:
        raise problems.failure(problems.REMOVED)


def remove(upload: Upload) -> None:
    folder = upload.folder
    with transaction.atomic():
        Upload.objects.filter(pk=upload.pk).delete()
        transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))


def remove_rendition(rendition: Rendition) -> None:
    folder = Path(rendition.file.path).parent
    with transaction.atomic():
        Rendition.objects.filter(pk=rendition.pk).delete()
        transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))


def remove_orphans() -> int:
    """Uploads whose layer is gone; returns how many."""
    orphans = list(Upload.objects.filter(layer=None))
    for upload in orphans:
        remove(upload)
    return len(orphans)


def remove_unread(older_than: timedelta) -> int:
    """Uploads that no job could read to the end, long after they came."""
    rows = list(Upload.objects.filter(read_at=None, created_at__lt=Now() - older_than))
    for upload in rows:
        layer = upload.layer
        remove(upload)
        if layer is not None and upload.made_layer and layer.version == 1:
            layer.delete()
    return len(rows)


def remove_strays() -> int:
    """Folders without a row, and what broken requests and jobs have left; returns how many."""
    media = Path(settings.MEDIA_ROOT)
    strays = [*_strays_of_uploads(media / FOLDER), *_old(media / WORK), *_old(media / "incoming")]
    for place in strays:
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)
    return len(strays)


def _old(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [place for place in folder.iterdir() if _is_old(place)]


def _is_old(place: Path) -> bool:
    try:
        return place.lstat().st_mtime < time.time() - STALE.total_seconds()
    except FileNotFoundError:  # renamed or removed since it was listed
        return False


def _strays_of_uploads(folder: Path) -> Iterator[Path]:
    """Those of no upload, and what a run moved into its place that was killed before its commit."""
    for place in folder.iterdir() if folder.is_dir() else ():
        if upload := _upload_of(place):
            kept = {ORIGINAL, *(str(made.pk) for made in upload.renditions.all())}
            yield from (each for each in _old(place) if each.name not in kept)
        elif _is_old(place):
            yield place


def _upload_of(folder: Path) -> Upload | None:
    try:
        return Upload.objects.filter(pk=UUID(folder.name)).first()
    except ValueError:
        return None
