from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.flower.server import Flower, running_flower
from tests.programs import Process


@pytest.fixture(scope="package")
def flower(worker_processes: dict[str, Process], tmp_path_factory: Any) -> Iterator[Flower]:
    with running_flower(tmp_path_factory.mktemp("flower")) as found:
        yield found
