"""Page views on their way into the database: gathered in memory, written in batches by a thread.

A request adds to a list and goes on. The list is bounded: where the database can't keep up, views
are dropped and counted rather than kept. A process that is told to stop writes what it has.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from layers.models import Layer
from reports.models import EmptySearch, PageView

logger = logging.getLogger(__name__)

CAPACITY = 20_000
BATCH = 500
SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class View:
    at: datetime
    url: str
    slug: str  # of the layer whose page it was
    status: int
    ms: int


@dataclass(frozen=True, slots=True)
class NothingFound:
    at: datetime
    words: str


class Recorder:
    """One of a process; its thread begins with the first view."""

    def __init__(self) -> None:
        self._start_anew()

    def _start_anew(self) -> None:
        self._pid = os.getpid()
        self._waiting: deque[View | NothingFound] = deque()
        self._writing = threading.Lock()
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None
        self.dropped = 0

    def put(self, seen: View | NothingFound) -> None:
        """Never waits and never raises."""
        if self._pid != os.getpid():
            self._start_anew()  # threads do not survive a fork
        if len(self._waiting) >= CAPACITY:
            self.dropped += 1
            return
        self._waiting.append(seen)
        if self._thread is None:
            self._begin()
        elif len(self._waiting) >= BATCH:
            self._wanted.set()

    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._run, name="page-views", daemon=True)
        self._thread.start()
        atexit.register(self.flush)

    def _run(self) -> None:
        while True:
            self._wanted.wait(SECONDS)
            self._wanted.clear()
            self.flush()

    def flush(self) -> None:
        """Writes all that waits, in the thread of the caller."""
        if self._pid != os.getpid() or not self._waiting:
            return
        with self._writing:
            close_old_connections()
            try:
                while self._waiting:
                    self._write_batch()
            except DatabaseError as error:
                logger.warning("Page views wait for the database: %s", error)
            finally:
                close_old_connections()
        if self.dropped:
            logger.warning("%s page views were dropped", self.dropped)
            self.dropped = 0

    def _write_batch(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
        try:
            write(batch)
        except DatabaseError:
            self._waiting.extendleft(reversed(batch))
            raise


def write(batch: list[View | NothingFound]) -> None:
    views = [seen for seen in batch if isinstance(seen, View)]
    ids = dict(
        Layer.objects.filter(slug__in={view.slug for view in views if view.slug})
        .order_by()
        .values_list("slug", "pk")
    )
    PageView.objects.bulk_create(
        PageView(
            day=timezone.localdate(view.at),
            at=view.at,
            url=view.url[:300],
            layer=ids.get(view.slug),
            status=view.status,
            ms=view.ms,
        )
        for view in views
    )
    EmptySearch.objects.bulk_create(
        EmptySearch(day=timezone.localdate(seen.at), words=seen.words)
        for seen in batch
        if isinstance(seen, NothingFound)
    )


recorder = Recorder()
