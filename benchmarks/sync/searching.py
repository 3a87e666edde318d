"""How long saves take until Solr itself finds them."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
from django.conf import settings
from django.db import connection

from layers.models import Layer

POLL_SECONDS = 0.015
LONGEST = 120.0
GOING_ON_SECONDS = 1.0  # between two looks, which cost the servers time too


@dataclass
class Waits:
    """Seconds of each save, in the order they were seen."""

    seconds: list[float] = field(default_factory=list)
    lost: int = 0

    @property
    def p50(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)]

    def row(self, name: str) -> str:
        return (
            f"{name:44}{len(self.seconds):6}{self.p50:9.3f}{self.p95:9.3f}"
            f"{max(self.seconds):9.3f}{self.lost:7}"
        )


HEAD = f"{'save to searchable, seconds':44}{'saves':>6}{'p50':>9}{'p95':>9}{'max':>9}{'lost':>7}"


class Watch:
    """Asks Solr for all titles that are still expected, as often as is reasonable."""

    def __init__(self) -> None:
        self.expected: dict[str, tuple[str, float]] = {}
        self.waits = Waits()
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def expect(self, key: str, title: str, since: float) -> None:
        with self.lock:
            self.expected[key] = (title, since)

    def _run(self) -> None:
        url = f"{settings.SOLR_URL}/layers/select"
        with requests.Session() as session:
            while not self.ended.is_set() or self.expected:
                if keys := list(self.expected):
                    question = {"q": f"{{!terms f=id}}{','.join(keys)}", "fl": "id,title"}
                    answer = session.post(url, data=question | {"rows": str(len(keys))}, timeout=30)
                    self._compare(answer.json()["response"]["docs"])
                time.sleep(POLL_SECONDS)

    def _compare(self, found: list[dict[str, str]]) -> None:
        now = time.monotonic()
        with self.lock:
            for document in found:
                title, since = self.expected.get(document["id"], ("", 0.0))
                if title and title == document["title"]:
                    self.waits.seconds.append(now - since)
                    del self.expected[document["id"]]
            for key, (_, since) in list(self.expected.items()):
                if now - since > LONGEST:
                    self.waits.lost += 1
                    del self.expected[key]


@contextmanager
def watching() -> Iterator[Watch]:
    watch = Watch()
    watch.thread.start()
    try:
        yield watch
    finally:
        watch.ended.set()
        watch.thread.join(LONGEST + 10)


def save(watch: Watch, key: str, mark: str) -> None:
    layer = Layer.objects.get(pk=key)
    layer.title = f"{layer.title.partition(' · ')[0]} · {mark}"
    began = time.monotonic()
    layer.save()
    watch.expect(key, layer.title.strip(), began)


def at_idle(keys: Sequence[str], number: int) -> Waits:
    """One after the other, each after the one before is found."""
    with watching() as watch:
        for count, key in enumerate(keys[:number]):
            save(watch, key, f"idle {count} {time.time_ns()}")
            while watch.expected:
                time.sleep(0.005)
            time.sleep(0.3)
    return watch.waits


def at_rate(
    keys: Sequence[str], rate: float, seconds: float, going_on: Callable[[], bool] | None = None
) -> Waits:
    """So many saves a second for a time, or as long as something goes on."""
    ended = time.monotonic() + seconds
    with watching() as watch:
        due = look = time.monotonic()
        for count, key in enumerate(keys):
            if going_on is not None and time.monotonic() >= look:
                look = time.monotonic() + GOING_ON_SECONDS
                if not going_on():
                    break
            if time.monotonic() > ended:
                break
            save(watch, key, f"{rate:g}/s {count} {time.time_ns()}")
            due += 1 / rate
            time.sleep(max(0.0, due - time.monotonic()))
    connection.close()
    return watch.waits
