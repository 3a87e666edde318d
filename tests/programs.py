"""Programs of the catalogue as processes of their own, and waiting for what they do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from django.db import connection

PROJECT = Path(__file__).resolve().parent.parent


class Process:
    """A program of the catalogue, started as supervisord starts it, on the test database."""

    def __init__(self, log: Path, *command: str, **environment: str) -> None:
        self.log, self.command, self.environment = log, command, environment
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                cwd=PROJECT,
                env=os.environ | {"DATABASE_URL": test_database_url()} | self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def signal(self, number: signal.Signals) -> None:
        assert self.child is not None
        self.child.send_signal(number)

    def kill(self) -> None:
        """With the processes of its pool, as a machine that loses power: nobody can clean up."""
        assert self.child is not None
        for pid in [self.child.pid, *children_of(self.child.pid)]:
            os.kill(pid, signal.SIGKILL)
        self.child.wait()

    def stop(self, *, within: float = 40) -> None:
        if self.child is None or self.child.poll() is not None:
            return
        self.child.terminate()
        try:
            self.child.wait(within)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def wait_until_logged(self, text: str) -> None:
        eventually(lambda: self.has_logged(text), within=120, what=f"{text!r} in {self.log}")

    def has_logged(self, text: str) -> bool:
        return self.log.exists() and text in self.log.read_text(errors="replace")


def children_of(pid: int) -> list[int]:
    """None of a process that has ended."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(child) for child in found.split()]


def test_database_url() -> str:
    """The address of the database that pytest-django made, for programs started by tests."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"


test_database_url.__test__ = False  # type: ignore[attr-defined]


def eventually(
    condition: Callable[[], Any], *, within: float = 20, what: str = "the condition"
) -> Any:
    """Returns the first true value of `condition`."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{what} did not come true within {within} s"
        time.sleep(0.02)
    return value


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=5).ok
    except requests.RequestException:
        return False


def celery_worker(
    folder: Path,
    queues: str,
    concurrency: int,
    *options: str,
    app: str = "config",
    **environment: str,
) -> Process:
    name = f"{queues.replace(',', '-')}-{time.monotonic_ns()}"
    return Process(
        folder / f"{name}.log",
        *("celery", "-A", app, "worker", "-Q", queues, "-c", str(concurrency)),
        *("-n", f"{name}@%h", "-l", "INFO", *options),
        **environment,
    )


def celery_beat(folder: Path, **environment: str) -> Process:
    name = f"beat-{time.monotonic_ns()}"
    schedule = str(folder / name)
    command = ("celery", "-A", "config", "beat", "-s", schedule)
    return Process(folder / f"{name}.log", *command, **environment)
