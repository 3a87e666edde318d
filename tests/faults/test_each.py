"""Each fault by itself, with editors at work: 0 missing, 0 stale, 0 ghosts, nobody held up."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
from django.db import connection

from tests.faults.changes import Editors
from tests.faults.stand import Stand
from tests.faults.troubles import AUDITED, EVERYWHERE, POSTGRESQL, Trouble

# Those that a quick run of the suite looks at; the others take `-m soak`.
QUICK = {
    "solr refuses",
    "rabbitmq refuses",
    "a web process is killed",
}
# The next audit of beat has to find these: one a minute, and the repair.
SHOWN_WITHIN = dict.fromkeys([*AUDITED, "postgresql is killed", *POSTGRESQL], 180)


def cases() -> list[Any]:
    found: list[Any] = []
    for name, trouble in (EVERYWHERE | POSTGRESQL).items():
        marks = [] if name in QUICK else [pytest.mark.soak]
        if name in POSTGRESQL:
            marks.append(pytest.mark.postgresql)
        found.append(pytest.param(name, trouble, id=name, marks=marks))
    return found


@pytest.mark.parametrize(("name", "trouble"), cases())
def test_nothing_is_lost_or_stale(stand: Stand, name: str, trouble: Trouble) -> None:
    editors = Editors(seed=len(name), threads=2)
    with editors.working() as record:
        time.sleep(1)
        trouble(stand, editors, random.Random(name))
        time.sleep(1)
    connection.close()
    found = stand.settle(shown_within=SHOWN_WITHIN.get(name, 45), seconds=170)
    print(  # noqa: T201 - `-s` shows the table of faults
        f"{name}: {connection.vendor}, {record.count} changes, {found.wrong} wrong of "
        f"{found.compared}, slowest {record.slowest:.2f} s ({record.slowest_what}), "
        f"{len(record.errors_database_down)} errors while the database was down, "
        f"{record.deadlocks} deadlocks"
    )
    assert found.nothing, found
    assert record.errors == []
