"""Layers as their documents need them, read for a whole batch in ten queries of plain values.

Model instances with prefetched relations cost four times as much, most of it for building objects.
All rows come with the layer's key as text: a UUID made for each costs as much as the rest of the
row. So do lists, which are read faster here than by Django.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import ForeignKey, QuerySet, TextField, UUIDField
from django.db.models.functions import Cast
from django.db.models.lookups import In
from django.utils.functional import cached_property

from layers.extent import BoundingBox
from layers.models import (
    Attribute,
    Distribution,
    Layer,
    LayerContact,
    Region,
    TemporalExtent,
)

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
LISTS = {"alternative_titles", "identifiers"}


@UUIDField.register_lookup
@ForeignKey.register_lookup
class Among(In):
    """`in` for many keys: PostgreSQL gets one array of them and not hundreds of parameters."""

    lookup_name = "among"

    def get_prep_lookup(self) -> Any:
        return self.rhs

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::uuid[])", [*parameters, self.rhs.texts]


class Keys(tuple[uuid.UUID, ...]):
    """Keys of a batch, made text once for all queries."""

    @cached_property
    def texts(self) -> list[str]:
        return [str(key) for key in self]


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
    keys = Keys(keys)
    rows = Layer.objects.filter(pk__among=keys).order_by()
    records = {
        row[0]: LayerRecord(*row)
        for row in rows.values_list(
            _text("pk"),
            *(_text(name) if name in LISTS else name for name in COLUMNS),
            "owner__username",
            "organisation__name",
            "dead_links__number",
        )
    }
    for record in records.values():
        if not connection.features.has_native_uuid_field:
            record.id = str(uuid.UUID(record.id))
        for name in LISTS:
            setattr(record, name, orjson.loads(getattr(record, name)))
    places = _places(keys)
    for key, code, label in _terms(keys, "topic_categories", "code", "label"):
        if key in records:
            records[key].topics.append(Term(code, label))
    for name, found in (
        ("keywords", _terms(keys, "keywords", "name", order="folded")),
        ("languages", _terms(keys, "languages", "code")),
        ("periods", _parts(TemporalExtent, keys, *Period._fields)),
        ("protocols", _parts(Distribution, keys, "protocol_id")),
        ("regions", ((key, places[code]) for key, code in _terms(keys, "regions", "code"))),
    ):
        for key, *values in found:
            if key in records:
                value = Period(*values) if name == "periods" else values[0]
                getattr(records[key], name).append(value)
    for key, *names in _parts(Attribute, keys, "name", "label"):
        if key in records:
            records[key].attribute_names += names
    _read_contacts(keys, records)
    yield from records.values()


def _text(name: str) -> Cast:
    return Cast(name, TextField())


def _terms(keys: Keys, relation: str, *columns: str, order: str = "") -> Any:
    """Layer id and columns of the rows at the other end, in the order of their vocabulary.

    By the table between: with the layers' own beside it, a database whose statistics are of an
    empty table compares all rows of all three, which takes minutes.
    """
    terms = getattr(Layer, relation)
    term = terms.field.m2m_reverse_field_name()
    ordering = [order] if order else ["position", "label"]
    rows = terms.through.objects.filter(layer_id__among=keys)
    ordered = rows.order_by(*(f"{term}__{name}" for name in ordering), f"{term}_id")
    return ordered.values_list(_text("layer_id"), *(f"{term}__{column}" for column in columns))


def _parts(model: Any, keys: Keys, *columns: str) -> QuerySet[Any, Any]:
    rows = model.objects.filter(layer_id__among=keys).order_by("position", "pk")
    found: QuerySet[Any, Any] = rows.values_list(_text("layer_id"), *columns)
    return found


def _places(keys: Keys) -> dict[str, Place]:
    """Each region once: with its names in all languages it is long."""
    columns = ("code", "label", "level", "parent")
    codes = Layer.regions.through.objects.filter(layer_id__among=keys).values("region_id")
    rows = Region.objects.filter(pk__in=codes).order_by().values_list(*columns, _text("labels"))
    return {
        code: Place(
            code, (label, *orjson.loads(labels).values()), parent if level == "country" else None
        )
        for code, label, level, parent, labels in rows
    }


def _read_contacts(keys: Keys, records: dict[str, LayerRecord]) -> None:
    """The parties' own names before those of their organisations."""
    people, organisations = defaultdict(list), defaultdict(list)
    columns = ("party__name", "party__organisation__name")
    for key, name, organisation in _parts(LayerContact, keys, *columns):
        people[key].append(name)
        if organisation:
            organisations[key].append(organisation)
    for key in people:
        if key in records:
            records[key].contact_names = people[key] + organisations[key]
