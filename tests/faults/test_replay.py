"""After a kill Solr replays its log, and until then its answers are not to be believed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial

import pytest
import requests

from layers.models import Layer
from solr_sync import solr
from solr_sync.exceptions import SolrUnavailable
from solr_sync.models import AuditRun, LedgerEntry
from tests.faults.editors import Editors
from tests.faults.stand import Stand
from tests.faults.troubles.solr import (
    fill_log,
    serves,
    solr_loses_everything,
    solr_loses_its_index,
)
from tests.programs import eventually
from tests.solr_sync.conftest import entry_of

pytestmark = pytest.mark.soak


def test_writers_wait_and_the_audit_catches_the_rest(stand: Stand) -> None:
    """A post that left before the kill arrives in the middle of the replay: nothing fences it."""
    layer = Layer.objects.first()
    assert layer is not None
    late = requests.get(
        f"{stand.services.solr.url}/layers/get", params={"id": str(layer.pk)}, timeout=10
    ).json()["doc"]
    fill_log(stand.services.solr.url)
    layer.title = "Newer, and only in the log"
    layer.save()
    stand.wait()
    stand.kill_service(stand.services.solr)
    stand.services.solr.start()
    eventually(lambda: serves(stand), within=150, what="Solr's first answer")
    meanwhile = Layer.objects.create(title="Saved during the replay")
    waits = entry_of(meanwhile).pending
    assert waits or not replaying()
    raw = {k: v for k, v in late.items() if k != "_version_" and not k.startswith("bbox__")}
    posted = requests.post(
        f"{stand.services.solr.url}/layers/update/json/docs", json=[raw], timeout=30
    )
    assert posted.status_code == 200
    stand.services.solr.wait_ready(120)
    began = time.monotonic()
    found = stand.settle(shown_within=180)
    assert found.nothing, found
    assert time.monotonic() - began < 180
    assert not entry_of(layer).pending
    assert not entry_of(meanwhile).pending


def replaying() -> bool:
    try:
        solr.require_healthy()
    except SolrUnavailable:
        return True
    return False


def emptied(stand: Stand) -> None:
    solr.SolrClient("layers", read_seconds=60).delete(q="*:*", commit=True)


def deleted_on_disk(stand: Stand) -> None:
    solr_loses_its_index(stand, Editors(seed=1), random.Random(1))


def lost_with_everything(stand: Stand) -> None:
    solr_loses_everything(stand, Editors(seed=1), random.Random(1))


@pytest.mark.parametrize("harm", [emptied, deleted_on_disk, lost_with_everything])
def test_nothing_pending_and_solr_wrong(stand: Stand, harm: Callable[[Stand], None]) -> None:
    """Nobody edits, nothing waits: only the beat's audit can find out."""
    before = LedgerEntry.objects.filter(due_at__isnull=False).count()
    assert before == 0
    harm(stand)
    began = time.monotonic()
    eventually(partial(agrees, stand), within=180, what="the audit")
    print(f"{harm.__name__}: right after {time.monotonic() - began:.0f} s")  # noqa: T201
    assert AuditRun.objects.filter(missing__gt=0).exists()


def agrees(stand: Stand) -> bool:
    try:
        found = stand.compare()
    except (requests.RequestException, ValueError, KeyError):
        return False  # Solr has no such collection yet
    return found.nothing and found.compared == Layer.objects.count()
