"""A plugin of pytest, read before the settings: each process of pytest-xdist has its services.

`make test` starts them, in folders named as pytest-xdist names its processes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from services import bundle, testing


class FromBothEnds(LoadScopeScheduling):
    """Gives out tests one by one, to the first process from the beginning, to others from the end.

    So what waits most and needs most around it, workers and a browser, runs in one process alone,
    beside what computes.
    """

    def _split_scope(self, nodeid: str) -> str:
        return nodeid

    def _assign_work_unit(self, node: WorkerController) -> None:
        if node is not self.nodes[0]:
            self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FromBothEnds:
    return FromBothEnds(config, log)


if process := os.environ.get("PYTEST_XDIST_WORKER"):
    folder = Path(os.environ[bundle.VARIABLE]).with_name(process)
    os.environ |= testing.settings(bundle.in_folder(folder), folder)
