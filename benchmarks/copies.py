"""A catalogue of any size: real records again and again, moved, in other years, with one word more.

Copy number n is always the same, so what an earlier run has left is gone on with. In the database
the server copies, with all parts of a layer; for Solr the original's document is changed.
"""

from __future__ import annotations

import csv
import io
import random
import uuid
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from catalogue.documents import STEMMED, space_of
from catalogue.solr_values import sort_key
from layers.extent import BoundingBox
from layers.models import (
    Attribute,
    Distribution,
    Layer,
    LayerContact,
    LayerDate,
    TemporalExtent,
)
from solr_sync.exceptions import SolrUnavailable
from solr_sync.registry import registry
from solr_sync.solr import SolrClient

BATCH = 500
CHUNK = 50_000
POSTERS = 2
TRIES = 20
SYLLABLES = [
    "nor",
    "sud",
    "est",
    "wal",
    "ber",
    "lan",
    "mar",
    "ton",
    "kir",
    "pel",
    "ost",
    "gar",
    "hol",
    "ven",
    "dal",
    "rin",
    "mor",
    "tal",
    "sen",
    "bur",
    "lom",
    "fel",
    "cas",
    "win",
]
# Leap years stay leap years, so that every day of the calendar stays one.
SHIFTS = (-8, -4, 0, 4)
PARTS = (LayerContact, LayerDate, Distribution, Attribute)
Document = dict[str, Any]


@dataclass(frozen=True)
class Original:
    key: uuid.UUID
    title: str
    box: BoundingBox | None
    document: Document


@dataclass(frozen=True)
class Copy:
    number: int
    key: uuid.UUID
    of: Original
    word: str
    years: int
    box: BoundingBox | None

    @property
    def title(self) -> str:
        return f"{self.of.title[:900]} {self.word}"


def originals() -> list[Original]:
    rows = {str(row.pk): row for row in Layer.objects.filter(source_id__isnull=False)}
    built = registry["layer"].build(sorted(rows))
    found = [(rows[str(key)], fields) for key, fields in built if isinstance(fields, dict)]
    found.sort(key=lambda pair: str(pair[0].source_id))
    return [Original(row.pk, row.title, row.bbox, fields) for row, fields in found]


def copy_of(found: Sequence[Original], number: int) -> Copy:
    dice = random.Random(number)
    original = found[number % len(found)]
    return Copy(
        number,
        uuid.UUID(int=dice.getrandbits(128), version=4),
        original,
        "".join(dice.choices(SYLLABLES, k=3)),
        dice.choice(SHIFTS),
        moved(original.box, dice),
    )


def moved(box: BoundingBox | None, dice: random.Random) -> BoundingBox | None:
    """By two degrees at most; what spans the world or crosses the 180th meridian stays."""
    if box is None or box.width > 300 or box.crosses_antimeridian:
        return box
    east = min(max(dice.uniform(-2, 2), -180 - box.west), 180 - box.east)
    north = min(max(dice.uniform(-2, 2), -90 - box.south), 90 - box.north)
    corners = (box.west + east, box.south + north, box.east + east, box.north + north)
    return BoundingBox(*(round(number, 5) for number in corners))


def document_of(copy: Copy) -> Document:
    title = copy.title
    found = copy.of.document | {
        "id": str(copy.key),
        "slug": str(copy.key),
        "title": title,
        "title_sort": sort_key(title),
        "sync_version": 1,
        "deleted": False,
    }
    found |= {name: title for s in STEMMED.values() if (name := f"title_stem_{s}") in found}
    found |= space_of(copy.box)
    for name in {"start_year", "end_year"} & set(found):
        found[name] += copy.years
    if copy.years and "temporal" in found:
        found["temporal"] = [_shifted(text, copy.years) for text in found["temporal"]]
    if copy.years and "year_words" in found:
        found["year_words"] = [str(int(year) + copy.years) for year in found["year_words"]]
    if copy.years and "year_gap" in found:
        gaps = [gap.split("/") for gap in found["year_gap"]]
        found["year_gap"] = ["/".join(str(int(y) + copy.years) for y in gap) for gap in gaps]
    return found


