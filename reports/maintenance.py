"""Files looked at again: are they still what they were, has each its thumbnail and its extent.

Completeness needs none of it: the database counts the score whenever it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from jobs.handle import JobHandle
from uploads.files import checksum
from uploads.models import Rendition, Role, Upload
from uploads.services import start_reading

BATCH = 100


class Maintenance:
    """Goes through all files by key; after a death it goes on behind the last one."""

    def __init__(self, handle: JobHandle) -> None:
        self.handle = handle
        self.missing = self.damaged = self.read_again = self.looked_at = 0

    def run(self) -> None:
        total = Upload.objects.filter(layer__isnull=False).count()
        for upload in self._uploads():
            self._look_at(upload)
            self.looked_at += 1
            self.handle.progress(self.looked_at, total)
            if self.looked_at % BATCH == 0:
                self.handle.remember({"last": str(upload.pk)})

    def _uploads(self) -> Iterator[Upload]:
        last = self.handle.memory.get("last")
        drawn = Rendition.objects.filter(upload=OuterRef("pk"), kind=Rendition.Kind.THUMBNAIL)
        rows = Upload.objects.filter(layer__isnull=False, read_at__isnull=False)
        rows = rows.annotate(has_thumbnail=Exists(drawn)).select_related("layer").order_by("pk")
        while True:
            part = list((rows.filter(pk__gt=last) if last else rows)[:BATCH])
            if not part:
                return
            yield from part
            last = str(part[-1].pk)

    def _look_at(self, upload: Upload) -> None:
        path = Path(upload.file.path)
        if not path.is_file():
            self.missing += 1
            self.handle.log(_("%(name)s is missing: %(path)s") % _words(upload))
        elif upload.checksum and checksum(path, self.handle) != upload.checksum:
            self.damaged += 1
            self.handle.log(_("%(name)s is not what was uploaded: %(path)s") % _words(upload))
        elif self._lacks_something(upload):
            self.read_again += 1
            start_reading(upload, None)

    def _lacks_something(self, upload: Upload) -> bool:
        """Reading fills what is empty, so the extent too, and draws; it writes over nobody."""
        if upload.role != Role.DATA:
            return False
        layer = upload.layer
        without_extent = bool(layer and layer.bbox is None and upload.facts.get("bbox"))
        return without_extent or not getattr(upload, "has_thumbnail", True)


def _words(upload: Upload) -> dict[str, str]:
    return {"name": upload.name, "path": upload.file.name or ""}
