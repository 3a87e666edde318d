"""An upload as JSON."""

from __future__ import annotations

from typing import Any

from uploads.models import Rendition, Upload


def upload_as_json(upload: Upload) -> dict[str, Any]:
    known = {name: value for name, value in upload.facts.items() if name != "crs_wkt"}
    return {
        "id": str(upload.pk),
        "layer": str(upload.layer_id) if upload.layer_id else None,
        "role": upload.role or None,
        "name": upload.name,
        "size": upload.size,
        "media_type": upload.media_type,
        "checksum": upload.checksum or None,
        "metadata": known or None,
        "url": upload.get_absolute_url(),
        "renditions": [_rendition(rendition) for rendition in upload.renditions.all()],
        "created_at": upload.created_at,
    }


def _rendition(rendition: Rendition) -> dict[str, Any]:
    return {
        "kind": str(rendition.kind),
        "name": rendition.name,
        "size": rendition.size,
        "media_type": rendition.media_type,
        "checksum": rendition.checksum,
        "options": rendition.options,
        "url": rendition.get_absolute_url(),
    }
