"""The clock's work with nothing to do: the quick audit, the sweep, how often Solr is asked."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from benchmarks.sync import settled, slim, stage, workers
from solr_sync import tasks
from solr_sync.audit import Audit
from solr_sync.registry import registry
from tests.faults.proxy import SolrProxy

REPEATS = 5
IDLE_SECONDS = 185


def measure(folder: Path, documents: int) -> dict[str, float]:
    settled.ensure(folder, documents)
    return _measured(documents)


def slim_documents(folder: Path, documents: int) -> dict[str, float]:
    """The same with documents of a few fields."""
    del folder
    slim.ensure(documents)
    return _measured(documents)


def _measured(documents: int) -> dict[str, float]:
    seconds = [_audit(documents) for _ in range(REPEATS)]
    plan = sweep_plan()
    scan, took = plan["Plan"], plan["Execution Time"]
    print(f"\nquick audit of {documents}: {statistics.median(seconds):.2f} s (median of {REPEATS})")
    print(f"the sweep's query, none due: {took:.2f} ms, {_nodes(scan)}")
    print(f"the whole sweep: {_sweep():.1f} ms")
    return {
        "audit_quick_s": round(statistics.median(seconds), 3),
        "sweep_ms": round(took, 3),
        "sweep_index_only": float("Index Only Scan" in _nodes(scan)),
        "sweep_task_ms": round(_sweep(), 2),
    }


def _audit(documents: int) -> float:
    began = time.monotonic()
    found = Audit(stage.ALIAS).run()
    seconds = time.monotonic() - began
    if not found.agrees or found.checked != documents:
        raise SystemExit(f"the audit found {found.as_dict()}")
    return seconds


def sweep_plan() -> dict[str, Any]:
    rows = tasks.waiting(registry["layer"])
    statement, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
        found: dict[str, Any] = cursor.fetchone()[0][0]
    return found


def _nodes(plan: dict[str, Any]) -> str:
    below = [_nodes(part) for part in plan.get("Plans", [])]
    return " > ".join([plan["Node Type"], *below])


def _sweep() -> float:
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        tasks.sweep()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def idle(folder: Path, documents: int) -> dict[str, float]:
    """Counts what goes through a proxy before Solr while nobody does anything."""
    settled.ensure(folder, documents)
    proxy = SolrProxy(urlsplit(settings.SOLR_URL).port or 8983)
    try:
        with workers.ours(SOLR_URL=proxy.url):
            time.sleep(5)
            began = time.monotonic()
            time.sleep(IDLE_SECONDS)
            asked = [exchange.path for exchange in proxy.requests_since(began)]
    finally:
        proxy.close()
    minutes = IDLE_SECONDS / 60
    print(f"\nidle for {IDLE_SECONDS} s: Solr was asked {len(asked)} times")
    for path in asked:
        print(f"  {path}")
    return {"idle_requests_per_minute": round(len(asked) / minutes, 2)}
