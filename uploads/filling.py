"""What a file says of itself, written into its layer where nobody has written anything."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from jobs.handle import JobHandle
from layers import services
from layers.changes import Changes
from layers.extent import BoundingBox
from layers.models import Attribute, Layer
from layers.texts import LONGEST_TEXT, UNFIT, one_line
from uploads import problems
from uploads.models import Upload
from uploads.services import title_of

REPRESENTATIONS = {"vector": "vector", "raster": "grid"}
ATTEMPTS = 5


def fill(handle: JobHandle, upload: Upload, facts: dict[str, Any]) -> list[str]:
    """One edit of the layer; returns the names of the fields that it wrote.

    A field is written where it is empty, or where it still has what an earlier reading of the same
    file wrote. An editor who saves meanwhile wins: it is then tried again beside the new values.
    """
    for attempt in range(ATTEMPTS):
        try:
            with handle.fence():
                return _fill(upload, facts)
        except Layer.DoesNotExist as error:  # between two looks at it
            raise problems.failure(problems.REMOVED) from error
        except services.EditConflict:
            if attempt == ATTEMPTS - 1:
                raise
    return []


def _fill(upload: Upload, facts: dict[str, Any]) -> list[str]:
    layer = layer_of(upload)
    by = upload.owner or layer.owner
    if by is None:
        return []
    wanted = _columns(upload, facts)
    written = {name: value for name, value in wanted.items() if _free(layer, upload, name, value)}
    changes = _changes(layer, facts)
    if written or changes.parts or changes.keywords:
        for name, value in written.items():
            setattr(layer, name, value)
        services.edit(layer, changes, by)
    upload.filled = upload.filled | {name: _kept(value) for name, value in written.items()}
    Upload.objects.filter(pk=upload.pk).update(filled=upload.filled)
    return [
        *written,
        *(["attributes"] if changes.parts else []),
        *(["keywords"] if changes.keywords else []),
    ]


def layer_of(upload: Upload) -> Layer:
    """Raises JobFailed where it was deleted meanwhile."""
    layer = Layer.objects.filter(uploads=upload.pk).first()
    if layer is None:
        raise problems.failure(problems.REMOVED)
    return layer


def _columns(upload: Upload, facts: dict[str, Any]) -> dict[str, Any]:
    said = facts["embedded"]
    found = {
        "title": one_line(_fit(said.get("title", "")))[:1000],
        "abstract": _fit(said.get("abstract", ""))[:LONGEST_TEXT],
        "lineage": _fit(said.get("lineage", ""))[:LONGEST_TEXT],
        "attribution": _fit(said.get("attribution", ""))[:LONGEST_TEXT],
        "bbox": _box(facts["bbox"]),
        "crs": [facts["crs"]] if facts["crs"] else [],
        "geometry_type": facts["geometry_type"],
        "spatial_representation_id": _representation(facts),
        "format": facts["format"],
        "resolution_m": facts.get("resolution_m"),
    }
    return {name: value for name, value in found.items() if value}


def _representation(facts: dict[str, Any]) -> str:
    if facts["geometry_type"] == "table":
        return "textTable"
    return REPRESENTATIONS[facts["kind"]]


def _box(sides: list[float] | None) -> BoundingBox | None:
    try:
        return BoundingBox.of(sides) if sides else None
    except ValidationError:
        return None


def _free(layer: Layer, upload: Upload, name: str, value: Any) -> bool:
    """The title that the draft was given of the file's name counts as nobody's."""
    present = getattr(layer, name)
    if present == value:
        return False
    if name == "title" and upload.made_layer and present == title_of(upload.name):
        return True
    return not present or _kept(present) == upload.filled.get(name, ...)


def _kept(value: Any) -> Any:
    return value.as_list if isinstance(value, BoundingBox) else value


def _changes(layer: Layer, facts: dict[str, Any]) -> Changes:
    changes = Changes()
    keywords = [word for text in facts["embedded"].get("keywords", []) if (word := _keyword(text))]
    if keywords and not layer.keywords.exists():
        changes.keywords = keywords
    if facts["attributes"] and not layer.attributes.exists():
        changes.parts = {Attribute: [_attribute(layer, each) for each in facts["attributes"]]}
    return changes


def _keyword(text: str) -> str:
    return one_line(_fit(text))[:255]


def _attribute(layer: Layer, found: dict[str, Any]) -> Attribute:
    name = _fit(found["name"])[:255]
    return Attribute(layer=layer, name=name, data_type=found["type"][:64])


def _fit(text: str) -> str:
    return UNFIT.sub("", text)
