"""Keys of every kind reach the database as they are."""

from __future__ import annotations

import pytest

from layers.models import Keyword
from layers.statements import KEYS, Statement

pytestmark = pytest.mark.django_db

NAMES = ['a"b', "a\\b", "a,b", "{a}", "NULL", "", " a ", "ä😀", "a'b", "%s"]


@pytest.fixture
def by_name() -> Statement:
    return Statement(Keyword.objects.filter(name__among=KEYS).order_by().values_list("name"))


def test_keys_with_signs_that_mean_something_to_databases(by_name: Statement) -> None:
    Keyword.objects.bulk_create(Keyword(name=n, folded=n or "-") for n in [*NAMES, "another"])
    assert sorted(row[0] for row in by_name.rows(NAMES)) == sorted(NAMES)
    for name in NAMES:
        assert [row[0] for row in by_name.rows([name])] == [name]


def test_no_keys_find_nothing(by_name: Statement) -> None:
    Keyword.objects.create(name="", folded="-")
    assert by_name.rows([]) == []
