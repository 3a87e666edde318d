"""Queries of many rows by their keys, written once and run again and again.

Django takes half a millisecond to three for writing a query, as long as the database for finding
the rows of some hundred layers. So what is asked for each batch or each page keeps its statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Self
from weakref import WeakKeyDictionary

import orjson
from django.db import DatabaseError, NotSupportedError, connection
from django.db.backends.utils import CursorWrapper
from django.db.models import CharField, ForeignKey, JSONField, QuerySet, UUIDField
from django.db.models.lookups import In
from psycopg2.errors import (
    DuplicatePreparedStatement,
    FeatureNotSupported,
    InvalidSqlStatementName,
)
from psycopg2.extensions import AsIs

KEYS = "the keys"  # where a statement's parameters have those that it is run with
# A pooler gave another connection, on which it is missing or there already; or a column has got
# another type since.
PLAN_IS_AT_FAULT = (InvalidSqlStatementName, DuplicatePreparedStatement, FeatureNotSupported)
# The names of what is planned, by connection
_planned: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


@CharField.register_lookup
@UUIDField.register_lookup
@ForeignKey.register_lookup
class Among(In):
    """`in` for many keys, given as one parameter: the statement stays the same for any number."""

    lookup_name = "among"

    def get_prep_lookup(self) -> Any:
        return self.rhs

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, parameters = self.process_lhs(compiler, connection)
        keys = among(connection.vendor, self.lhs.output_field.db_type(connection))
        return f"{column} {keys}", [*parameters, self.rhs]


def among(vendor: str, key: str) -> str:
    """What stands behind a column of this type of the database; it takes `as_parameter`."""
    return (
        f"= ANY(%s::{key}[])" if vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"
    )


def among_given(vendor: str, key: str) -> tuple[str, str]:
    """For a statement that asks for its keys several times: its beginning, which takes
    `as_parameter`, and what stands behind a column. They are read once.
    """
    if vendor == "postgresql":
        given = f"WITH given AS MATERIALIZED (SELECT unnest(%s::{key}[]) AS key) "
        return given, "= ANY(ARRAY(SELECT key FROM given))"
    return "WITH given AS (SELECT value FROM json_each(%s)) ", "IN (SELECT value FROM given)"


class Statement:
    """A query of plain values, written once, for keys that are given when it is run."""

    def __init__(self, text: str, parameters: Sequence[Any], converters: Any = None) -> None:
        self.text, self.parameters, self.converters = text, parameters, converters

    @classmethod
    def of(cls, query: QuerySet[Any, Any]) -> Self:
        compiler = query.query.get_compiler(connection=connection)
        text, parameters = compiler.as_sql()
        selected = (expression for expression, _, _ in compiler.select)
        return cls(text, parameters, _sooner(compiler.get_converters(selected)))

    def rows(self, keys: Sequence[str]) -> list[tuple[Any, ...]]:
        """Keys as the database stores them: of ids, `stored_ids`."""
        return self.rows_of(as_parameter(keys))

    def rows_of(self, given: str) -> list[tuple[Any, ...]]:
        """For keys that `as_parameter` has written once for several statements."""
        with connection.cursor() as cursor:
            self._run(cursor, given)
            rows = cursor.fetchall()
        return [self._converted(row) for row in rows] if self.converters else rows

    def _run(self, cursor: CursorWrapper, given: str) -> None:
        cursor.execute(self.text, self._with(given))

    def _with(self, keys: Any) -> list[Any]:
        return [keys if parameter is KEYS else parameter for parameter in self.parameters]

    def _converted(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """JSON comes as text, and SQLite knows neither dates nor truth."""
        values = list(row)
        for position, (converters, expression) in self.converters.items():
            for convert in converters:
                values[position] = convert(values[position], expression, connection)
        return tuple(values)


def _sooner(converters: dict[int, Any]) -> dict[int, Any]:
    """The same, but JSON is read several times as fast as Django reads it."""
    return {
        position: ([_from_json] if _is_json(expression.output_field) else found, expression)
        for position, (found, expression) in converters.items()
    }


def _is_json(field: Any) -> bool:
    return isinstance(field, JSONField) and field.decoder is None


def _from_json(value: str | None, _expression: Any, _connection: Any) -> Any:
    return None if value is None else orjson.loads(value)


class PlannedStatement(Statement):
    """Planned once for each connection, too: for the rows of a page PostgreSQL plans as long as it
    reads. Not for keys in hundreds, which need a plan for the tables as they have become.
    """

    def __init__(self, *definition: Any) -> None:
        super().__init__(*definition)
        # The same in all processes: behind a pooler one meets what another has prepared.
        self.name = f"planned_{sha256(self.text.encode()).hexdigest()[:32]}"

    def _run(self, cursor: CursorWrapper, given: str) -> None:
        if connection.vendor != "postgresql":
            super()._run(cursor, given)
            return
        try:
            self._run_planned(cursor, given)
        except DatabaseError as error:
            if connection.in_atomic_block or not isinstance(error.__cause__, PLAN_IS_AT_FAULT):
                raise
            _planned[connection.connection].discard(self.name)
            if isinstance(error, NotSupportedError):
                cursor.execute(f"DEALLOCATE {self.name}")
            super()._run(cursor, given)

    def _run_planned(self, cursor: CursorWrapper, given: str) -> None:
        planned = _planned.setdefault(connection.connection, set())
        if self.name not in planned:
            cursor.execute(f"PREPARE {self.name} AS {self.text}", self._with(AsIs("$1")))
            planned.add(self.name)
        cursor.execute(f"EXECUTE {self.name}(%s)", [given])


def as_parameter(keys: Sequence[str]) -> str:
    """As `among` takes them: one text, which is read sooner than a list of as many parts."""
    if connection.vendor == "postgresql":
        quoted = [key.replace("\\", r"\\").replace('"', r"\"") for key in keys]
        return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"
    return orjson.dumps(keys).decode()


def stored_ids(ids: Iterable[str]) -> list[str]:
    """Where the database has no type for ids, Django keeps them as digits."""
    if connection.features.has_native_uuid_field:
        return list(ids)
    return [key.replace("-", "") for key in ids]
