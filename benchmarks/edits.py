"""Documents that change while others are looked for: ten a second, visible at once."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from benchmarks.copies import Copy, document_of
from benchmarks.server import COLLECTION
from solr_sync.solr import SolrClient

EACH_SECOND = 10


class Edits(threading.Thread):
    """Runs until the block ends."""

    def __init__(self, copies: Sequence[Copy]) -> None:
        super().__init__(daemon=True)
        self.copies, self.ended = copies, threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.ended.set()
        self.join()

    def run(self) -> None:
        client = SolrClient(COLLECTION)
        while not self.ended.wait(1):
            chosen = random.sample(self.copies, EACH_SECOND)
            version = {"sync_version": time.time_ns()}
            client.post_documents([document_of(copy) | version for copy in chosen])
            client.commit_softly()
