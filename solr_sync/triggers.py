"""The triggers that write the ledger in the very statement that changes the data.

They are generated from the registry, put in place after `migrate`, and compared with what the
database has. PostgreSQL gets statement triggers with transition tables, SQLite row triggers.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.db import OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from solr_sync import sql
from solr_sync.registry import registry
from solr_sync.sources import Source, sources_of

PREFIX = "solr_sync_"
# Editors wait behind whoever waits for their table: not for longer than this, and then it is free
# for a while.
LONGEST_WAIT_MS = 300
PAUSE = 0.3
PATIENCE = 120.0


@dataclass(frozen=True)
class Trigger:
    """One trigger. Its name carries a digest of its text, so that another text has another name."""

    table: str
    name: str
    create: tuple[str, ...]
    body: str
    document_types: frozenset[str]


def wanted(using: str) -> list[Trigger]:
    """The triggers that the registered documents of a database need."""
    connection = connections[using]
    found = [s for d in registry if d.using == using for s in sources_of(d)]
    found.sort(key=lambda s: (s.table, s.document.document_type, s.path, s.key))
    make = _postgresql if connection.vendor == "postgresql" else _sqlite
    triggers = []
    for table, of_table in groupby(found, key=attrgetter("table")):
        sources = list(of_table)
        triggers += list(make(connection, table, sources))
    return triggers


def _name(table: str, event: str, identity: str, text: str) -> str:
    """Up to its last part the name says what the trigger is for; the last part, how it does it."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:10]
    return f"{PREFIX}{table[:24]}_{event.lower()}{identity}_{digest}"


def _postgresql(
    connection: BaseDatabaseWrapper, table: str, sources: list[Source]
) -> Iterator[Trigger]:
    quote = connection.ops.quote_name
    for event, rows in sql.POSTGRESQL_ROWS.items():
        # A truncated table concerns every document, whatever the path to it; terms that documents
        # only copy from can't go while rows refer to them.
        wanted = "DELETE" if event == "TRUNCATE" else event
        meant = [s for s in sources if wanted in s.on]
        if not meant:
            continue
        body = "\n".join(dict.fromkeys(sql.postgresql_statement(s, event) for s in meant))
        name = _name(table, event, "", body)
        drop = f"DROP FUNCTION IF EXISTS {name}() CASCADE"
        function = (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $solr_sync$\n"
            f"BEGIN\n{body}\nRETURN NULL;\nEND\n$solr_sync$"
        )
        trigger = (
            f"CREATE TRIGGER {name} AFTER {event} ON {quote(table)} {rows} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
        types = frozenset(s.document.document_type for s in meant)
        yield Trigger(table, name, (drop, function, trigger), body, types)


def _sqlite(
    connection: BaseDatabaseWrapper, table: str, sources: list[Source]
) -> Iterator[Trigger]:
    quote = connection.ops.quote_name
    for source in sources:
        whose = f"{source.document.document_type}\0{source.path}\0{source.key}"
        identity = f"_{hashlib.sha256(whose.encode()).hexdigest()[:6]}"
        for event in source.on:
            condition, body = sql.sqlite_statement(source, event)
            name = _name(table, event, identity, condition + body)
            drop = f"DROP TRIGGER IF EXISTS {name}"
            create = (
                f"CREATE TRIGGER {name} AFTER {event} ON {quote(table)} FOR EACH ROW "
                f"{condition} BEGIN\n{body}\nEND"
            )
            types = frozenset({source.document.document_type})
            yield Trigger(table, name, (drop, create), create, types)


class Standing(NamedTuple):
    table: str
    text: str


def standing(using: str) -> dict[str, Standing]:
    """The triggers of ours that the database has, by name; those disabled are left out."""
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(sql.STANDING[connection.vendor], [f"{PREFIX}%"])
        return {name: Standing(table, text) for name, table, text in cursor.fetchall()}


def missing(using: str) -> list[Trigger]:
    """Triggers that ought to stand and don't, or stand with another text."""
    tables = _tables(using)
    texts = {name: found.text for name, found in standing(using).items()}
    return [t for t in wanted(using) if t.table in tables and t.body not in texts.get(t.name, "")]


def install(using: str) -> set[str]:
    """Puts every wanted trigger in place and removes others of ours.

    Returns the document types of which changes may have gone unseen: those of a trigger that was
    not there in any form. Idempotent, and safe beside people at work: one table after the other,
    each with all of its triggers at once. Raises OperationalError if a table is never free.
    """
    there = standing(using)
    lacking = missing(using)
    names = {t.name for t in wanted(using)}
    guarded = {name.rpartition("_")[0] for name in there}
    changes: dict[str, list[str]] = {}
    for name in there.keys() - names:
        drop = _drop(connections[using].vendor, name)
        changes.setdefault(there[name].table, []).append(drop)
    for trigger in lacking:
        changes.setdefault(trigger.table, []).extend(trigger.create)
    for table in sorted(changes):
        _change(using, changes[table])
    unseen: set[str] = set()
    for trigger in lacking:
        if trigger.name.rpartition("_")[0] not in guarded or trigger.name in there:
            unseen |= trigger.document_types
    return unseen


def _change(using: str, statements: Sequence[str]) -> None:
    """All of them or none; never holds one table while it waits for another, or for long."""
    connection = connections[using]
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with transaction.atomic(using=using), connection.cursor() as cursor:
                if connection.vendor == "postgresql":
                    cursor.execute(f"SET LOCAL lock_timeout = {LONGEST_WAIT_MS}")
                for statement in statements:
                    cursor.execute(statement)
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE)
        else:
            return


def remove(using: str) -> None:
    """Takes all triggers of ours away, as a migration that rebuilds tables on SQLite needs."""
    with connections[using].cursor() as cursor:
        for name in standing(using):
            cursor.execute(_drop(connections[using].vendor, name))


def _drop(vendor: str, name: str) -> str:
    if vendor == "postgresql":
        return f"DROP FUNCTION IF EXISTS {name}() CASCADE"
    return f"DROP TRIGGER IF EXISTS {name}"


def _tables(using: str) -> set[str]:
    return set(connections[using].introspection.table_names())
