"""A backlog of saved layers: documents a second until all are confirmed, by four ways."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from pathlib import Path

from celery import current_app

from benchmarks.sync import haystack, limit, stage, workers
from solr_sync import names
from solr_sync.models import Lane
from solr_sync.solr import SolrClient

ROUNDS = 2
WORKSHOP_SAVES = 1500
LONGEST = 1800.0
Rates = dict[str, list[float]]


def measure(folder: Path, documents: int, saves: int) -> dict[str, float]:
    """`documents` are in the database; `saves` of them wait. Prints a table."""
    bodies = limit.prepare(folder / f"bodies_{documents}", saves)
    haystack.install(folder / "packages")
    limit.post(bodies[:10], stage.fresh_collection())  # Java compiles what runs often
    rates: Rates = defaultdict(list)
    for _ in range(ROUNDS):
        _note(rates, "limit", saves / limit.post(bodies, stage.fresh_collection()))
        taken, emptied = ours(saves)
        _note(rates, "ours", saves / taken)
        _note(rates, "ours, until no message is left", saves / emptied)
        _note(rates, "haystack", documents / by_haystack(folder / "packages"))
        _note(rates, "workshop", workshop("0"))
        _note(rates, "workshop, CELERY_DB_REUSE_MAX", workshop("1000"))
    return report(rates)


def _note(rates: Rates, name: str, rate: float) -> None:
    rates[name].append(rate)
    print(f"{name}: {rate:.0f} documents a second", flush=True)


def ours(saves: int) -> tuple[float, float]:
    """Seconds until all are confirmed, and until their messages are gone too."""
    stage.forget_everything()
    with workers.ours() as processes:
        with workers.frozen(*processes):
            ids = stage.make_due(saves, Lane.LIVE)
            messages = (["layer", object_id] for object_id in ids)
            workers.publish(current_app, names.SYNC_DOCUMENT, messages, "index.live")
        began = time.monotonic()
        if not workers.until(lambda: stage.pending() == 0, seconds=LONGEST):
            raise SystemExit(f"{stage.pending()} documents are pending after {LONGEST} s")
        taken = time.monotonic() - began
        empty = lambda: workers.waiting(current_app, "index.live") == 0  # noqa: E731
        workers.until(empty, seconds=LONGEST)
        return taken, time.monotonic() - began


def workshop(reuse: str) -> float:
    """Saves a second. One save costs as much as another, so a part of them tells."""
    from benchmarks.sync.workshop import app

    collection = stage.fresh_collection()
    ids = limit.ids_of(WORKSHOP_SAVES)
    process = workers.worker(
        "benchmarks.sync.workshop", "workshop", 2, DB_REUSE_MAX=reuse, COLLECTION=collection
    )
    with workers.running(process):
        with workers.frozen(process):
            workers.publish(app, "workshop.index_layer", ([key] for key in ids), "workshop")
        client = SolrClient(collection)
        began = time.monotonic()
        workers.until(lambda: workers.waiting(app, "workshop") == 0, seconds=300)
        seconds = time.monotonic() - began
        time.sleep(1)
        client.commit_softly()
        posted = client.search("*:*", rows=0).hits
    if posted < 0.9 * WORKSHOP_SAVES:
        raise SystemExit(f"the workshop's way posted {posted} of {WORKSHOP_SAVES}")
    return WORKSHOP_SAVES / seconds


def by_haystack(packages: Path) -> float:
    with haystack.configset("haystack") as configset:
        collection = stage.collection_of(configset)
        return haystack.update_index(collection, packages)


def report(rates: Rates) -> dict[str, float]:
    middle = {name: statistics.median(found) for name, found in rates.items()}
    print(f"\n{'backlog, documents a second':34}{'median':>10}   rounds")
    for name, found in rates.items():
        rounds = "  ".join(f"{rate:.0f}" for rate in found)
        print(f"{name:34}{middle[name]:10.0f}   {rounds}")
    return {
        "backlog_docs_per_s": round(middle["ours"], 1),
        "backlog_emptied_per_s": round(middle["ours, until no message is left"], 1),
        "backlog_vs_workshop": round(middle["ours"] / middle["workshop"], 2),
        "backlog_vs_workshop_reuse": round(
            middle["ours"] / middle["workshop, CELERY_DB_REUSE_MAX"], 2
        ),
        "backlog_vs_haystack": round(middle["ours"] / middle["haystack"], 2),
        "backlog_vs_limit": round(middle["ours"] / middle["limit"], 3),
    }
