"""A topic that a hundred thousand layers carry gets another name."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator

import pytest
import requests
from django.core.management import call_command
from django.db import connection

from layers.models import Layer, TopicCategory
from solr_sync.models import LedgerEntry, RelatedChange
from tests.faults.choosing import MARK
from tests.faults.stand import Stand
from tests.programs import eventually

pytestmark = pytest.mark.soak

COUNT = 100_000
PART = 2_000


@pytest.fixture
def topic(stand: Stand) -> Iterator[TopicCategory]:
    """Its layers are in Solr; a bulk worker of one process needs some minutes for that."""
    made = TopicCategory.objects.create(code=f"{MARK}many", label="Before")
    through = Layer.topic_categories.through
    for start in range(0, COUNT, PART):
        layers = [Layer(title=f"Layer {n}", slug=f"many-{n}") for n in range(start, start + PART)]
        Layer.objects.bulk_create(layers)
        through.objects.bulk_create(
            through(layer_id=layer.pk, topiccategory_id=made.pk) for layer in layers
        )
    eventually(nothing_waits, within=1500, what="all layers in Solr")
    yield made
    made.layer_set.clear()


def nothing_waits() -> bool:
    time.sleep(1)
    return not LedgerEntry.objects.filter(due_at__isnull=False).exists()


def test_it_returns_at_once_and_fans_out_beside_live_edits(
    stand: Stand, topic: TopicCategory, capsys: pytest.CaptureFixture[str]
) -> None:
    took = renamed(topic, "After")
    fan_out_began = time.monotonic()
    edits = Edits()
    edits.start()
    eventually(lambda: RelatedChange.objects.exclude(cursor="").exists(), within=40, what="a chunk")
    capsys.readouterr()
    call_command("solr_status")  # it can be seen
    assert "pending     0" not in capsys.readouterr().out
    stand.kill(stand.bulk)  # in the middle of it
    time.sleep(1)
    stand.restart(stand.bulk)
    eventually(lambda: in_solr(stand, "After") >= COUNT, within=1500, what="the new name")
    lasted = time.monotonic() - fan_out_began
    edits.end()
    print(  # noqa: T201
        f"\nrename {took * 1000:.1f} ms; {COUNT} documents after {lasted:.0f} s, a kill included; "
        f"{len(edits.delays)} live edits meanwhile, until taken: p50 "
        f"{statistics.median(edits.delays):.2f} s, slowest {max(edits.delays):.2f} s"
    )
    assert took < 0.1
    assert in_solr(stand, "Before") == 0
    assert statistics.median(edits.delays) < 2


def renamed(topic: TopicCategory, label: str) -> float:
    topic.label = label
    began = time.monotonic()
    topic.save()
    return time.monotonic() - began


def in_solr(stand: Stand, label: str) -> int:
    time.sleep(1)
    answer = requests.get(
        f"{stand.services.solr.url}/layers/select",
        params={"q": f'category:"{label}"', "rows": "0"},
        timeout=30,
    )
    return int(answer.json()["response"]["numFound"])


class Edits(threading.Thread):
    """Somebody who saves a layer every other second, and looks when Solr has taken it."""

    def __init__(self) -> None:
        super().__init__()
        self.delays: list[float] = []
        self.ending = threading.Event()

    def run(self) -> None:
        key = Layer.objects.exclude(slug__startswith="many-").order_by("pk")[0].pk
        while not self.ending.wait(2):
            layer = Layer.objects.get(pk=key)
            layer.abstract = f"Edit {len(self.delays)}"
            layer.save()
            self.delays.append(self._until_taken(str(key)))
        connection.close()

    def _until_taken(self, key: str) -> float:
        began = time.monotonic()
        while LedgerEntry.objects.get(object_id=key).pending and time.monotonic() - began < 60:
            time.sleep(0.05)
        return time.monotonic() - began

    def end(self) -> None:
        self.ending.set()
        self.join(70)
