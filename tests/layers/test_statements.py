"""Keys of every kind reach the database as they are; what it has planned is no obstacle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from layers import statements
from layers.models import Keyword
from layers.statements import KEYS, PlannedStatement, Statement

NAMES = ['a"b', "a\\b", "a,b", "{a}", "NULL", "", " a ", "ä😀", "a'b", "%s"]


@pytest.fixture(params=[Statement, PlannedStatement])
def by_name(request: pytest.FixtureRequest, db: None) -> Statement:
    kind: type[Statement] = request.param
    return kind.of(Keyword.objects.filter(name__among=KEYS).order_by().values_list("name"))


def test_keys_with_signs_that_mean_something_to_databases(by_name: Statement) -> None:
    Keyword.objects.bulk_create(Keyword(name=n, folded=n or "-") for n in [*NAMES, "another"])
    assert sorted(row[0] for row in by_name.rows(NAMES)) == sorted(NAMES)
    for name in NAMES:
        assert [row[0] for row in by_name.rows([name])] == [name]


def test_no_keys_find_nothing(by_name: Statement) -> None:
    Keyword.objects.create(name="", folded="-")
    assert by_name.rows([]) == []


@pytest.fixture
def of_its_own(committed: None) -> Iterator[None]:
    """A table that the next test does not find."""
    _change("CREATE TABLE places AS SELECT CAST('Basel' AS varchar(20)) AS name")
    yield
    _change("DROP TABLE places")


def _change(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="plans are PostgreSQL's")
@pytest.mark.usefixtures("of_its_own")
def test_a_plan_outlives_neither_its_connection_nor_its_table() -> None:
    places = PlannedStatement("SELECT name FROM places WHERE name = ANY(%s::text[])", [KEYS])
    for _ in range(7):  # from the sixth time on PostgreSQL may keep one plan for all keys
        assert places.rows(["Basel", "Bern"]) == [("Basel",)]
    _change("ALTER TABLE places ALTER name TYPE text")
    assert places.rows(["Basel"]) == [("Basel",)]
    assert places.rows(["Bern"]) == []
    connection.close()
    assert places.rows(["Basel"]) == [("Basel",)]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="plans are PostgreSQL's")
@pytest.mark.usefixtures("committed")
def test_a_pooler_that_changes_connections_is_no_obstacle() -> None:
    """Behind one a statement may be prepared already, or not any more."""
    numbers = PlannedStatement("SELECT 1 = ANY(%s::int[])", [KEYS])
    assert numbers.rows(["1"]) == [(True,)]
    statements._planned.clear()
    assert numbers.rows(["1"]) == [(True,)]
    _change("DEALLOCATE ALL")
    assert numbers.rows(["2"]) == [(False,)]
    assert numbers.rows(["1"]) == [(True,)]
