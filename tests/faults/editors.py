"""Editors at work, in several threads, and a record of what they did and met."""

from __future__ import annotations

import random
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import InterfaceError, OperationalError, connection
from django.db.backends.signals import connection_created
from django.db.utils import DatabaseError, IntegrityError

from layers import services
from tests.faults import held
from tests.faults.changes import Editor, RolledBack

SLOW = 1.0  # seconds
LOOK_EVERY, LOOK_AFTER = 0.1, 0.2


@dataclass
class Record:
    """What the editors did and what they met."""

    changes: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    errors_database_down: list[str] = field(default_factory=list)
    deadlocks: int = 0
    refused: int = 0  # two people at once: in order, nothing half done
    slowest: float = 0.0
    slowest_what: str = ""
    # Of one edit: for a server, for a lock, or for the interpreter that the editors share, and not
    # for a processor that others use too.
    longest_wait: float = 0.0
    slow: int = 0
    seen_slow: list[str] = field(default_factory=list)  # where each was when it became slow
    # Of one edit, at most: in calls of Solr or RabbitMQ, or while a worker had the lock it needed.
    longest_held: float = 0.0
    held_what: str = ""

    @property
    def count(self) -> int:
        return sum(self.changes.values())


@dataclass
class Edit:
    """One at work."""

    name: str
    began: float
    held: float = 0.0
    told: bool = False


class Editors:
    """People, programs and scripts that change layers until they are told to stop."""

    def __init__(self, seed: int, *, threads: int = 3, pause: float = 0.02) -> None:
        self.seed, self.pause = seed, pause
        self.record = Record()
        self.stopping = threading.Event()
        self.during = ""
        self._edits: dict[int, Edit] = {}  # by thread
        self._watcher = threading.Thread(target=self._watch, name="watcher")
        self.database_down = threading.Event()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._work, args=(number,), name=f"editor-{number}")
            for number in range(threads)
        ]

    def start(self) -> None:
        connection.close()
        connection_created.connect(held.give_name)
        for thread in (*self._threads, self._watcher):
            thread.start()

    def stop(self) -> None:
        self.stopping.set()
        for thread in (*self._threads, self._watcher):
            thread.join(60)
            assert not thread.is_alive(), f"{thread.name} does not end:\n{_where(thread.ident)}"
        connection_created.disconnect(held.give_name)

    @contextmanager
    def working(self) -> Iterator[Record]:
        self.start()
        try:
            yield self.record
        finally:
            self.stop()

    @contextmanager
    def expecting_a_dead_database(self) -> Iterator[None]:
        """What fails from now on until a moment after the block, fails for that reason."""
        self.database_down.set()
        try:
            yield
        finally:
            time.sleep(2)
            self.database_down.clear()

    def _work(self, number: int) -> None:
        try:
            editor = Editor(random.Random(self.seed * 1000 + number), number)
            while not self.stopping.wait(self.pause):
                self._once(editor)
        finally:
            connection.close()

    def _once(self, editor: Editor) -> None:
        name = "choosing"
        connection.close_if_unusable_or_obsolete()
        down = self.database_down.is_set()
        began, busy = time.monotonic(), busy_seconds()
        try:
            change = editor.choose()
            name = change.__name__.removeprefix("_do_")
            began, busy = time.monotonic(), busy_seconds()
            self._edits[threading.get_ident()] = Edit(name, began)
            change()
        except (RolledBack, IntegrityError, ObjectDoesNotExist, services.EditConflict) as error:
            self.record.refused += not isinstance(error, RolledBack)
        except Exception as error:  # noqa: BLE001 - that is what is counted
            if "Failed to insert expression" in str(error):
                return  # the admin saves what somebody else has just deleted
            self._note_error(name, error, down)
            return
        finally:
            self._edits.pop(threading.get_ident(), None)
        took = time.monotonic() - began - editor.waited
        waited = took - (busy_seconds() - busy)
        with self._lock:
            self.record.changes[name] += 1
            if down or self.database_down.is_set():
                return
            self.record.longest_wait = max(self.record.longest_wait, waited)
            self.record.slow += took > SLOW
            if took > self.record.slowest:
                self.record.slowest, self.record.slowest_what = took, name

    def _watch(self) -> None:
        """Where edits are that take long, and whether what may die holds them up."""
        looked = time.monotonic()
        while not self.stopping.wait(LOOK_EVERY):
            before, looked = looked, time.monotonic()
            at_work = list(self._edits.items())
            late = {t: edit for t, edit in at_work if looked - edit.began > LOOK_AFTER}
            behind = bool(late) and self._a_worker_has_the_lock()
            for thread, edit in late.items():
                if held.calls_a_server(thread) or (behind and held.is_in_a_statement(thread)):
                    edit.held += looked - max(before, edit.began)
                self._note_late(thread, edit, looked)
        connection.close()

    def _note_late(self, thread: int, edit: Edit, now: float) -> None:
        during = self.during or "no fault"
        if edit.held > self.record.longest_held and not self.database_down.is_set():
            self.record.longest_held = edit.held
            self.record.held_what = f"{edit.name}, during {during}"
        if now - edit.began > SLOW and not edit.told:
            edit.told = True
            self.record.seen_slow.append(f"{edit.name}, during {during}:\n{_where(thread, 3)}")

    def _a_worker_has_the_lock(self) -> bool:
        try:
            return held.a_worker_has_the_lock()
        except DatabaseError:
            connection.close()
            return False

    def _note_error(self, name: str, error: Exception, down: bool) -> None:
        text = f"{name}: {type(error).__name__}: {error}"
        down = down or self.database_down.is_set()
        # Where rows are read in parts the driver's own errors come through.
        driver: Any = connection.Database  # type: ignore[attr-defined]
        kinds = (OperationalError, InterfaceError, DatabaseError, driver.Error)
        of_database = isinstance(error, kinds)
        with self._lock:
            if "deadlock" in str(error):
                self.record.deadlocks += 1
            elif down and (of_database or "Server error" in text):
                self.record.errors_database_down.append(text)
            else:
                self.record.errors.append(text + "\n" + traceback.format_exc()[-1500:])
        connection.close()


def busy_seconds() -> float:
    """How long this thread has had a processor or has waited for one (Linux)."""
    on, waiting, _times = Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()
    return (int(on) + int(waiting)) / 1e9


def _where(thread: int | None, depth: int = 12) -> str:
    frame = sys._current_frames().get(thread or 0)
    return "".join(traceback.format_stack(frame)[-depth:]) if frame else ""
