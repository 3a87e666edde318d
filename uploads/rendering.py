"""Files made of uploads: pictures, previews, conversions."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from django.conf import settings

from jobs.handle import JobHandle
from uploads import files, removal
from uploads.child import Reader
from uploads.models import Rendition, Upload, rendition_path

CONVERTING_TIMES = 4  # as long as a file may take to be read
KINDS = {
    "thumbnail.png": Rendition.Kind.THUMBNAIL,
    "picture.png": Rendition.Kind.PICTURE,
    "preview.geojson": Rendition.Kind.PREVIEW,
}


def keep_drawing(handle: JobHandle, upload: Upload, drawn: Path) -> None:
    """In the place of the one that was made by an earlier reading."""
    kind = KINDS[drawn.name]
    old = list(upload.renditions.filter(kind=kind))
    name = f"{Path(upload.name).stem}-{drawn.name}"
    _keep(handle, upload, kind, drawn, name, _size_of(drawn) if drawn.suffix == ".png" else {})
    for rendition in old:
        removal.remove_rendition(rendition)


def _size_of(picture: Path) -> dict[str, Any]:
    """So that a page keeps its place: a PNG begins with it."""
    with picture.open("rb") as file:
        width, height = struct.unpack(">II", file.read(24)[16:])
    return {"width": width, "height": height}


def convert(handle: JobHandle, upload: Upload, wanted: dict[str, Any], folder: Path) -> Rendition:
    """Raises BadFile."""
    arguments = {"name": upload.name, "facts": upload.facts, "wanted": wanted, "folder": folder}
    with Reader("convert", handle, path=Path(upload.file.path), **arguments) as reader:
        name = reader.answer(settings.UPLOAD_SECONDS * CONVERTING_TIMES)
    return _keep(
        handle, upload, Rendition.Kind.CONVERSION, folder / "converted" / name, name, wanted
    )


def _keep(
    handle: JobHandle,
    upload: Upload,
    kind: Rendition.Kind,
    made: Path,
    name: str,
    options: dict[str, Any],
) -> Rendition:
    rendition = Rendition(
        upload=upload,
        kind=kind,
        name=files.clean_name(name),
        size=made.stat().st_size,
        media_type=files.media_type_of(made.name),
        checksum=files.checksum(made),
        options=options,
    )
    rendition.file.name = rendition_path(rendition, rendition.name)
    place = Path(rendition.file.path)
    with handle.fence():
        removal.hold(upload)
        place.parent.mkdir(parents=True)
        made.rename(place)
        rendition.save(force_insert=True)
    return rendition
