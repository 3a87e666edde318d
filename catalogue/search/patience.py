"""How long all questions to Solr together may take that one page asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from solr_sync.exceptions import SolrUnavailable

# With a second for the database in Solr's place this keeps a page under three seconds.
SECONDS = 1.5
LEAST = 0.05

P = ParamSpec("P")
R = TypeVar("R")

_until: ContextVar[float | None] = ContextVar("solr_until", default=None)


@contextmanager
def patience(seconds: float = SECONDS) -> Iterator[None]:
    """Within it the time limits of all questions are cut to what is left."""
    token = _until.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


def hurried(view: Callable[P, R]) -> Callable[P, R]:
    """For views whose reader waits."""

    @wraps(view)
    def within_time(*args: P.args, **kwargs: P.kwargs) -> R:
        with patience():
            return view(*args, **kwargs)

    return within_time


def time_left(longest: float) -> float:
    """Raises SolrUnavailable if there is none."""
    until = _until.get()
    if until is None:
        return longest
    left = until - time.monotonic()
    if left < LEAST:
        raise SolrUnavailable("Solr took all the time that there was for this page")
    return min(longest, left)
