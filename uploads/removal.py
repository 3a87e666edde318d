"""Removing files: rows first, and only after their commit what lies on the disk."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from uploads.models import FOLDER, Rendition, Upload

# Older than any request or job that may still be writing
STALE = timedelta(days=1)


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
    strays = [place for place in _old(media / FOLDER) if not _is_known(place.name)]
    strays += [*_old(media / "work"), *_old(media / "incoming")]
    for place in strays:
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)
    return len(strays)


def _old(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    before = time.time() - STALE.total_seconds()
    return [place for place in folder.iterdir() if place.lstat().st_mtime < before]


def _is_known(name: str) -> bool:
    try:
        return Upload.objects.filter(pk=UUID(name)).exists()
    except ValueError:
        return False
