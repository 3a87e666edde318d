"""What an outage costs, and that everything goes on by itself afterwards."""

from __future__ import annotations

import re
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from layers.models import Layer
from solr_sync.models import AuditRun, LedgerEntry
from tests.faults.editors import Editors
from tests.faults.proxy import answering
from tests.faults.stand import Stand
from tests.flower.server import Flower, running_flower
from tests.programs import Process, eventually

pytestmark = pytest.mark.soak

A_MINUTE = 60


def test_an_outage_costs_a_handful_of_requests_a_minute(stand: Stand) -> None:
    """Counted at the proxy, with editors at work, workers, beat and its audit."""
    with Editors(seed=3, threads=2).working() as record, stand.solr.doing(answering(503, b"")):
        time.sleep(10)  # those that were on their way, and the first quick tries
        began = time.monotonic()
        time.sleep(A_MINUTE)
        asked = [e.path for e in stand.solr.requests_since(began)]
    found = stand.settle()
    print(f"{len(asked)} requests in a minute, {record.count} changes")  # noqa: T201
    assert record.count > 20
    assert 3 <= len(asked) <= 20, asked
    assert found.nothing, found


def test_live_edits_come_first_when_solr_is_back(stand: Stand) -> None:
    with stand.solr.refusing():
        Layer.objects.bulk_create(
            [Layer(title=f"Imported {n}", slug=f"imported-{n}") for n in range(1500)]
        )
        time.sleep(1.5)
        edited = Layer.objects.exclude(title__startswith="Imported").first()
        assert edited is not None
        edited.title = "Edited by hand"
        edited.save()
        time.sleep(3)
    eventually(lambda: not entry(edited).pending, within=30, what="the edit in Solr")
    taken = entry(edited).indexed_at
    assert taken is not None
    stand.wait(170)
    after = LedgerEntry.objects.filter(indexed_at__gt=taken).count()
    assert after > 700  # most of the import


def entry(layer: Layer) -> LedgerEntry:
    return LedgerEntry.objects.get(object_id=str(layer.pk))


def test_a_memory_alarm_of_a_minute_stops_nobody_for_longer(stand: Stand) -> None:
    layers = list(Layer.objects.order_by("pk"))
    pids = [one.child.pid for one in stand.processes if one.child]
    with stand.memory_alarm():
        slowest = 0.0
        began = time.monotonic()
        while time.monotonic() - began < A_MINUTE:
            saving = time.monotonic()
            layers[0].save()
            slowest = max(slowest, time.monotonic() - saving)
            time.sleep(0.5)
    over, moment = time.monotonic(), timezone.now()
    layers[1].title = "Saved after the alarm"
    layers[1].save()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layers_layer SET edition = '2'")  # which only a sweep finds
    eventually(lambda: not entry(layers[1]).pending, within=25, what="the save")
    eventually(nothing_is_due, within=30, what="the sweep of beat")
    swept = time.monotonic() - over
    eventually(
        lambda: AuditRun.objects.filter(began_at__gt=moment).exists(), within=90, what="an audit"
    )
    print(f"slowest save {slowest:.2f} s, swept {swept:.0f} s after the alarm")  # noqa: T201
    assert slowest < 1
    assert [one.child.pid for one in stand.processes if one.child] == pids
    assert stand.settle().nothing


def nothing_is_due() -> bool:
    return not LedgerEntry.objects.filter(due_at__isnull=False).exists()


def test_flower_tells_the_story(stand: Stand, tmp_path: Path) -> None:
    """FAILURE with one readable line while Solr is away, then the success of each document."""
    with running_flower(tmp_path) as flower:
        with stand.solr.refusing():
            layers = [Layer.objects.create(title=f"Layer {n}") for n in range(3)]
            for layer in layers:
                line = eventually(partial(failure_of, flower, layer), what="a failure in Flower")
                assert "\n" not in line
                assert re.search(r"Connection refused|unavailable since .* next try", line), line
                assert stand.solr.url in line
        for layer in layers:
            eventually(partial(succeeded, flower, layer), within=60, what="each one's success")
    assert stand.settle().nothing


def tasks_with(flower: Flower, layer: Layer) -> list[dict[str, Any]]:
    """The layer's own tasks; in their place those that they say have it in their batch."""
    found = flower.get("/api/tasks").json()
    tasks = []
    for task in flower.tasks_of(str(layer.pk)):
        named = re.search(r"on its way by task ([0-9a-f-]{36})", str(task["result"]))
        tasks.append(found.get(named[1], task) if named else task)
    return tasks


def failure_of(flower: Flower, layer: Layer) -> str:
    failed = (task for task in tasks_with(flower, layer) if task["state"] == "FAILURE")
    return next((str(task["exception"]) for task in failed), "")


def succeeded(flower: Flower, layer: Layer) -> bool:
    last = tasks_with(flower, layer)[-1]
    return bool(last["state"] == "SUCCESS" and re.search("taken", str(last["result"])))


def test_a_worker_that_is_told_to_stop_stops(stand: Stand) -> None:
    """A task that runs has half a minute; the pool needs some seconds."""
    worker: Process = stand.live
    began = time.monotonic()
    worker.stop(within=60)
    assert time.monotonic() - began < 45
    assert worker.child is not None
    assert worker.child.returncode == 0
    stand.restart(worker)
