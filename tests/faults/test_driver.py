"""Without any fault: what the editors do arrives, whole and exactly."""

from __future__ import annotations

import time

import pytest

from tests.faults.changes import Editors
from tests.faults.stand import Stand


@pytest.mark.parametrize("seed", [1])
def test_every_kind_of_change_arrives(stand: Stand, seed: int) -> None:
    editors = Editors(seed)
    with editors.working() as record:
        time.sleep(10)
    found = stand.settle()
    assert record.errors == []
    assert found.nothing, found
    assert record.count > 30
