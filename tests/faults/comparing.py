"""Database and Solr, document by document and field by field, by plain HTTP and the plain ORM."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import requests

from layers.models import Layer
from solr_sync.registry import registry

PAGE = 500
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")


@dataclass
class Difference:
    missing: list[str] = field(default_factory=list)
    stale: dict[str, list[str]] = field(default_factory=dict)
    ghosts: list[str] = field(default_factory=list)
    compared: int = 0
    fields: int = 0

    @property
    def nothing(self) -> bool:
        return not (self.missing or self.stale or self.ghosts)

    @property
    def wrong(self) -> int:
        return len(self.missing) + len(self.stale) + len(self.ghosts)

    def __str__(self) -> str:
        return json.dumps(
            {
                "missing": self.missing[:5],
                "stale": dict(list(self.stale.items())[:5]),
                "ghosts": self.ghosts[:5],
            },
            indent=1,
        )


def compare(solr_url: str, document_type: str = "layer") -> Difference:
    """What an ordinary question to Solr shows, against what the database says."""
    document = registry[document_type]
    url = f"{solr_url}/{document.collection}"
    back = _fields_that_come_back(url)
    there = _everything(url)
    found = Difference()
    wanted: set[str] = set()
    for obj in document.queryset():
        object_id = str(obj.pk)
        wanted.add(object_id)
        if object_id not in there:
            found.missing.append(object_id)
            continue
        # One by one, where the engine builds whole batches.
        ((_, read),) = document.read([obj.pk])
        fields = document.prepare(read) | {"id": object_id, "deleted": False}
        differing = _differing(fields, there[object_id], back)
        if document_type == "layer":
            plain = by_hand(obj)
            differing += _differing(plain, there[object_id], {n: back[n] for n in plain})
        if differing:
            found.stale[object_id] = differing
        found.compared += 1
        found.fields += sum(name in back for name in fields)
    found.ghosts = sorted(there.keys() - wanted)
    return found


def _differing(fields: dict[str, Any], there: dict[str, Any], back: dict[str, bool]) -> list[str]:
    # What Solr makes of a box itself has two underscores.
    own = {name for name in there if name in back and "__" not in name} - OF_THE_SYNC
    return [
        f"{name}: {_plain(fields.get(name), back[name])!r} in the database, "
        f"{_plain(there.get(name), back[name])!r} in Solr"
        for name in sorted((fields.keys() & back.keys()) | own)
        if _plain(fields.get(name), back[name]) != _plain(there.get(name), back[name])
    ]


def by_hand(layer: Layer) -> dict[str, Any]:
    """The fields of the workshop, by nobody's code but the model's."""
    return {
        "name": layer.name or layer.slug,
        "title": layer.title,
        "abstract": layer.abstract or None,
        "bbox": layer.bbox.envelope if layer.bbox else None,
        "category": [topic.label for topic in layer.topic_categories.order_by("position", "label")],
        "modified_date": layer.updated_at,
        "username": layer.owner.username if layer.owner else None,
        "keywords": [keyword.name for keyword in layer.keywords.order_by("folded")],
        "regions": [region.label for region in layer.regions.order_by("position", "label")],
        "organisation": layer.organisation.name if layer.organisation else None,
    }


OF_THE_SYNC = {"_version_", "sync_version", "sync_bucket", "sync_check", "deleted_at"}


def _plain(value: Any, in_order: bool) -> list[str]:
    values = list(value) if isinstance(value, list | tuple) else [] if value is None else [value]
    plain = [_scalar(one) for one in values]
    return plain if in_order else sorted(set(plain))


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:.5g}"
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    if MOMENT.match(text):
        return datetime.fromisoformat(text).isoformat(timespec="milliseconds")
    return text


def _fields_that_come_back(url: str) -> dict[str, bool]:
    """Names of the fields that a query returns, and whether they come in the order they went."""
    answer = requests.get(
        f"{url}/schema/fields", params={"showDefaults": "true", "wt": "json"}, timeout=10
    ).json()
    return {
        f["name"]: bool(f["stored"])
        for f in answer["fields"]
        if f["stored"] or (f.get("docValues") and f.get("useDocValuesAsStored", True))
    }


def _everything(url: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    cursor = "*"
    while True:
        answer = requests.post(
            f"{url}/select",
            data={
                "q": "*:*",
                "rows": PAGE,
                "sort": "id asc",
                "cursorMark": cursor,
                "fl": "*",
                "wt": "json",
                "timeAllowed": -1,
            },
            timeout=30,
        ).json()
        found |= {d["id"]: d for d in answer["response"]["docs"]}
        if answer["nextCursorMark"] == cursor:
            return found
        cursor = answer["nextCursorMark"]
