"""After a kill Solr replays its log, and until then its answers are not to be believed."""

from __future__ import annotations

import time

import pytest
import requests

from layers.models import Layer
from solr_sync import solr
from solr_sync.exceptions import SolrUnavailable
from solr_sync.models import Lane
from tests.faults.stand import Stand, until
from tests.faults.troubles.solr import fill_log, serves
from tests.solr_sync.conftest import entry_of, run

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
    until(lambda: serves(stand), 150, "Solr's first answer")
    if replaying():  # else this machine was too quick to be caught
        with pytest.raises(SolrUnavailable):
            run()
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


def replaying() -> bool:
    try:
        solr.require_healthy()
    except SolrUnavailable:
        return True
    return False


def test_nothing_pending_and_solr_wrong(stand: Stand) -> None:
    """Nobody edits, nothing waits: only the beat's audit can find that the index is empty."""
    stand.wait()
    client = solr.SolrClient("layers")
    client.delete(q="*:*", commit=True)
    assert run(lane=Lane.BULK).total == 0
    began = time.monotonic()
    found = stand.compare()
    assert len(found.missing) == 12
    until(lambda: stand.compare().nothing, 180, "the audit")
    assert time.monotonic() - began < 180