def _shifted(period: str, years: int) -> str:
    ends = period.strip("[]").split(" TO ")
    return "[" + " TO ".join(_shifted_date(end, years) for end in ends) + "]"


def _shifted_date(date: str, years: int) -> str:
    if not date[:4].isdigit():  # open, or before the common era
        return date
    return f"{int(date[:4]) + years:04}{date[4:]}"


def post(client: SolrClient, copies: Iterable[Copy]) -> None:
    with ThreadPoolExecutor(POSTERS) as pool:
        for batch in _batches(copies, BATCH * POSTERS):
            halves = [batch[n::POSTERS] for n in range(POSTERS)]
            list(pool.map(lambda part: _post(client, [*map(document_of, part)]), halves))


def _post(client: SolrClient, documents: list[Document]) -> None:
    """A busy machine may take longer than a worker waits; sending again does no harm."""
    for left in reversed(range(TRIES)):
        try:
            client.post_documents(documents)
            return
        except SolrUnavailable:
            if not left:
                raise


def _batches(copies: Iterable[Copy], size: int) -> Iterator[list[Copy]]:
    batch: list[Copy] = []
    for copy in copies:
        batch.append(copy)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def store(copies: Iterable[Copy]) -> None:
    """Writes them into the database. Its triggers rest: nothing here waits for Solr."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            for batch in _batches(copies, CHUNK):
                _store(cursor, batch)
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


def _store(cursor: Any, batch: Sequence[Copy]) -> None:
    cursor.execute("DROP TABLE IF EXISTS copied")
    cursor.execute(
        "CREATE TEMP TABLE copied (id uuid, original uuid, title text, years int, west float8,"
        " south float8, east float8, north float8)"
    )
    lines = io.StringIO()
    rows = csv.writer(lines)
    for copy in batch:
        corners = copy.box.as_list if copy.box else [""] * 4
        rows.writerow([copy.key, copy.of.key, copy.title, copy.years, *corners])
    lines.seek(0)
    cursor.copy_expert("COPY copied FROM STDIN WITH (FORMAT csv)", lines)
    cursor.execute("ANALYZE copied")
    cursor.execute(_layers_statement())
    for relation in Layer._meta.many_to_many:
        through: Any = relation.remote_field.through
        if through._meta.auto_created:
            cursor.execute(_rows_statement(through))
    for part in PARTS:
        cursor.execute(_rows_statement(part))
    cursor.execute(_rows_statement(TemporalExtent, _time_values()))


def _layers_statement() -> str:
    own = {
        "id": "copied.id",
        "slug": "copied.id::text",
        "title": "copied.title",
        "source_id": "NULL",
        **{name: f"copied.{name}" for name in ("west", "south", "east", "north")},
    }
    return _insert(Layer, own, "original.id = copied.original")


def _rows_statement(model: type[models.Model], own: dict[str, str] | None = None) -> str:
    return _insert(
        model, {"layer_id": "copied.id"} | (own or {}), "original.layer_id = copied.original"
    )


def _time_values() -> dict[str, str]:
    def shifted(name: str) -> str:
        text = f'original."{name}"'
        year = f"lpad((substr({text}, 1, 4)::int + copied.years)::text, 4, '0')"
        return f"CASE WHEN {text} ~ '^[0-9]{{4}}' THEN {year} || substr({text}, 5) ELSE {text} END"

    years = {name: f"original.{name} + copied.years" for name in ("start_year", "end_year")}
    return {name: shifted(name) for name in ("start", "end")} | years


def _insert(model: type[models.Model], own: dict[str, str], join: str) -> str:
    """Every column as the original has it, but for those that the copy has of its own."""
    table = model._meta.db_table
    columns = [f.column for f in model._meta.local_concrete_fields]
    columns = [column for column in columns if column != "id" or column in own]
    values = [own.get(str(column), f'original."{column}"') for column in columns]
    named = ", ".join(f'"{column}"' for column in columns)
    return (
        f"INSERT INTO {table} ({named}) SELECT {', '.join(values)}"
        f" FROM {table} original JOIN copied ON {join}"
    )
