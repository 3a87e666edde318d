"""The terms that come with the project: `layers/vocabularies/*.json`, loaded by a migration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps.registry import Apps

FOLDER = Path(__file__).resolve().parent / "vocabularies"

MODELS = {
    "topic_categories": "TopicCategory",
    "resource_types": "ResourceType",
    "representation_types": "RepresentationType",
    "roles": "Role",
    "date_types": "DateType",
    "frequencies": "Frequency",
    "progress": "Progress",
    "restrictions": "Restriction",
    "classifications": "Classification",
    "link_protocols": "LinkProtocol",
    "link_functions": "LinkFunction",
    "licences": "Licence",
    "languages": "Language",
    "regions": "Region",
}
# Columns that stand in the files under the same name.
PLAIN = (
    "code",
    "label",
    "definition",
    "labels",
    "number",
    "reference_uri",
    "url",
    "alpha2",
    "level",
)


def load_vocabularies(apps: Apps, using: str = "default") -> None:
    """Adds the terms that the database lacks. Idempotent; terms that are there keep what people
    made of them."""
    for name, model_name in MODELS.items():
        model = apps.get_model("layers", model_name)
        known = {field.name for field in model._meta.get_fields()}
        terms = [model(**values) for values in _terms(name, known)]
        model._base_manager.using(using).bulk_create(terms, ignore_conflicts=True, batch_size=500)


def entries_of(name: str) -> list[dict[str, Any]]:
    """A file as it is, with what the database does not hold: other names and codes."""
    entries: list[dict[str, Any]] = json.loads(
        (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    )
    return entries


def _terms(name: str, known: set[str]) -> Iterator[dict[str, Any]]:
    for position, entry in enumerate(entries_of(name)):
        columns = {
            column: entry[column]
            for column in PLAIN
            if column in known and entry.get(column) is not None
        }
        yield columns | {"position": position} | _columns_of_its_own(name, entry)


def _columns_of_its_own(name: str, entry: dict[str, Any]) -> dict[str, Any]:
    if name == "licences":
        return {"is_open": entry["open"]}
    if name == "regions":
        box = entry["bbox"] or [None] * 4
        sides = dict(zip(("west", "south", "east", "north"), box, strict=True))
        names = {language: text for language, text in entry["names"].items() if language != "en"}
        return {"parent_id": entry["parent"], "labels": names} | sides
    return {}
