"""Celery workers as processes, held back until all their messages wait, and what became of them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from celery import Celery
from django.db import connection

from services import process
from tests.programs import Process, celery_beat, celery_worker


def log_folder() -> Path:
    folder = Path(os.environ["DATA_DIR"]) / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def running(*processes: Process) -> Iterator[None]:
    connection.close()
    for one in processes:
        one.start()
    try:
        for one in processes:
            if "worker" in one.command:
                one.wait_until_logged(" ready.")
        yield
    finally:
        for one in processes:
            one.stop()


def processes(**environment: str) -> list[Process]:
    """As supervisord starts them: two processes for live edits, one for bulk work, beat."""
    folder = log_folder()
    return [
        celery_worker(folder, "index.live", 2, **environment),
        celery_worker(folder, "index.bulk", 1, **environment),
        celery_beat(folder),
    ]


@contextmanager
def ours(**environment: str) -> Iterator[None]:
    with running(*processes(**environment)):
        yield


@contextmanager
def frozen(*processes: Process) -> Iterator[None]:
    """Within this block they do nothing; their messages wait."""
    pids = [pid for one in processes if one.child for pid in process.family(one.child.pid)]
    process.send(signal.SIGSTOP, pids)
    try:
        yield
    finally:
        process.send(signal.SIGCONT, pids)


def publish(app: Celery, task: str, arguments: Iterable[list[Any]], queue: str) -> None:
    """Without waiting for confirmations: it is not what is measured."""
    options = {"confirm_publish": False}
    with app.connection_for_write(transport_options=options) as link:
        sender = app.amqp.Producer(link)
        for each in arguments:
            app.send_task(task, args=each, producer=sender, queue=queue, retry=False)


def waiting(app: Celery, queue: str) -> int:
    with app.connection_for_read() as link:
        return int(link.default_channel.queue_declare(queue, passive=True).message_count)


def purge(app: Celery, queue: str) -> None:
    with app.connection_for_write() as link:
        link.default_channel.queue_purge(queue)


def until(condition: Any, *, seconds: float, every: float = 0.5) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
