"""A round of link checks: many hosts side by side, each of them asked one thing at a time, slowly.

Of each host a handful of links is held in memory, the rest lies in the table.
"""

from __future__ import annotations

import heapq
import random
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from queue import Empty, SimpleQueue

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from reports.link_check import Answer, check
from reports.models import Link

THREADS = 32
HELD = 10
WRITTEN_AT_ONCE = 100
FAILURES_UNTIL_DEAD = 3

AGAIN_WORKS = timedelta(days=7)
AGAIN_TROUBLE = (timedelta(hours=1), timedelta(days=1))
AGAIN_DEAD = timedelta(days=3)
AGAIN_SKIPPED = timedelta(days=30)
COLUMNS = [
    "state", "status", "reason", "ms", "etag", "last_modified", "failures", "checked_at",
    "dead_since", "due_at",
]  # fmt: skip


@dataclass
class Outcome:
    checked: int = 0
    newly_dead: list[int] = field(default_factory=list)


class Round:
    """Checks what is due until nothing is, the time is up, or it is told to stop."""

    def __init__(self, told: Callable[[int], None], must_stop: Callable[[], bool]) -> None:
        self.told, self.must_stop = told, must_stop
        self.outcome = Outcome()
        self._waiting: dict[str, deque[Link]] = {}
        self._last: dict[str, int] = {}
        self._ready: list[tuple[float, str]] = []  # when a host may be asked again
        self._written: list[Link] = []
        self._answers: SimpleQueue[Future[Answer]] = SimpleQueue()

    def run(self, seconds: float) -> Outcome:
        until = time.monotonic() + seconds
        for host in due().order_by().values_list("host", flat=True).distinct().iterator():
            heapq.heappush(self._ready, (0.0, host))
        running: dict[Future[Answer], Link] = {}
        with ThreadPoolExecutor(THREADS, thread_name_prefix="link-check") as pool:
            while (self._ready or running) and not self.must_stop():
                while self._may_begin(running) and time.monotonic() < until:
                    if link := self._next(heapq.heappop(self._ready)[1]):
                        answer = pool.submit(check, link.url, link.etag, link.last_modified)
                        running[answer] = link
                        answer.add_done_callback(self._answers.put)
                if not running and time.monotonic() >= until:
                    break
                self._gather(running)
        self._write()
        return self.outcome

    def _may_begin(self, running: dict[Future[Answer], Link]) -> bool:
        free = len(running) < THREADS
        return bool(free and self._ready and self._ready[0][0] <= time.monotonic())

    def _next(self, host: str) -> Link | None:
        held = self._waiting.setdefault(host, deque())
        if not held:
            rows = due().filter(host=host, pk__gt=self._last.get(host, 0)).order_by("pk")
            held.extend(rows[:HELD])
        if not held:
            del self._waiting[host]
            return None
        link = held.popleft()
        self._last[host] = link.pk
        return link

    def _gather(self, running: dict[Future[Answer], Link]) -> None:
        pause = max(self._ready[0][0] - time.monotonic(), 0) if self._ready else 1.0
        if not running:
            time.sleep(min(pause, 0.5))
            return
        limit = 0.5 if len(running) >= THREADS else min(pause, 0.5)
        try:
            future = self._answers.get(timeout=max(limit, 0.001))
        except Empty:
            return
        link, answer = running.pop(future), future.result()
        wanted = max(answer.pause, settings.LINK_CHECK_PAUSE)
        heapq.heappush(self._ready, (time.monotonic() + wanted, link.host))
        self._note(link, answer)

    def _note(self, link: Link, answer: Answer) -> None:
        was_dead = link.state == Link.State.DEAD
        apply(link, answer)
        if link.state == Link.State.DEAD and not was_dead:
            self.outcome.newly_dead.append(link.pk)
        self.outcome.checked += 1
        self._written.append(link)
        if len(self._written) >= WRITTEN_AT_ONCE:
            self._write()
        self.told(self.outcome.checked)

    def _write(self) -> None:
        # One row for each link; `bulk_update` would write a CASE for each column of each.
        Link.objects.bulk_create(
            self._written, update_conflicts=True, unique_fields=["pk"], update_fields=COLUMNS
        )
        self._written = []


def due() -> QuerySet[Link]:
    return Link.objects.filter(due_at__lte=Now())


def apply(link: Link, answer: Answer) -> None:
    """What the answer makes of the link. One that is gone is dead; one that fails, after three."""
    now = timezone.now()
    link.checked_at, link.status, link.ms = now, answer.status, answer.ms
    link.reason = answer.reason
    if answer.works is None:
        link.state, link.failures, link.dead_since = Link.State.SKIPPED, 0, None
        link.due_at = now + AGAIN_SKIPPED
        return
    if answer.works:
        link.state, link.failures, link.dead_since = Link.State.WORKS, 0, None
        link.etag = answer.etag or link.etag
        link.last_modified = answer.last_modified or link.last_modified
        # Not all at once again in a week
        link.due_at = now + AGAIN_WORKS * random.uniform(0.8, 1.2)  # noqa: S311
        return
    link.failures += 1
    if answer.gone or link.failures >= FAILURES_UNTIL_DEAD:
        link.state, link.dead_since = Link.State.DEAD, link.dead_since or now
        link.due_at = now + AGAIN_DEAD
    else:
        link.state = Link.State.TROUBLE
        link.due_at = now + AGAIN_TROUBLE[link.failures - 1]
