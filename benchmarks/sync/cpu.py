"""CPU time by program: what a rate is made of, and what a loaded machine does not blur."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from services import process
from services.bundle import from_environment

TICKS = os.sysconf("SC_CLK_TCK")
PROGRAMS = ("Solr", "PostgreSQL", "RabbitMQ", "Python")


@dataclass
class Metered:
    seconds: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        return sum(self.cpu.values())


@contextmanager
def metered() -> Iterator[Metered]:
    """Seconds by the clock and of CPU between beginning and end of the block."""
    roots = _roots()
    before, began = {name: _used(pid) for name, pid in roots.items()}, time.monotonic()
    found = Metered()
    yield found
    found.seconds = found.seconds or time.monotonic() - began
    found.cpu = {name: _used(pid) - before[name] for name, pid in roots.items()}


def _roots() -> dict[str, int]:
    services = from_environment()
    pids = (services.solr.pid, services.postgresql.pid, services.rabbitmq.pid, os.getpid())
    return {name: pid for name, pid in zip(PROGRAMS, pids, strict=True) if pid}


def _used(pid: int) -> float:
    """Of a process and its descendants, those that have ended too."""
    return sum(_of(one) for one in process.family(pid)) / TICKS


def _of(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(int(ticks) for ticks in fields[11:15])  # user, system, and the same of the ended
