"""`python -m benchmarks.sync [--documents 50000] [--only backlog,…]`, as `make bench` calls it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import django

BACKLOG = 50_000
Measurement = Callable[[Path, int], dict[str, float]]


def main(arguments: Sequence[str]) -> int:
    options = parsed(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from benchmarks.sync import records

    folder = Path(os.environ["DATA_DIR"]) / "sync"
    folder.mkdir(parents=True, exist_ok=True)
    # Before Django reads it, so that everything that is started uses this database.
    server = os.environ["DATABASE_URL"]
    name = "slim" if options.slim else f"sync_{options.documents}"
    os.environ["DATABASE_URL"] = records.address_of(server, name)
    django.setup()
    records.prepare(server, name, 0 if options.slim else options.documents)
    figures: dict[str, float] = {"documents": options.documents}
    for name, measure in measurements(options.slim).items():
        if options.only is None or name in options.only.split(","):
            figures |= measure(folder, options.documents)
    print(json.dumps(figures))
    return 0


def measurements(slim: bool) -> dict[str, Measurement]:
    from benchmarks.sync import auditing, backlog, latency, rebuilding, saving

    found: dict[str, Measurement] = {
        "backlog": lambda folder, n: backlog.measure(folder, n, min(n, BACKLOG)),
        "rebuild": rebuilding.measure,
        "save": saving.measure,
        "audit": auditing.measure,
        "latency": lambda folder, n: latency.measure(folder, n, min(n, BACKLOG)),
        "disturbed": latency.disturbed,
        "idle": auditing.idle,
    }
    if slim:
        return {"audit": auditing.slim_documents}
    return found


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=sync")
    parser.add_argument("--documents", type=int, default=BACKLOG)
    parser.add_argument("--only", help="backlog, …: these alone")
    parser.add_argument("--slim", action="store_true", help="audit and sweep, with small documents")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
