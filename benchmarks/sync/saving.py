"""What the sync adds to a save, and to a whole edit over HTTP, with RabbitMQ in three states."""

from __future__ import annotations

import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.test import Client

from accounts.models import ApiToken, User
from benchmarks.sync import limit, settled
from layers.models import Layer
from solr_sync import signals, triggers
from solr_sync.publisher import publisher
from tests.faults.proxy import LOOPBACK, Gate

BLOCK, BLOCKS = 25, 8
PAUSE = 0.02  # an editor is no loop: the publisher's thread has time between two saves
BROKERS = ("up", "down", "black hole")
Edit = Callable[[str, int], None]
SENT = ((post_save, "saved"), (post_delete, "deleted"), (m2m_changed, "relation"))


def measure(folder: Path, documents: int) -> dict[str, float]:
    settled.ensure_before_edits(folder, documents)
    keys = limit.ids_of(min(documents, 2000))
    figures: dict[str, float] = {}
    title = f"{'p50 in ms: without sync, with, ratio':44}"
    # At the end: the editor's requests are logged to the same terminal.
    table = [f"\n{title}{'without':>9}{'with':>9}{'ratio':>9}"]
    kinds: dict[str, Edit] = {"save": _save, "edit": _editor()}
    for state, broker in _brokers():
        for kind, edit in kinds.items():
            without, with_sync = _compared(edit, keys)
            ratio = with_sync / without
            name = f"{kind}_ratio" if state == "up" else f"{kind}_ratio_{state.replace(' ', '_')}"
            figures[name] = round(ratio, 3)
            label = f"{'layer.save()' if kind == 'save' else 'edit over HTTP'}, RabbitMQ {state}"
            table.append(f"{label:44}{without * 1000:9.2f}{with_sync * 1000:9.2f}{ratio:9.2f}")
        del broker
    print("\n".join(table))
    return figures


def _brokers() -> Iterator[tuple[str, Gate]]:
    """RabbitMQ behind a gate that is open, closed, and open without anything coming through."""
    parts = urlsplit(settings.CELERY_BROKER_URL)
    gate = Gate(parts.port or 5672)
    account = parts.netloc.rpartition("@")[0]
    current_app.conf.broker_url = parts._replace(
        netloc=f"{account}@{LOOPBACK}:{gate.port}"
    ).geturl()
    for state in BROKERS:
        if state == "down":
            gate.refuse()
        if state == "black hole":
            gate.open()
            gate.freeze()
        yield state, gate
    gate.close()
    current_app.conf.broker_url = settings.CELERY_BROKER_URL


def _compared(edit: Edit, keys: Sequence[str]) -> tuple[float, float]:
    """Medians in seconds, of blocks by turns."""
    times: dict[bool, list[float]] = defaultdict(list)
    for number, key in enumerate(keys[:10]):
        edit(key, number)
    for block in range(BLOCKS):
        for synced in (False, True) if block % 2 else (True, False):
            chosen = keys[block * BLOCK : (block + 1) * BLOCK]
            if synced:
                times[True] += _timed(edit, chosen)
            else:
                with without_sync():
                    times[False] += _timed(edit, chosen)
    publisher.flush(2)
    return statistics.median(times[False]), statistics.median(times[True])


def _timed(edit: Edit, keys: Sequence[str]) -> list[float]:
    found = []
    for key in keys:
        began = time.perf_counter()
        edit(key, time.time_ns())
        found.append(time.perf_counter() - began)
        time.sleep(PAUSE)
    return found


@contextmanager
def without_sync() -> Iterator[None]:
    """No trigger, no receiver: as if the catalogue had never heard of Solr."""
    publisher.flush(2)
    triggers.remove("default")
    for signal, name in SENT:
        signal.disconnect(dispatch_uid=f"solr_sync.{name}")
    try:
        yield
    finally:
        signals.connect()
        triggers.install("default")


def _save(key: str, number: int) -> None:
    layer = _read(key)
    layer.title = f"{layer.title.partition(' · ')[0]} · {number}"
    layer.save()


_layers: dict[str, Layer] = {}


def _read(key: str) -> Layer:
    """The reading is no part of a save."""
    if key not in _layers:
        _layers[key] = Layer.objects.get(pk=key)
    return _layers[key]


def _editor() -> Edit:
    user, _ = User.objects.get_or_create(username="bench", is_staff=True, is_superuser=True)
    token = ApiToken.objects.issue(user)[1]
    client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0], HTTP_AUTHORIZATION=f"Bearer {token}")

    def edit(key: str, number: int) -> None:
        body = json.dumps({"title": f"Edited {number}"})
        address = f"/api/layers/{key}"
        with connection.cursor() as cursor:
            cursor.execute("SELECT version FROM layers_layer WHERE id = %s", [key])
            version = cursor.fetchone()[0]
        answer = client.patch(
            address, body, content_type="application/json", headers={"If-Match": f'"{version}"'}
        )
        if answer.status_code != 200:
            raise SystemExit(f"PATCH {address}: {answer.status_code} {answer.content[:300]!r}")
        _layers.pop(key, None)

    return edit
