"""A backlog of saved layers: documents a second until all are confirmed, by four ways."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from celery import current_app

from benchmarks.sync import haystack, limit, stage, workers
from benchmarks.sync.cpu import PROGRAMS, Metered, metered
from solr_sync import names
from solr_sync.models import Lane
from solr_sync.solr import SolrClient
from tests.programs import celery_worker

ROUNDS = 2
WORKSHOP_SAVES = 1500
LONGEST = 1800.0
OURS, LIMIT = "ours", "limit: prepared JSON, two threads"
WRITTEN = "limit, until its index is written"
HAYSTACK, TEN_FIELDS = "haystack, the same documents", "haystack, ten fields"
WORKSHOP, REUSE = "workshop", "workshop, CELERY_DB_REUSE_MAX"
EMPTIED = "ours, until no message is left"


@dataclass
class Runs:
    """Documents a second, and CPU microseconds a document by program, of each round."""

    rates: list[float] = field(default_factory=list)
    cpu: list[dict[str, float]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)

    @property
    def cost(self) -> float:
        return statistics.median(sum(one.values()) for one in self.cpu)

    def of(self, program: str) -> float:
        return statistics.median(one.get(program, 0.0) for one in self.cpu)


class Comparison:
    def __init__(self, folder: Path, documents: int, saves: int) -> None:
        self.packages = folder / "packages"
        self.documents, self.saves = documents, saves
        haystack.install(self.packages)
        self.bodies = limit.prepare(folder / f"bodies_{documents}", documents)
        self.runs: dict[str, Runs] = defaultdict(Runs)

    def note(self, name: str, count: int, metered: Metered) -> None:
        runs = self.runs[name]
        runs.rates.append(count / metered.seconds)
        runs.cpu.append({n: seconds / count * 1e6 for n, seconds in metered.cpu.items()})
        print(f"{name}: {runs.rates[-1]:.0f} documents a second", flush=True)

    def limit(self) -> None:
        collection = stage.fresh_collection()
        bodies = self.bodies[: -(-self.saves // limit.BATCH)]
        with metered() as written:
            with metered() as found:
                limit.post(bodies, collection)
            limit.commit(collection)
        count = min(len(bodies) * limit.BATCH, self.documents)
        self.note(LIMIT, count, found)
        self.note(WRITTEN, count, written)

    def ours(self) -> None:
        stage.forget_everything()
        live, *others = workers.processes()
        with workers.running(*others):
            messages = (["layer", object_id] for object_id in limit.ids_of(self.saves))
            workers.publish(current_app, names.SYNC_DOCUMENT, messages, "index.live")
            with workers.frozen(*others):  # until the workers for live edits are there
                stage.make_due(self.saves, Lane.LIVE)
                live.start()
                live.wait_until_logged(" ready.")
            try:
                self._work_off()
            finally:
                live.stop()

    def _work_off(self) -> None:
        with metered() as emptied:
            with metered() as found:
                if not workers.until(stage.nothing_is_pending, seconds=LONGEST):
                    raise SystemExit(f"{stage.pending()} are pending after {LONGEST} s")
            self.note(OURS, self.saves, found)
            if EMPTIED in self.runs:  # once tells, and takes minutes
                workers.purge(current_app, "index.live")
                return
            left = lambda: workers.waiting(current_app, "index.live")  # noqa: E731
            workers.until(lambda: left() == 0, seconds=LONGEST, every=1)
        self.note(EMPTIED, self.saves, emptied)

    def haystack(self, name: str, fields: str) -> None:
        with haystack.configset("haystack") as configset:
            collection = stage.collection_of(configset)
            with metered() as found:
                haystack.update_index(collection, self.packages, fields)
        self.note(name, self.documents, found)

    def workshop(self, name: str, reuse: str) -> None:
        """One save costs as much as another, so a part of them tells."""
        from benchmarks.sync.workshop import app

        collection = stage.fresh_collection()
        ids = limit.ids_of(min(WORKSHOP_SAVES, self.documents))
        workers.publish(app, "workshop.index_layer", ([key] for key in ids), "workshop")
        how = {"DB_REUSE_MAX": reuse, "COLLECTION": collection}
        process = celery_worker(
            workers.log_folder(), "workshop", 2, app="benchmarks.sync.workshop", **how
        )
        with workers.running(process):
            with metered() as found:
                workers.until(lambda: workers.waiting(app, "workshop") == 0, seconds=600)
            time.sleep(1)
        _require(collection, 0.9 * len(ids))
        self.note(name, len(ids), found)


def _require(collection: str, least: float) -> None:
    client = SolrClient(collection)
    client.commit_softly()
    posted = client.search("*:*", rows=0).hits
    if posted < least:
        raise SystemExit(f"only {posted} documents were posted")


def measure(folder: Path, documents: int, saves: int) -> dict[str, float]:
    """`documents` are in the database; `saves` of them wait. Prints a table."""
    comparison = Comparison(folder, documents, saves)
    limit.post(comparison.bodies, stage.fresh_collection())  # Java compiles what runs often
    for _ in range(ROUNDS):
        comparison.limit()
        comparison.ours()
        comparison.haystack(HAYSTACK, "same")
        comparison.haystack(TEN_FIELDS, "ten fields")
        comparison.workshop(WORKSHOP, "0")
        comparison.workshop(REUSE, "1000")
    comparison.limit()
    return report(comparison.runs)


def report(runs: dict[str, Runs]) -> dict[str, float]:
    print(f"\n{'backlog':36}{'docs/s':>8}   CPU in µs a document, by program")
    for name, found in runs.items():
        parts = "  ".join(f"{program} {found.of(program):.0f}" for program in PROGRAMS)
        print(f"{name:36}{found.rate:8.0f}   {found.cost:.0f}: {parts}")
    ours = runs[OURS].rate
    return {
        "backlog_docs_per_s": round(ours, 1),
        "backlog_emptied_per_s": round(runs[EMPTIED].rate, 1),
        "backlog_vs_workshop": round(ours / runs[WORKSHOP].rate, 2),
        "backlog_vs_workshop_reuse": round(ours / runs[REUSE].rate, 2),
        "backlog_vs_haystack": round(ours / runs[HAYSTACK].rate, 2),
        "backlog_vs_haystack_ten_fields": round(ours / runs[TEN_FIELDS].rate, 2),
        "backlog_vs_limit": round(ours / runs[LIMIT].rate, 3),
        "backlog_vs_limit_written": round(ours / runs[WRITTEN].rate, 3),
        "backlog_vs_limit_by_cpu": round(runs[LIMIT].cost / runs[OURS].cost, 3),
    }
