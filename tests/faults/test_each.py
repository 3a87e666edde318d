"""Each fault by itself, with editors at work: 0 missing, 0 stale, 0 ghosts, nobody held up."""

from __future__ import annotations

import os
import random
import time
from typing import Any

import pytest
from django.db import connection

from tests.faults import table
from tests.faults.editors import Editors, Record
from tests.faults.held import PATIENCE
from tests.faults.stand import Stand
from tests.faults.troubles import (
    EVERYWHERE,
    FOUND_BY_THE_AUDIT,
    POSTGRESQL,
    SQLITE,
    Trouble,
    of_this_database,
)

pytestmark = pytest.mark.soak

CALM = "nothing"


def cases() -> list[Any]:
    found = [pytest.param(CALM, None, id=CALM)]
    for name, trouble in (EVERYWHERE | POSTGRESQL | SQLITE).items():
        marks = []
        if name not in of_this_database():
            marks.append(pytest.mark.skip(reason="of another database"))
        found.append(pytest.param(name, trouble, id=name, marks=marks))
    return found


@pytest.mark.parametrize(("name", "trouble"), cases())
def test_nothing_is_lost_or_stale(stand: Stand, name: str, trouble: Trouble | None) -> None:
    seed, kills = len(name), stand.kills
    record = at_work(stand, seed, name, trouble)
    connection.close()
    began = time.monotonic()
    found = stand.settle(shown_within=180 if name in FOUND_BY_THE_AUDIT else 45, seconds=170)
    right_after = time.monotonic() - began
    table.add(
        table.Row(
            fault=name,
            changes=record.count,
            kills=stand.kills - kills,
            missing=len(found.missing),
            stale=len(found.stale),
            ghosts=len(found.ghosts),
            compared=found.compared,
            errors=len(record.errors),
            errors_database_away=len(record.errors_database_down) + record.deadlocks,
            slowest=f"{record.slowest:.2f} ({record.slowest_what})",
            longest_wait=f"{record.longest_wait:.2f}",
            longest_held=f"{record.longest_held:.2f}",
            right_after=f"{right_after:.0f}",
            load=f"{os.getloadavg()[0]:.0f}",
        ),
        connection.vendor,
    )
    assert found.nothing, found
    assert record.errors == []
    assert record.longest_held <= PATIENCE, record.held_what


def at_work(stand: Stand, seed: int, name: str, trouble: Trouble | None) -> Record:
    editors = Editors(seed=seed, threads=2)
    with editors.working() as record:
        time.sleep(1)
        if trouble:
            trouble(stand, editors, random.Random(name))
        else:
            time.sleep(10)
        time.sleep(1)
    return record
