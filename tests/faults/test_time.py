"""Clocks that differ, and a backlog."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.models.functions import Now

from layers.models import Layer
from services.bundle import Services
from solr_sync.models import Lane, LedgerEntry
from solr_sync.registry import registry
from solr_sync.worker import Run
from tests.faults.comparing import compare
from tests.programs import PROJECT, test_database_url
from tests.solr_sync.conftest import run

LIBRARIES = list(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
WORKER = """
import json, time, django
django.setup()
from solr_sync.registry import registry
from solr_sync.worker import Run
run = Run(registry["layer"])
{what}
print(json.dumps({{"clock": time.time(), "done": done}}))
"""
CLAIM = "done = len(run.claim())"
SEND = "done = run.until_nothing_is_due(seconds=20).taken"


def by_another_clock(offset: str, what: str) -> Any:
    """Runs a worker on a machine whose clock is wrong."""
    environment = {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME": offset,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DATABASE_URL": test_database_url(),
    }
    done = subprocess.run(
        [sys.executable, "-c", WORKER.format(what=what)],
        cwd=PROJECT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.postgresql  # SQLite's clock is that of the one machine that it is on
@pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed (Debian: faketime)")
@pytest.mark.parametrize("offset", ["+10m", "-10m"])
def test_clocks_ten_minutes_apart(solr: Any, services: Services, offset: str) -> None:
    for n in range(3):
        Layer.objects.create(title=f"Layer {n}")
    other = by_another_clock(offset, CLAIM)
    assert abs(abs(other["clock"] - time.time()) - 600) < 60
    assert other["done"] == 3
    assert Run(registry["layer"]).claim() == []  # its leases hold here
    lease = LedgerEntry.objects.filter(
        due_at__gt=Now() + timedelta(seconds=60), due_at__lt=Now() + timedelta(seconds=91)
    )
    assert lease.count() == 3
    LedgerEntry.objects.update(due_at=Now() - timedelta(seconds=1))
    assert by_another_clock(offset, SEND)["done"] == 3  # what is due here is due there
    Layer.objects.update(title="Edited here")
    run()
    assert compare(services.solr.url).nothing


def test_messages_expire_by_the_clock_of_the_broker() -> None:
    """Celery's `expires` is a moment, which a worker compares with its own clock."""
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert set(entry["options"]) - {"queue"} == {"expiration"}
    source = (PROJECT / "solr_sync" / "tasks.py").read_text(encoding="utf-8")
    assert "expires=" not in source


@pytest.mark.parametrize(
    "count", [2_000, pytest.param(200_000, marks=pytest.mark.soak, id="200000")]
)
def test_a_backlog(solr: Any, services: Services, count: int) -> None:
    for start in range(0, count, 5_000):
        Layer.objects.bulk_create(
            Layer(title=f"Layer {n}", slug=f"layer-{n}")
            for n in range(start, min(start + 5_000, count))
        )
    edited = Layer.objects.first()
    assert edited is not None
    edited.title = "Edited now"
    edited.save()
    began = time.monotonic()
    run(edited)  # a live edit does not wait for the rest
    assert time.monotonic() - began < 5
    while LedgerEntry.objects.filter(due_at__isnull=False).exists():
        assert Run(registry["layer"], lane=Lane.BULK).until_nothing_is_due(seconds=60).total
        assert time.monotonic() - began < count / 50
    assert solr.search("*:*", rows=0).hits == count
    if count < 10_000:
        assert compare(services.solr.url).nothing
