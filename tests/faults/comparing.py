"""Database and Solr, document by document and field by field, by plain HTTP and the plain ORM."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import requests
from django.db.models import Prefetch, prefetch_related_objects

from layers.models import Keyword, Layer, Region, TopicCategory
from solr_sync.registry import registry

PAGE = 500
READ = 50  # objects, where the engine reads and builds hundreds
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
    """What an ordinary question to Solr shows, against what the database says.

    Fields that Solr gives back are compared with what `prepare` says of objects read in small
    parts, and those of the workshop with what the model says; labels, which Solr never gives back,
    by asking for each of them.
    """
    document = registry[document_type]
    url = f"{solr_url}/{document.collection}"
    back = _fields_that_come_back(url)
    there = everything(url)
    found = Difference()
    wanted: set[str] = set()
    labelled: dict[str, set[str]] = defaultdict(set)
    for obj, read in _objects(document):
        object_id = str(obj.pk)
        wanted.add(object_id)
        fields = document.prepare(read) | {"id": object_id, "deleted": False}
        for label in fields.get("acl", ()):
            labelled[label].add(object_id)
        if object_id not in there:
            found.missing.append(object_id)
            continue
        differing = _differing(fields, there[object_id], back)
        if document_type == "layer":
            plain = by_hand(obj)
            differing += _differing(plain, there[object_id], {n: back[n] for n in plain})
        if differing:
            found.stale[object_id] = differing
        found.compared += 1
        found.fields += sum(name in back for name in fields)
    found.ghosts = sorted(there.keys() - wanted)
    for label, ids in labelled.items():
        seen = set(everything(url, f'acl:"{label}"'))
        for object_id in (seen ^ ids) & there.keys() & wanted:
            found.stale.setdefault(object_id, []).append(f"acl: {label!r} on one side only")
    return found


def _objects(document: Any) -> Iterator[tuple[Any, Any]]:
    """Each object, and what its document is prepared from."""
    objects = list(document.queryset())
    for start in range(0, len(objects), READ):
        some = {str(obj.pk): obj for obj in objects[start : start + READ]}
        if document.model is Layer:
            prefetch_related_objects(list(some.values()), *IN_THEIR_ORDER)
        for key, read in document.read([obj.pk for obj in some.values()]):
            yield some[str(key)], read


def _differing(fields: dict[str, Any], there: dict[str, Any], back: dict[str, bool]) -> list[str]:
    # What Solr makes of a box itself has two underscores.
    own = {name for name in there if name in back and "__" not in name} - OF_THE_SYNC
    return [
        f"{name}: {_plain(fields.get(name), back[name])!r} in the database, "
        f"{_plain(there.get(name), back[name])!r} in Solr"
        for name in sorted((fields.keys() & back.keys()) | own)
        if _plain(fields.get(name), back[name]) != _plain(there.get(name), back[name])
    ]


IN_THEIR_ORDER = (
    "owner",
    "organisation",
    Prefetch("topic_categories", TopicCategory.objects.order_by("position", "label")),
    Prefetch("keywords", Keyword.objects.order_by("folded")),
    Prefetch("regions", Region.objects.order_by("position", "label")),
)


def by_hand(layer: Layer) -> dict[str, Any]:
    """The fields of the workshop, by nobody's code but the model's."""
    return {
        "name": layer.name or layer.slug,
        "title": layer.title,
        "abstract": layer.abstract or None,
        "bbox": layer.bbox.envelope if layer.bbox else None,
        "category": [topic.label for topic in layer.topic_categories.all()],
        "modified_date": layer.updated_at,
        "username": layer.owner.username if layer.owner else None,
        "keywords": [keyword.name for keyword in layer.keywords.all()],
        "regions": [region.label for region in layer.regions.all()],
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


def everything(url: str, query: str = "*:*") -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    cursor = "*"
    while True:
        answer = requests.post(
            f"{url}/select",
            data={
                "q": query,
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
