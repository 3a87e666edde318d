"""Sends wake-ups to RabbitMQ from a thread of its own, so that no request ever waits for a broker.

A wake-up may be lost: the ledger has the truth, and the sweep finds what nobody was woken for.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections import OrderedDict
from contextvars import Context, copy_context
from typing import Any

from celery import current_app

logger = logging.getLogger(__name__)

CAPACITY = 10_000
# Wake-ups of one commit come within microseconds; those for one document become one task.
GATHER_SECONDS = 0.005
CONFIRM_SECONDS = 5
LONGEST_PAUSE = 5.0
EXIT_SECONDS = 2.0

Message = tuple[str, tuple[str, ...]]


class Publisher:
    """A bounded set of messages and the thread that sends them, started by the first message."""

    def __init__(self) -> None:
        self._start_anew()

    def _start_anew(self) -> None:
        self._pid = os.getpid()
        self._messages: OrderedDict[Message, Context] = OrderedDict()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._idle = True

    def put(self, task: str, *arguments: str) -> None:
        """Never blocks and never raises; drops the message when there are too many already."""
        if self._pid != os.getpid():
            self._start_anew()  # threads do not survive a fork
        with self._changed:
            if len(self._messages) < CAPACITY:
                # What listens to Celery's signals finds the context of the last save there.
                self._messages[(task, arguments)] = copy_context()
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="solr-sync", daemon=True)
                self._thread.start()
                atexit.register(self.flush, EXIT_SECONDS)
            self._idle = False
            self._changed.notify_all()

    def flush(self, seconds: float) -> bool:
        """Waits until all is sent, or the time is up; returns whether all is."""
        with self._changed:
            return self._changed.wait_for(lambda: self._idle and not self._messages, seconds)

    def _run(self) -> None:
        pause = 0.0
        while True:
            with self._changed:
                self._idle = not self._messages
                self._changed.notify_all()
                self._changed.wait_for(lambda: bool(self._messages))
                self._idle = False
            try:
                self._send_while_connected()
                pause = 0.0
            except Exception as error:  # noqa: BLE001 - whatever a broker does, the thread lives on
                pause = min(max(2 * pause, 0.5), LONGEST_PAUSE)
                with self._changed:
                    lost = len(self._messages)
                    self._messages.clear()
                logger.warning(
                    "RabbitMQ can't be told of changes (%s); the sweep will find them, %s at once",
                    str(error) or type(error).__name__,
                    lost + 1,
                )
                time.sleep(pause)

    def _send_while_connected(self) -> None:
        options = {
            **(current_app.conf.broker_transport_options or {}),
            "read_timeout": CONFIRM_SECONDS,
            "write_timeout": CONFIRM_SECONDS,
            "max_retries": 1,
        }
        with current_app.connection_for_write(transport_options=options) as connection:
            producer = current_app.amqp.Producer(connection, auto_declare=False)
            while True:
                time.sleep(GATHER_SECONDS)
                batch = self._take()
                for (task, arguments), context in batch:
                    context.run(self._send, producer, task, arguments)
                if not self._wait_for_more():
                    return

    def _take(self) -> list[tuple[Message, Context]]:
        with self._changed:
            batch = list(self._messages.items())
            self._messages.clear()
            return batch

    def _wait_for_more(self) -> bool:
        """Keeps the connection for a while, since edits come in bursts."""
        with self._changed:
            self._idle = not self._messages
            self._changed.notify_all()
            return self._changed.wait_for(lambda: bool(self._messages), 20)

    def _send(self, producer: Any, task: str, arguments: tuple[str, ...]) -> None:
        current_app.send_task(
            task,
            args=list(arguments),
            producer=producer,
            retry=False,
            confirm_timeout=CONFIRM_SECONDS,
        )


publisher = Publisher()
