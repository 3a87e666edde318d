"""Nobody waits for a Solr that is known to be away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from solr_sync.exceptions import SolrUnavailable, SyncError

PAUSE_SECONDS = 5.0


class Breaker:
    """After a failed connection, questions of this process fail at once for a while.

    Then one of them tries; the others go on failing at once until it has an answer.
    """

    def __init__(self, pause: float = PAUSE_SECONDS) -> None:
        self.pause = pause
        self.open_until = 0.0
        self.reason = ""

    @contextmanager
    def guard(self) -> Iterator[None]:
        if time.monotonic() < self.open_until:
            raise SolrUnavailable(self.reason)
        if self.open_until:
            self.open_until = time.monotonic() + self.pause
        try:
            yield
            self.reset()
        except SolrUnavailable as error:
            # An answer, even a bad one, may be the fault of this one question.
            if isinstance(error.__cause__, requests.RequestException):
                self.reason, self.open_until = str(error), time.monotonic() + self.pause
            else:
                self.reset()
            raise
        except SyncError:
            self.reset()  # Solr refuses this question, and so is there
            raise

    def reset(self) -> None:
        self.open_until = 0.0
