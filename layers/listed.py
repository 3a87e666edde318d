"""Many layers as JSON at once: the same as `layer_as_json` gives of each, in two queries.

A list of layers is read far more often than a single one, and building model instances with
prefetched relations costs several times what the database takes. So the layers' own columns come as
plain values, and everything that belongs to them in one statement, whose values are texts.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Model

from accounts.models import User
from layers.access import labels_of_layer, labels_of_user
from layers.extent import BoundingBox
from layers.models import (
    Attribute,
    Distribution,
    Keyword,
    Layer,
    LayerContact,
    LayerDate,
    Organisation,
    Party,
    TemporalExtent,
)
from layers.representation import COLUMNS, TERM_LISTS, TERMS, account
from layers.statements import KEYS, PlannedStatement, among_given, stored_ids

BOX = ("west", "south", "east", "north")
NAMES = {
    "organisation": "organisation__name",
    "group": "group__name",
    "owner": "owner__username",
    "updated_by": "updated_by__username",
}
LAST = ("source", "version", "created_at", "updated_at")
HOLDERS = ("group_id", "owner_id")
RIGHTS = ("state", "visibility", *HOLDERS)  # as `labels_of_layer` takes them
TITLES = ("id", "slug", "title", "alternative_titles")
READ = ("id", *COLUMNS, *(f"{name}_id" for name in TERMS), *BOX, *LAST, *HOLDERS, *NAMES.values())
CONTACT = ("role", "name", "organisation", "position", "email", "phone", "url", "orcid")
PERSONAL = ("email", "phone")
Values = list[Any]
Parts = dict[str, dict[str, list[Values]]]  # by layer and name of the part


@dataclass(frozen=True, slots=True)
class ListedLayer:
    title: str
    abstract: str
    content: dict[str, Any]


def listed(
    keys: Sequence[str], user: User | AnonymousUser, *, emails: bool = False
) -> dict[str, ListedLayer]:
    """Those of the layers that the user may read now, by id."""
    labels = set(labels_of_user(user))
    rows = [dict(zip(READ, row, strict=True)) for row in _columns().rows(stored_ids(keys))]
    found = {str(row["id"]): row for row in rows if not labels.isdisjoint(_labels_of(row))}
    parts = _parts_of(list(found))
    return {
        key: ListedLayer(row["title"], row["abstract"], _content(key, row, parts[key], emails))
        for key, row in found.items()
    }


def titled(keys: Sequence[str], labels: Sequence[str]) -> dict[str, Layer]:
    """Layers with titles and address alone, of those that have one of the labels now, by id."""
    using, width = connection.alias, len(TITLES)
    rows = _titles().rows(stored_ids(keys))
    held = set(labels)
    readable = (row for row in rows if not held.isdisjoint(labels_of_layer(*row[width:])))
    found = (Layer.from_db(using, TITLES, row[:width]) for row in readable)
    return {str(layer.pk): layer for layer in found}


@cache
def _columns() -> PlannedStatement:
    return _by_id(READ)


@cache
def _titles() -> PlannedStatement:
    return _by_id((*TITLES, *RIGHTS))


def _by_id(columns: Sequence[str]) -> PlannedStatement:
    return PlannedStatement.of(
        Layer.objects.filter(pk__among=KEYS).order_by().values_list(*columns)
    )


def _labels_of(row: dict[str, Any]) -> list[str]:
    return labels_of_layer(*(row[name] for name in RIGHTS))


def _content(
    key: str, row: dict[str, Any], parts: dict[str, list[Values]], emails: bool
) -> dict[str, Any]:
    west, south, east, north = (row[name] for name in BOX)
    box = None if west is None else BoundingBox(west, south, east, north).as_list
    return (
        {"id": key}
        | {name: row[name] for name in COLUMNS}
        | {name: row[f"{name}_id"] for name in TERMS}
        | {name: [values[0] for values in parts[name]] for name in TERM_LISTS}
        | {"bbox": box, "keywords": [values[0] for values in parts["keywords"]]}
        | {"organisation": row[NAMES["organisation"]]}
        | {"contacts": [_contact(values, emails) for values in parts["contacts"]]}
        | {name: [_named(part, values) for values in parts[name]] for name, part in PARTS.items()}
        | {"group": row[NAMES["group"]], "owner": account(row[NAMES["owner"]], emails)}
        | {"source": row["source"] or None}
        | {name: row[name] for name in LAST if name != "source"}
        | {"updated_by": account(row[NAMES["updated_by"]], emails)}
    )


def _contact(values: Values, emails: bool) -> dict[str, Any]:
    found = dict(zip(CONTACT, values, strict=False))
    return found | ({} if emails else dict.fromkeys(PERSONAL))


class Part(NamedTuple):
    """A table of parts: what each of its columns is called in JSON."""

    model: type[Model]
    columns: dict[str, str]
    empty_is_none: bool = False
    read: Mapping[str, Callable[[str], Any]] = {}  # of what is no text


PARTS = {
    "temporal": Part(TemporalExtent, {"start": "start", "end": "end"}, empty_is_none=True),
    "dates": Part(LayerDate, {"type": "type_id", "date": "date"}),
    "links": Part(
        Distribution,
        {
            "url": "url",
            "protocol": "protocol_id",
            "function": "function_id",
            "name": "name",
            "description": "description",
            "media_type": "media_type",
            "size_bytes": "size_bytes",
        },
        read={"size_bytes": int},
    ),
    "attributes": Part(
        Attribute,
        {
            "name": "name",
            "label": "label",
            "description": "description",
            "type": "data_type",
            "unit": "unit",
            "nullable": "nullable",
        },
        read={"nullable": lambda text: text in {"true", "1"}},
    ),
}


def _named(part: Part, values: Values) -> dict[str, Any]:
    found = dict(zip(part.columns, values, strict=False))
    if part.empty_is_none:
        return {name: value or None for name, value in found.items()}
    for name, read in part.read.items():
        found[name] = None if found[name] is None else read(found[name])
    return found


def _parts_of(keys: list[str]) -> Parts:
    found: Parts = {
        key: {name: [] for name in (*TERM_LISTS, "keywords", "contacts", *PARTS)} for key in keys
    }
    for key, name, _position, _number, _label, *values in _rows(keys) if keys else ():
        found[key][name].append(values)
    return found


def _rows(keys: list[str]) -> list[Any]:
    """In their order: layer, name of the part, three values that order it, and its values."""
    rows = sorted(_parts(connection.vendor).rows(stored_ids(keys)), key=itemgetter(1, 2, 3, 4))
    return (
        rows
        if connection.features.has_native_uuid_field
        else [(str(uuid.UUID(row[0])), *row[1:]) for row in rows]
    )


@cache
def _parts(vendor: str) -> PlannedStatement:
    """One for all parts, made of names of tables and columns; it takes the ids."""
    selects = [
        *(_select_terms(vendor, name) for name in TERM_LISTS),
        _select_keywords(vendor),
        _select_contacts(vendor),
        *(_select_part(name, part) for name, part in PARTS.items()),
    ]
    given, among = among_given(vendor, "uuid")
    width = max(len(select.values) for select in selects)
    texts = [
        f"SELECT CAST(p.layer_id AS text), '{select.name}', {select.order}, "
        + ", ".join([*map(_as_text, select.values), *["NULL"] * (width - len(select.values))])
        + f" FROM {select.tables} WHERE p.layer_id {among}"
        for select in selects
    ]
    return PlannedStatement(given + " UNION ALL ".join(texts), [KEYS])


def _as_text(expression: str) -> str:
    return f"CAST({expression} AS text)"


class Select(NamedTuple):
    name: str
    order: str  # three expressions: two numbers and a text
    values: list[str]
    tables: str  # that of the part is called p


def _select_terms(vendor: str, name: str) -> Select:
    relation: Any = Layer._meta.get_field(name).remote_field
    code = f"p.{relation.model._meta.model_name}_id"
    terms = _looked_up(vendor, "t", relation.model, "code", code)
    tables = f"{relation.through._meta.db_table} p {terms}"
    return Select(name, "t.position, 0, t.label", [code], tables)


def _select_keywords(vendor: str) -> Select:
    terms = _looked_up(vendor, "t", Keyword, "id", "p.keyword_id")
    tables = f"{Layer.keywords.through._meta.db_table} p {terms}"
    return Select("keywords", "0, 0, t.folded", ["t.name"], tables)


def _select_contacts(vendor: str) -> Select:
    party = _looked_up(vendor, "t", Party, "id", "p.party_id")
    organisation = _looked_up(vendor, "o", Organisation, "id", "t.organisation_id")
    own = [f"t.{name}" for name in ("position_name", "email", "phone", "url", "orcid")]
    values = ["p.role_id", "t.name", "coalesce(o.name, '')", *own]
    tables = f"{LayerContact._meta.db_table} p {party} {organisation}"
    return Select("contacts", "p.position, p.id, ''", values, tables)


def _looked_up(vendor: str, alias: str, model: type[Model], key: str, value: str) -> str:
    """Once for each row, by its key: for an ordinary join PostgreSQL may read the whole table."""
    table = model._meta.db_table
    if vendor == "postgresql":
        row = f"SELECT * FROM {table} x WHERE x.{key} = {value} OFFSET 0"
        return f"LEFT JOIN LATERAL ({row}) {alias} ON true"
    return f"LEFT JOIN {table} {alias} ON {alias}.{key} = {value}"


def _select_part(name: str, part: Part) -> Select:
    columns = [f'p."{column}"' for column in part.columns.values()]
    return Select(name, "p.position, p.id, ''", columns, f"{part.model._meta.db_table} p")
