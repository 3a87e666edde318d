"""Editors' transactions and the sync's statements, side by side on PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from layers.models import Keyword, Layer
from services.bundle import Services
from solr_sync import ledger, related
from solr_sync.models import Lane, LedgerEntry
from solr_sync.registry import registry
from solr_sync.worker import Run
from tests.faults.comparing import compare
from tests.faults.conftest import time_passes
from tests.faults.troubles.databases import deadlock, serialisation_failure
from tests.solr_sync.conftest import run
from tests.threads import at_once

pytestmark = pytest.mark.postgresql


class RollBack(Exception):
    pass


@contextmanager
def an_open_transaction(change: Callable[[], Any], *, commit: bool) -> Iterator[None]:
    """Somebody else has changed something, and has not committed yet."""
    changed, ending = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with transaction.atomic():
                change()
                changed.set()
                ending.wait(30)
                if not commit:
                    raise RollBack
        except RollBack:
            pass
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert changed.wait(10)
    try:
        yield
    finally:
        ending.set()
        thread.join(10)


@pytest.mark.parametrize("commit", [True, False])
def test_a_worker_does_not_wait_for_an_editor(solr: Any, services: Services, commit: bool) -> None:
    layers = [Layer.objects.create(title=f"Layer {n}") for n in range(5)]
    worker = Run(registry["layer"])
    claims = worker.claim(str(layers[0].pk))
    held = Layer.objects.filter(pk=layers[2].pk)
    with an_open_transaction(lambda: held.update(title="Late"), commit=commit):
        began = time.monotonic()
        worker.send(claims)
        worker.show()
        assert time.monotonic() - began < 2
        assert LedgerEntry.objects.filter(indexed_version=1).count() == 4
    time_passes()
    run()
    difference = compare(services.solr.url)
    assert difference.nothing, difference


def test_postponing_does_not_wait_for_an_editor_either(solr: Any) -> None:
    layers = [Layer.objects.create(title=f"Layer {n}") for n in range(3)]
    worker = Run(registry["layer"])
    claims = worker.claim()
    held = Layer.objects.filter(pk=layers[1].pk)
    with an_open_transaction(lambda: held.update(title="Late"), commit=True):
        began = time.monotonic()
        ledger.release(worker.document, claims, lease=worker.lease)
        assert time.monotonic() - began < 1
        assert LedgerEntry.objects.filter(lease="").count() == 2


@pytest.mark.parametrize("commit", [True, False])
def test_a_rename_reaches_a_layer_that_an_editor_holds(
    solr: Any, services: Services, commit: bool
) -> None:
    keyword = Keyword.objects.create(name="water")
    layers = [Layer.objects.create(title=f"Layer {n}") for n in range(4)]
    for layer in layers:
        layer.keywords.add(keyword)
    run()
    Keyword.objects.filter(pk=keyword.pk).update(name="Water")
    held = Layer.objects.filter(pk=layers[1].pk)
    with an_open_transaction(lambda: held.update(title="Late"), commit=commit):
        began = time.monotonic()
        related.walk_chunk(registry["layer"])
        assert time.monotonic() - began < 5
    time_passes()
    related.walk(registry["layer"], seconds=5)
    run(lane=Lane.BULK)
    difference = compare(services.solr.url)
    assert difference.nothing, difference


def test_a_deadlock_leaves_one_change_whole_and_the_other_undone(
    solr: Any, services: Services
) -> None:
    first, second = (Layer.objects.create(title=f"Layer {n}") for n in range(2))
    run()
    victims = deadlock(first.pk, second.pk, "Deadlock")
    assert len(victims) == 1
    assert len(set(Layer.objects.values_list("title", flat=True))) == 1
    run()
    assert compare(services.solr.url).nothing


def test_a_serialisation_failure_leaves_nothing_behind(solr: Any, services: Services) -> None:
    layer = Layer.objects.create(title="First")
    run()
    assert "serialize" in str(serialisation_failure(layer.pk))
    run()
    assert compare(services.solr.url).nothing
    assert Layer.objects.get().title == "Theirs"


def test_only_one_of_two_workers_gets_a_row(solr: Any) -> None:
    for n in range(40):
        Layer.objects.create(title=f"Layer {n}")
    claimed = at_once(*[Run(registry["layer"]).claim for _ in range(4)])
    everything = [claim.object_id for one in claimed for claim in one]
    assert len(everything) == len(set(everything)) == 40
