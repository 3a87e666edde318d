"""A plugin of pytest, read before the settings: each process of pytest-xdist has its services.

`make test` starts them, in folders named as pytest-xdist names its processes.
"""

from __future__ import annotations

import os
from pathlib import Path

from services import bundle, testing

if process := os.environ.get("PYTEST_XDIST_WORKER"):
    folder = Path(os.environ[bundle.VARIABLE]).with_name(process)
    os.environ |= testing.settings(bundle.in_folder(folder), folder)
