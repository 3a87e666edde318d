"""Who holds up an edit: a server that it calls, or a worker whose lock it waits for."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from django.db import connection

PATIENCE = 1.0  # seconds; what dies holds no edit up for longer
EDITORS = "editors"  # PostgreSQL's name for the connections of this process
CLIENTS = ("/amqp/", "/kombu/", "/urllib3/")
DATABASE = "/django/db/backends/"
# Workers, beat and web processes give their connections no name; tools of PostgreSQL do.
BEHIND_A_WORKER = """
    SELECT count(*) FROM pg_stat_activity waiting
    JOIN pg_stat_activity holder ON holder.pid = ANY (pg_blocking_pids(waiting.pid))
    WHERE waiting.application_name = %s AND holder.application_name = ''
        AND holder.backend_type = 'client backend'
"""
# The byte of the file beside a database that its one writer locks (SQLite's "WAL-Index Format").
WRITE_LOCK = 120


def give_name(sender: Any, connection: Any, **_: Any) -> None:
    """Receives `connection_created`."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', %s, false)", [EDITORS])


def calls_a_server(thread: int) -> bool:
    """Whether it is in a call of RabbitMQ or Solr."""
    return any(
        client in frame.f_code.co_filename for frame in _frames(thread) for client in CLIENTS
    )


def is_in_a_statement(thread: int) -> bool:
    innermost = next(_frames(thread), None)
    return innermost is not None and DATABASE in innermost.f_code.co_filename


def _frames(thread: int) -> Iterator[FrameType]:
    frame = sys._current_frames().get(thread)
    while frame:
        yield frame
        frame = frame.f_back


def a_worker_has_the_lock() -> bool:
    """PostgreSQL: one that some editor waits for. SQLite: that of the one writer."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(BEHIND_A_WORKER, [EDITORS])
            return bool(cursor.fetchone()[0])
    holders = _writers(Path(f"{connection.settings_dict['NAME']}-shm"))
    return any(pid != os.getpid() for pid in holders)


def _writers(index: Path) -> Iterator[int]:
    """Processes that hold the lock for writing (proc_locks(5))."""
    try:
        inode = index.stat().st_ino
    except FileNotFoundError:
        return
    for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
        _number, _posix, _advisory, kind, pid, file, first, last = line.replace("-> ", "").split()
        covers = last != "EOF" and int(first) <= WRITE_LOCK <= int(last)
        if covers and kind == "WRITE" and int(file.split(":")[2]) == inode:
            yield int(pid)
