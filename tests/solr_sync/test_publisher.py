"""Wake-ups leave the process without ever making it wait."""

from __future__ import annotations

import time
from typing import Any

import pytest

from solr_sync import names
from solr_sync import publisher as module
from solr_sync.processors import wake, without_waking
from solr_sync.publisher import Publisher
from solr_sync.registry import registry


class Recorder(Publisher):
    """Sends to a list; the connection is real."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, tuple[str, ...]]] = []

    def _send(self, producer: Any, task: str, arguments: tuple[str, ...]) -> None:
        self.sent.append((task, arguments))


def test_wake_ups_of_one_commit_become_one_task() -> None:
    recorder = Recorder()
    for _ in range(5):
        recorder.put("task", "layer", "1")
    recorder.put("task", "layer", "2")
    assert recorder.flush(10)
    assert recorder.sent == [("task", ("layer", "1")), ("task", ("layer", "2"))]


def test_more_than_it_can_hold_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CAPACITY", 3)
    monkeypatch.setattr(module, "GATHER_SECONDS", 0.5)
    recorder = Recorder()
    for n in range(100):
        recorder.put("task", str(n))
    assert recorder.flush(10)
    assert len(recorder.sent) <= 4


def test_a_broker_that_is_away_costs_the_caller_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise ConnectionRefusedError

    publisher = Publisher()
    monkeypatch.setattr(publisher, "_send", refuse)
    began = time.monotonic()
    for n in range(1000):
        publisher.put("task", str(n))
    assert time.monotonic() - began < 0.5
    assert publisher.flush(10)


@pytest.mark.filterwarnings("ignore:task_always_eager")
def test_eager_mode_changes_nothing(
    services: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message goes to RabbitMQ all the same: the request runs no task."""
    from config.celery import app
    from solr_sync import tasks

    ran: list[str] = []
    sent: list[str] = []
    monkeypatch.setattr(tasks.sync_document, "run", lambda *a: ran.append("here"))
    monkeypatch.setattr(
        app.amqp, "send_task_message", lambda producer, name, *a, **o: sent.append(name)
    )
    services.rabbitmq.start()
    services.rabbitmq.wait_ready(60)
    publisher = Publisher()
    app.conf.task_always_eager = True
    try:
        publisher.put(names.SYNC_DOCUMENT, "layer", "1")
        assert publisher.flush(10)
    finally:
        app.conf.task_always_eager = False
    assert (ran, sent) == ([], [names.SYNC_DOCUMENT])


def test_nobody_is_woken_within_the_block(settings: Any) -> None:
    woken: list[str] = []

    class Listener:
        def changed(self, document: Any, object_id: str) -> None:
            woken.append(object_id)

        def changed_many(self, document: Any) -> None: ...

    settings.SOLR_SYNC_SIGNAL_PROCESSOR = "tests.solr_sync.test_publisher.processor_of_the_test"
    globals()["processor_of_the_test"] = Listener
    document = registry["layer"]
    wake(document, "1")
    with without_waking():
        wake(document, "2")
    wake(document, "3")
    assert woken == ["1", "3"]
