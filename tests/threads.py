"""Doing several things in the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def at_once(*works: Callable[[], T]) -> list[T]:
    """What each returns, each in a thread with a connection to the database of its own."""
    meeting = threading.Barrier(len(works))

    def work(one: Callable[[], T]) -> T:
        meeting.wait(20)
        try:
            return one()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(work, works, timeout=120))
