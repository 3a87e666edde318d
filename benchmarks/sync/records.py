"""A database of as many layers as wanted: the real records or the samples, under new ids.

It is made once and reused; the number of layers stands in its name.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812
from psycopg2.extensions import cursor as Cursor  # noqa: N812

PROJECT = Path(__file__).resolve().parents[2]
RECORDS = PROJECT.parent / "shared" / "data" / "layers.jsonl.gz"
SAMPLES = PROJECT / "layers" / "samples" / "samples.jsonl"
BASE = "sync_base"
READY = "prepared for benchmarks"
COPIES_AT_ONCE = 5


def prepare(server: str, name: str, number: int) -> None:
    """Makes a database with so many layers where it is missing."""
    _ensure_base(server)
    if not _is_ready(server, name):
        print(f"preparing {number} layers …", flush=True)
        _create(server, name, template=BASE)
        _replicate(address_of(server, name), number)
        _mark_ready(server, name)
    _manage(address_of(server, name), "migrate", "--verbosity=0", "--skip-checks")


def address_of(server: str, name: str) -> str:
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def _ensure_base(server: str) -> None:
    if _is_ready(server, BASE):
        return
    _create(server, BASE)
    records = RECORDS if RECORDS.exists() else SAMPLES
    _manage(address_of(server, BASE), "migrate", "--verbosity=0", "--skip-checks")
    _manage(address_of(server, BASE), "import_layers", str(records))
    _mark_ready(server, BASE)


def _manage(address: str, *command: str) -> None:
    """Some records are refused by the import, and named."""
    environment = os.environ | {"DATABASE_URL": address}
    subprocess.run(
        [sys.executable, "manage.py", *command], cwd=PROJECT, env=environment, stdout=sys.stderr
    )


def _is_ready(server: str, name: str) -> bool:
    question = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with _connected(server) as connection, connection.cursor() as cursor:
        cursor.execute(question, [name])
        return bool(cursor.fetchone() == (READY,))


def _create(server: str, name: str, *, template: str = "template1") -> None:
    _run(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _run(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def _mark_ready(server: str, name: str) -> None:
    _run(server, f"COMMENT ON DATABASE \"{name}\" IS '{READY}'")


def _run(server: str, *statements: str) -> None:
    with _connected(server) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def _connected(server: str) -> Iterator[Connection]:
    connection = psycopg2.connect(server)
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def _replicate(address: str, number: int) -> None:
    """Copies layers and all that belongs to them, without a single trigger, then the ledger."""
    from solr_sync.registry import registry

    tables = list(_tables())
    with _connected(address) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("CREATE TABLE bench_base AS SELECT id FROM layers_layer ORDER BY id")
        cursor.execute("SELECT count(*) FROM bench_base")
        there = int((cursor.fetchone() or [0])[0])
        _drop_surplus(cursor, tables, number)
        for first in range(1, -(-number // there), COPIES_AT_ONCE):
            _copy(cursor, tables, first, number, there)
        cursor.execute("DROP TABLE bench_base")
        cursor.execute("DELETE FROM solr_sync_ledgerentry")
        cursor.execute("UPDATE solr_sync_relatedchange SET due_at = NULL")
        cursor.execute(_LEDGER, [registry["layer"].definition])
        cursor.execute("VACUUM ANALYZE")


def _drop_surplus(cursor: Cursor, tables: list[tuple[str, str, list[str]]], number: int) -> None:
    for table, key, _ in tables:
        cursor.execute(
            f'DELETE FROM "{table}" WHERE "{key}" IN (SELECT id FROM bench_base OFFSET {number})'
        )


def _copy(
    cursor: Cursor, tables: list[tuple[str, str, list[str]]], first: int, number: int, there: int
) -> None:
    """Copies with the numbers from `first` on of all rows; ids are made of id and number."""
    last = min(first + COPIES_AT_ONCE - 1, -(-number // there) - 1)
    wanted = (
        f"(SELECT b.id AS old, k, md5(b.id::text || k)::uuid AS new FROM "
        f"(SELECT id, row_number() OVER (ORDER BY id) AS n FROM bench_base) b "
        f"CROSS JOIN generate_series({first}, {last}) k WHERE k * {there} + b.n <= {number}) w"
    )
    for table, key, columns in tables:
        names = ", ".join(f'"{c}"' for c in columns)
        values = ", ".join(_value(table, key, c) for c in columns)
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" t '
            f'JOIN {wanted} ON w.old = t."{key}"'
        )


def _value(table: str, key: str, column: str) -> str:
    if column == key:
        return "w.new"
    if table == "layers_layer" and column == "slug":
        return "left(t.slug, 240) || '-' || w.k"
    if table == "layers_layer" and column in ("source_id", "title"):
        return f"left(t.\"{column}\", 990) || ' ' || w.k"
    return f't."{column}"'


def _tables() -> Iterator[tuple[str, str, list[str]]]:
    """Table, column with the layer's id, and columns to copy; those that count go on counting."""
    from django.apps import apps
    from django.db import models

    from layers.models import Layer

    yield "layers_layer", "id", _columns(Layer._meta.local_concrete_fields)
    for model in apps.get_app_config("layers").get_models(include_auto_created=True):
        keys = [f for f in model._meta.local_concrete_fields if f.related_model is Layer]
        if not keys or model._meta.object_name == "SlugRedirect":
            continue
        fields = model._meta.local_concrete_fields
        copied = [f for f in fields if not isinstance(f, models.AutoField)]
        yield model._meta.db_table, str(keys[0].column), _columns(copied)


def _columns(fields: Iterable[Any]) -> list[str]:
    return [str(field.column) for field in fields]


_LEDGER = """
    INSERT INTO solr_sync_ledgerentry (document_type, object_id, version, indexed_version,
        definition, lane, changed_at, due_at, lease, task_id, attempts, error, claimed_version,
        sent_version, is_tombstone, content_hash)
    SELECT 'layer', id::text, 1, 0, %s, 1, now(), now(), '', '', 0, '', 0, 0, false, ''
    FROM layers_layer
"""
