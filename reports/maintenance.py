"""Files looked at again: are they still what they were, has each its pictures and its extent.

Completeness needs none of it: the database counts the score whenever it is asked for.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from jobs.handle import JobHandle
from uploads.files import checksum
from uploads.models import Rendition, Role, Upload
from uploads.removal import remove_rendition
from uploads.services import start_reading

BATCH = 100


class Maintenance:
    """Goes through all files by key; after a death it goes on behind the last one."""

    def __init__(self, handle: JobHandle, after: str | None) -> None:
        self.handle = handle
        self.after: str | None = handle.memory.get("last") or after
        self.missing = self.damaged = self.read_again = self.looked_at = 0

    def run(self, seconds: float) -> None:
        """Within this time; `after` is then where the next one goes on, or None at the end."""
        until = time.monotonic() + seconds
        total = Upload.objects.filter(layer__isnull=False).count()
        for upload in self._uploads():
            self._look_at(upload)
            self.looked_at += 1
            self.handle.progress(self.looked_at, total)
            if time.monotonic() > until:
                self.after = str(upload.pk)
                return
        self.after = None

    def _uploads(self) -> Iterator[Upload]:
        rows = Upload.objects.filter(layer__isnull=False, read_at__isnull=False)
        rows = rows.select_related("layer").prefetch_related("renditions").order_by("pk")
        last = self.after
        while part := list((rows.filter(pk__gt=last) if last else rows)[:BATCH]):
            yield from part
            last = str(part[-1].pk)
            self.handle.remember({"last": last})

    def _look_at(self, upload: Upload) -> None:
        path = Path(upload.file.path)
        if not path.is_file():
            self.missing += 1
            self.handle.log(_("%(name)s is missing: %(path)s") % _words(upload))
        elif upload.checksum and checksum(path, self._told) != upload.checksum:
            self.damaged += 1
            self.handle.log(_("%(name)s is not what was uploaded: %(path)s") % _words(upload))
        elif self._lacks_something(upload):
            self.read_again += 1
            start_reading(upload, None)

    def _told(self, *_bytes: int) -> None:
        self.handle.check()

    def _lacks_something(self, upload: Upload) -> bool:
        """Reading fills what is empty, so the extent too, and draws; it writes over nobody."""
        lost = [made for made in upload.renditions.all() if not Path(made.file.path).is_file()]
        for made in lost:
            remove_rendition(made)
        if upload.role != Role.DATA:
            return False
        return _lacks_extent(upload) or _lacks_pictures(upload, {made.kind for made in lost})


def _lacks_pictures(upload: Upload, lost: set[str]) -> bool:
    """Conversions are made again for whoever asks for them."""
    present = {made.kind for made in upload.renditions.all()} - lost
    without = Rendition.Kind.THUMBNAIL not in present and upload.facts.get("drawn", True)
    return bool(without or lost - {Rendition.Kind.CONVERSION})


def _lacks_extent(upload: Upload) -> bool:
    """One that it was given and that a person took away stays away."""
    layer = upload.layer
    if layer is None or layer.bbox is not None:
        return False
    return bool(upload.facts.get("bbox")) and "bbox" not in upload.filled


def _words(upload: Upload) -> dict[str, str]:
    return {"name": upload.name, "path": upload.file.name or ""}
