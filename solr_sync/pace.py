"""How much a worker takes at once, and when bulk work waits: people who just saved come first."""

from __future__ import annotations

import time

from solr_sync import commits, ledger
from solr_sync.documents import SolrDocument
from solr_sync.models import Lane

BATCH = 500
# Beside people who save, batches are small: an edit may have to wait for the batch before it, and
# what makes it visible also writes all that was posted since the last time.
SMALL_BATCH = 100
LEAST_BATCH = 50
BATCH_SECONDS = 0.12
# So long after the last edit, or the last crowd of them, that was met.
BESIDE_EDITS = ledger.FRESH.total_seconds()
# So long a batch of bulk work waits for edits on their way: it goes on however many there are.
LONGEST_WAIT = 0.5
BRIEFLY = 0.03


class Pace:
    """The size of the next batch of one worker, and its pauses."""

    def __init__(self) -> None:
        self.size = BATCH
        self.last_took = 0.0
        self.edit_met_at: float | None = None
        self.crowd_met_at: float | None = None

    def meet_edit(self) -> None:
        """Somebody is saving beside this work."""
        if not self.is_beside_edits:
            self.size = min(self.size, SMALL_BATCH)
        self.edit_met_at = time.monotonic()

    def meet_crowd(self) -> None:
        """So many are saved at once that no person does it."""
        self.crowd_met_at = time.monotonic()

    @property
    def is_beside_edits(self) -> bool:
        return _is_recent(self.edit_met_at)

    @property
    def is_in_a_crowd(self) -> bool:
        return _is_recent(self.crowd_met_at)

    def note(self, sent: int, seconds: float) -> None:
        """Of a batch: a full one tells how many fit the time that an edit may wait for it."""
        self.last_took = seconds
        if not self.is_beside_edits:
            self.size = BATCH
        elif sent >= self.size:
            self.size = min(max(int(sent * BATCH_SECONDS / seconds), LEAST_BATCH), BATCH)

    def give_way(self, document: SolrDocument, lane: Lane) -> None:
        """Bulk work lets an edit, up to its commit, have Solr and the processors to itself.

        Beside people who save it rests for as long as it works.
        """
        if lane == Lane.LIVE:
            return
        began = time.monotonic()
        while time.monotonic() - began < LONGEST_WAIT:
            if ledger.is_edit_on_its_way(document) or commits.is_awaited(document):
                self.meet_edit()
            elif not self.is_beside_edits or time.monotonic() - began >= self.last_took:
                break
            time.sleep(BRIEFLY)


def _is_recent(moment: float | None) -> bool:
    return moment is not None and time.monotonic() - moment < BESIDE_EDITS
