"""Editors at work while servers and workers die, at random but with a seed; then the comparison.

`make soak ARGS='--minutes 2 --seed 7'`. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import django


def main(arguments: list[str]) -> int:
    options = parsed(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.db import connection
    from django.test.utils import setup_test_environment

    from tests.faults.comparing import Difference
    from tests.faults.held import PATIENCE

    setup_test_environment()
    logging.disable(logging.INFO)  # of each request of the editors
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))
    print(f"seed {options.seed}, {options.minutes:g} minutes", flush=True)
    soak = Soak(options)
    try:
        soak.prepare()
        soak.run()
        found: Difference = soak.found()
    finally:
        soak.stand.stop()
    print(found)
    print(json.dumps(soak.result(found)), flush=True)
    record = soak.editors.record
    wrong = not found.nothing or record.errors or soak.failed
    # On SQLite workers that nothing ails have the one lock for writing as well.
    held_up = connection.vendor == "postgresql" and record.longest_held > PATIENCE
    return 1 if wrong or held_up else 0


def parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak")
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=3)
    parser.add_argument("--only", default="", help="faults whose name has this in it")
    return parser.parse_args(arguments)


class Soak:
    def __init__(self, options: argparse.Namespace) -> None:
        from services.bundle import from_environment
        from tests.faults.editors import Editors
        from tests.faults.stand import Stand
        from tests.faults.troubles import of_this_database

        self.options = options
        self.rng = random.Random(options.seed)
        self.troubles = {n: t for n, t in of_this_database().items() if options.only in n}
        folder = Path(os.environ["DATA_DIR"]) / "soak"
        folder.mkdir(parents=True, exist_ok=True)
        self.services = from_environment()
        self.stand = Stand(self.services, folder)
        self.editors = Editors(options.seed, threads=options.threads)
        self.made: Counter[str] = Counter()
        self.failed: list[str] = []
        self.mended_after = 0.0
        self.told = self.told_slow = 0

    def prepare(self) -> None:
        from tests.faults.choosing import furnish

        collect = ["collectstatic", "--noinput", "--verbosity=0"]
        for command in (collect, ["migrate", "--verbosity=0"], ["solr_init"]):
            done = self.stand.manage(*command)
            if done.returncode:
                sys.exit(done.stderr)
        furnish(40)
        self.stand.start()
        self.stand.wait()

    def run(self) -> None:
        deadline = time.monotonic() + self.options.minutes * 60
        names = sorted(self.troubles)
        waiting: list[str] = []
        with self.editors.working():
            while time.monotonic() < deadline:
                if not waiting:  # each once, in another order each time
                    waiting = self.rng.sample(names, len(names))
                self.once(waiting.pop())
                time.sleep(self.rng.uniform(0.5, 3))

    def once(self, name: str) -> None:
        began = time.monotonic()
        self.editors.during = name
        try:
            self.troubles[name](self.stand, self.editors, self.rng)
        except Exception as failure:  # noqa: BLE001 - told at the end; the others have their turn
            self.failed.append(f"{name}: {type(failure).__name__}: {failure}")
            print(self.failed[-1], file=sys.stderr)
            self.stand.mend()
        self.editors.during = ""
        self.made[name] += 1
        record = self.editors.record
        print(
            f"{name}: {time.monotonic() - began:.0f} s, {record.count} changes so far, "
            f"{len(record.errors)} errors",
            flush=True,
        )
        for error in record.errors[self.told :]:
            print(error, file=sys.stderr)
        self.told = len(record.errors)
        for slow in record.seen_slow[self.told_slow :]:
            print(slow, file=sys.stderr)
        self.told_slow = len(record.seen_slow)

    def found(self) -> Any:
        """Once nothing is pending; what only an audit can find has three minutes."""
        answer = self.wait()
        if answer.returncode:
            print(answer.stdout, answer.stderr, self.stand.pending())
        began = time.monotonic()
        while not (found := self.stand.compare()).nothing and time.monotonic() - began < 180:
            time.sleep(1)
        self.mended_after = time.monotonic() - began
        return found

    def wait(self) -> subprocess.CompletedProcess[str]:
        return self.stand.status("--wait", "300", within=400)

    def result(self, found: Any) -> dict[str, Any]:
        record = self.editors.record
        return {
            "changes": record.count,
            "faults": sum(self.made.values()),
            "kills": self.stand.kills,
            "faults_that_failed": self.failed,
            "missing": len(found.missing),
            "stale": len(found.stale),
            "ghosts": len(found.ghosts),
            "compared_fields": found.fields,
            "refused_in_order": record.refused,
            "editor_errors": len(record.errors),
            "editor_errors_database_down": len(record.errors_database_down),
            "deadlocks": record.deadlocks,
            "slowest_edit_s": round(record.slowest, 3),
            "slowest_edit": record.slowest_what,
            "longest_wait_in_an_edit_s": round(record.longest_wait, 3),
            "edits_of_more_than_a_second": record.slow,
            "longest_held_by_what_dies_s": round(record.longest_held, 3),
            "held": record.held_what,
            "compared": found.compared,
            "all_right_after_s": round(self.mended_after, 1),
            "seed": self.options.seed,
            "kinds": dict(self.made),
        }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
