"""`make stop` and `make clean`."""

from __future__ import annotations

import shutil
from pathlib import Path

from services.environment import PROJECT, Environment
from services.supervision import Supervisor

# By name, since DATA_DIR may be a folder with other things in it.
DATA = (
    "bench", "catalogue.sqlite3*", "celerybeat-schedule*", "flower*", "local.env", "log/*.log*",
    "log/tests", "mail", "make-run.*", "media", "rabbitmq", "samples-loaded", "screenshots",
    "solr", "static", "supervis*", "test.sqlite3*",
)  # fmt: skip
BUILT = (
    ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".import_linter_cache", "solr/target",
)  # fmt: skip


def stop() -> None:
    Supervisor(Environment()).stop()


def clean() -> None:
    """Removes what `make run` and `make test` made: data, secrets, logs, installed packages."""
    stop()
    for folder, patterns in ((Environment().data_dir, DATA), (PROJECT, BUILT)):
        for pattern in patterns:
            for path in folder.glob(pattern):
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
