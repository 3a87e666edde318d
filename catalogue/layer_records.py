"""Layers as their documents need them, read for a whole batch in ten queries of plain values.

Model instances with prefetched relations cost four times as much, most of it for building objects.
All rows come with the layer's key as text: a UUID made for each costs as much as the rest of the
row.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from layers.extent import BoundingBox
from layers.models import (
    Attribute,
    Distribution,
    Layer,
    LayerContact,
    Region,
    TemporalExtent,
)
from layers.statements import KEYS, Statement, as_parameter, stored_ids

COLUMNS = (
    "slug",
    "name",
    "title",
    "alternative_titles",
    "abstract",
    "purpose",
    "supplemental_information",
    "lineage",
    "edition",
    "attribution",
    "other_constraints",
    "identifiers",
    "resource_type_id",
    "metadata_language_id",
    "format",
    "licence_id",
    "geometry_type",
    "state",
    "visibility",
    "group_id",
    "owner_id",
    "west",
    "south",
    "east",
    "north",
    "created_at",
    "updated_at",
)


class Term(NamedTuple):
    code: str
    label: str


class Place(NamedTuple):
    """A region with its names in all languages, the English one first."""

    code: str
    names: tuple[str, ...]
    continent: str | None = None  # of a country


class Period(NamedTuple):
    start: str
    end: str
    start_year: int | None
    end_year: int | None


@dataclass(slots=True)
class LayerRecord:
    """The columns of a layer, and what its document takes from other tables, in their order."""

    id: str
    slug: str
    name: str
    title: str
    alternative_titles: list[str]
    abstract: str
    purpose: str
    supplemental_information: str
    lineage: str
    edition: str
    attribution: str
    other_constraints: str
    identifiers: list[Any]
    resource_type_id: str
    metadata_language_id: str
    format: str
    licence_id: str | None
    geometry_type: str
    state: str
    visibility: str
    group_id: int | None
    owner_id: int | None
    west: float | None
    south: float | None
    east: float | None
    north: float | None
    created_at: datetime
    updated_at: datetime
    username: str | None
    organisation: str | None
    dead_links: int | None
    topics: list[Term] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    regions: list[Place] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    contact_names: list[str] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    attribute_names: list[str] = field(default_factory=list)
    protocols: list[str] = field(default_factory=list)

    @property
    def bbox(self) -> BoundingBox | None:
        if self.west is None or self.south is None or self.east is None or self.north is None:
            return None
        return BoundingBox(self.west, self.south, self.east, self.north)


def read(keys: Sequence[uuid.UUID]) -> Iterator[LayerRecord]:
    """The layers that exist of these, each with its relations."""
    is_native = connection.features.has_native_uuid_field
    given = as_parameter(stored_ids(map(str, keys)))
    rows = {name: statement.rows_of(given) for name, statement in _statements().items()}
    places = _places(sorted({code for _, code in rows["regions"]}))
    records = {row[0]: LayerRecord(*row) for row in rows["layers"]}
    for record in records.values():
        record.id = record.id if is_native else str(uuid.UUID(record.id))
    make: dict[str, Callable[..., Any]] = {
        "topics": Term,
        "keywords": str,
        "languages": str,
        "periods": Period,
        "protocols": str,
    }
    for name, value_of in make.items():
        for key, *values in rows[name]:
            if key in records:
                getattr(records[key], name).append(value_of(*values))
    for key, code in rows["regions"]:
        if key in records and code in places:  # both, unless it was taken away meanwhile
            records[key].regions.append(places[code])
    for key, *names in rows["attributes"]:
        if key in records:
            records[key].attribute_names += names
    _add_contacts(rows["contacts"], records)
    yield from records.values()


@cache
def _statements() -> dict[str, Statement]:
    """By what they are about. Each row begins with the layer's key."""
    layers = Layer.objects.filter(pk__among=KEYS).order_by()
    queries: dict[str, QuerySet[Any, Any]] = {
        "layers": layers.values_list(
            _text("pk"),
            *COLUMNS,
            "owner__username",
            "organisation__name",
            "dead_links__number",
        ),
        "topics": _terms("topic_categories", "code", "label"),
        "keywords": _terms("keywords", "name", order="folded"),
        "languages": _terms("languages", "code"),
        "regions": _terms("regions", "code"),
        "periods": _parts(TemporalExtent, *Period._fields),
        "protocols": _parts(Distribution, "protocol_id"),
        "attributes": _parts(Attribute, "name", "label"),
        "contacts": _parts(LayerContact, "party__name", "party__organisation__name"),
    }
    return {name: Statement.of(query) for name, query in queries.items()}


def _text(name: str) -> Cast:
    return Cast(name, TextField())


def _terms(relation: str, *columns: str, order: str = "") -> QuerySet[Any, Any]:
    """The rows at the other end, in the order of their vocabulary.

    By the table between: with the layers' own beside it, a database whose statistics are of an
    empty table compares all rows of all three, which takes minutes.
    """
    terms = getattr(Layer, relation)
    term = terms.field.m2m_reverse_field_name()
    ordering = [order] if order else ["position", "label"]
    rows = terms.through.objects.filter(layer_id__among=KEYS)
    ordered = rows.order_by(*(f"{term}__{name}" for name in ordering), f"{term}_id")
    found: QuerySet[Any, Any] = ordered.values_list(
        _text("layer_id"), *(f"{term}__{column}" for column in columns)
    )
    return found


def _parts(model: Any, *columns: str) -> QuerySet[Any, Any]:
    rows = model.objects.filter(layer_id__among=KEYS).order_by("position", "pk")
    found: QuerySet[Any, Any] = rows.values_list(_text("layer_id"), *columns)
    return found


def _places(codes: list[str]) -> dict[str, Place]:
    """Each region once: with its names in all languages it is long."""
    return {
        code: Place(code, (label, *labels.values()), parent if level == "country" else None)
        for code, label, level, parent, labels in _regions().rows(codes)
    }


@cache
def _regions() -> Statement:
    columns = ("code", "label", "level", "parent", "labels")
    return Statement.of(Region.objects.filter(pk__among=KEYS).order_by().values_list(*columns))


def _add_contacts(rows: Iterable[Sequence[Any]], records: dict[str, LayerRecord]) -> None:
    """The parties' own names before those of their organisations."""
    people, organisations = defaultdict(list), defaultdict(list)
    for key, name, organisation in rows:
        people[key].append(name)
        if organisation:
            organisations[key].append(organisation)
    for key in people:
        if key in records:
            records[key].contact_names = people[key] + organisations[key]
