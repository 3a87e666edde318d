"""A rebuild: its rate and memory from beginning to end, beside editors and a searcher who polls."""

from __future__ import annotations

import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import requests
from django.conf import settings

from benchmarks.sync import limit, searching, settled, stage
from benchmarks.sync.cpu import metered
from benchmarks.sync.records import PROJECT
from benchmarks.sync.searching import Waits
from services import process
from solr_sync import rebuild as engine
from solr_sync.models import Rebuild


@dataclass
class Samples:
    """What was seen now and then: seconds, documents until then, kilobytes of memory."""

    points: list[tuple[float, int, int]] = field(default_factory=list)

    def rate(self, first: float, last: float) -> float:
        """Between two shares of the documents."""
        total = self.points[-1][1]
        part = [p for p in self.points if first * total <= p[1] <= last * total]
        if len(part) < 2:
            return 0.0
        return (part[-1][1] - part[0][1]) / (part[-1][0] - part[0][0])

    @property
    def tenths(self) -> tuple[float, float]:
        """The rates of the first and of the last, without what begins and ends."""
        return self.rate(0.02, 0.12), self.rate(0.88, 0.99)

    @property
    def last_to_first(self) -> float:
        first, last = self.tenths
        return round(last / max(first, 0.001), 2)

    def memory(self, first: float, last: float) -> float:
        total = self.points[-1][1]
        part = [p[2] for p in self.points if first * total <= p[1] <= last * total and p[2]]
        return statistics.mean(part) if part else 0.0


def measure(folder: Path, documents: int) -> dict[str, float]:
    bodies = limit.prepare(folder / f"bodies_{documents}", documents)
    # What fills the collection is the limit itself, if it has to be filled.
    before = settled.ensure(folder, documents) or limit.post(bodies, stage.scratch())
    with metered() as found:
        seconds, samples = run(documents)
    after = limit.post(bodies, stage.scratch())
    stage.drop_scratch()
    rate = documents / seconds
    limits = [documents / times[-1] for times in (before, after)]
    seen = {"rebuild": samples, "limit before": _samples(before), "limit after": _samples(after)}
    print(f"\nrebuild of {documents}: {rate:.0f} documents a second, verification and all")
    print(f"\n{'documents a second':20}{'all':>8}{'first tenth':>14}{'last tenth':>13}")
    for name, one in seen.items():
        first, last = one.tenths
        print(f"{name:20}{one.rate(0.0, 1.0):8.0f}{first:14.0f}{last:13.0f}")
    cpu = "  ".join(f"{name} {spent / documents * 1e6:.0f}" for name, spent in found.cpu.items())
    print(f"CPU of the rebuild in µs a document: {cpu}")
    memories = samples.memory(0.05, 0.2), samples.memory(0.8, 1.0)
    print(
        f"memory {memories[0] / 1024:.0f} MB in the beginning, {memories[1] / 1024:.0f} at the end"
    )
    return {
        "rebuild_docs_per_s": round(rate, 1),
        "rebuild_vs_limit": round(rate / statistics.mean(limits), 3),
        "rebuild_last_tenth_vs_first": samples.last_to_first,
        "limit_before_last_tenth_vs_first": seen["limit before"].last_to_first,
        "limit_after_last_tenth_vs_first": seen["limit after"].last_to_first,
        "rebuild_memory_end_vs_begin": round(memories[1] / max(memories[0], 1), 3),
    }


def _samples(times: Sequence[float]) -> Samples:
    return Samples([(at, number * limit.BATCH, 0) for number, at in enumerate(times, start=1)])


def run(documents: int) -> tuple[float, Samples]:
    """By the command that operators use; seconds from its start to its end."""
    samples = Samples()
    began = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, "manage.py", "solr_rebuild", "--yes"],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
    )
    while child.poll() is None:
        done = Rebuild.objects.filter(ended_at=None).values_list("done", flat=True).first()
        if done:
            samples.points.append((time.monotonic() - began, done, _memory(child.pid)))
        time.sleep(0.25)
    if child.returncode:
        raise SystemExit("the rebuild failed")
    seconds = time.monotonic() - began
    engine.drop_old(stage.ALIAS)
    return seconds, samples


def _memory(pid: int) -> int:
    """Kilobytes of the process and its children, each shared page counted once."""
    return sum(_kilobytes(one) for one in process.family(pid))


def _kilobytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


@dataclass
class Beside:
    """What editors and a searcher saw meanwhile."""

    waits: Waits
    polls: int = 0
    short: int = 0


def with_edits(keys: Sequence[str], rate: float) -> Beside:
    """A rebuild with saves at a rate, and a searcher who counts all documents again and again."""
    ended = threading.Event()
    counts: list[int] = []
    expected = _count(requests.Session())
    rebuilding = threading.Thread(target=_run_and_tell, args=(expected, ended), daemon=True)
    reading = threading.Thread(target=_poll, args=(ended, counts), daemon=True)
    rebuilding.start()
    reading.start()
    waits = searching.at_rate(keys, rate, 3600, lambda: not ended.is_set())
    rebuilding.join()
    reading.join()
    return Beside(waits, len(counts), sum(count != expected for count in counts))


def _run_and_tell(documents: int, ended: threading.Event) -> None:
    try:
        run(documents)
    finally:
        ended.set()


def _poll(ended: threading.Event, counts: list[int]) -> None:
    with requests.Session() as session:
        while not ended.is_set():
            counts.append(_count(session))
            time.sleep(0.02)


def _count(session: requests.Session) -> int:
    url = f"{settings.SOLR_URL}/{stage.ALIAS}/select"
    answer = session.get(url, params={"q": "*:*", "rows": "0"}, timeout=30)
    return int(answer.json()["response"]["numFound"])
