"""`make bench`: measurements on services of its own, which keep their prepared data."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services import bundle
from services.environment import PROJECT, Environment
from services.postgresql import unprivileged_user
from services.testing import ending_all, install_for_tests, selected, settings, start

BENCHMARKS = ("sync", "relevance", "search", "edit", "uploads", "reports")
HEAP = "1g"


def bench(arguments: Sequence[str]) -> int:
    """Runs the benchmarks that are named, or all; the last line is one JSON object."""
    selection = selected(arguments)
    names = [name for name in selection if name in BENCHMARKS] or list(BENCHMARKS)
    options = [part for part in selection if part not in BENCHMARKS]
    install_for_tests()
    with own_services() as environment:
        found = [run(name, options, environment) for name in names]
    figures = {key: value for _, answer in found for key, value in answer.items()}
    if len(names) > 1:
        print(json.dumps(figures))
    return max(status for status, _ in found)


def run(
    name: str, options: Sequence[str], environment: dict[str, str]
) -> tuple[int, dict[str, Any]]:
    """Its exit status and its figures; what it prints goes on to the terminal at once."""
    print(f"── {name}", flush=True)
    command = ["python", "-m", f"benchmarks.{name}", *options]
    with subprocess.Popen(
        command, cwd=PROJECT, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    ) as child:
        last = ""
        for line in child.stdout or ():
            print(line, end="", flush=True)
            last = line if line.strip() else last
    return child.returncode, _figures(last)


def _figures(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def own_services() -> Iterator[dict[str, str]]:
    """Starts them in a folder that is kept; yields the settings for programs that use them."""
    folder = bench_folder()
    folder.mkdir(parents=True, exist_ok=True)
    services = bundle.in_folder(folder, heap=HEAP)
    with ending_all(folder):
        for service in start(services):
            service.wait_ready(180)
        yield settings(services, folder)


def bench_folder() -> Path:
    """`bench` in DATA_DIR, or among the temporary files if PostgreSQL's user can't enter that."""
    folder = Environment().data_dir / "bench"
    if unprivileged_user() is None or all(_open_to_all(parent) for parent in folder.parents):
        return folder
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    elsewhere = Path(tempfile.gettempdir()) / f"catalogue-bench-{digest}"
    print(f"PostgreSQL's user can't enter {folder}: the data is kept in {elsewhere}", flush=True)
    return elsewhere


def _open_to_all(folder: Path) -> bool:
    return not folder.exists() or bool(folder.stat().st_mode & 0o001)
