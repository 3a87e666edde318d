"""What a worker does: claim due rows, read and build, post once, confirm, and go on.

One function does it for a single save and for a backlog; it is called by the tasks, and in the
process itself where there is no Celery.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError, connections

from solr_sync import commits, ledger, outages, refusals, solr, targets
from solr_sync.commits import Haste
from solr_sync.documents import SolrDocument
from solr_sync.exceptions import DocumentRejected, SolrUnavailable
from solr_sync.ledger import Claim
from solr_sync.models import Lane
from solr_sync.outgoing import Outgoing, outgoing_of
from solr_sync.pace import BRIEFLY, Pace
from solr_sync.solr import Posted

logger = logging.getLogger(__name__)

# Of a backlog those that came last are looked at first, in case somebody waits for them. More than
# come during a batch: what is passed over once grows old behind those that come later.
NEWEST_BATCH = 100
TOLD_TOGETHER = 25


@dataclass
class Report:
    """What became of the documents of one run."""

    taken: int = 0
    unchanged: int = 0
    parked: int = 0
    outcome: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.taken + self.unchanged + self.parked


class Run:
    """One worker at work on one document type. Any number may run side by side."""

    def __init__(
        self, document: SolrDocument, *, task_id: str = "", lane: Lane = Lane.LIVE
    ) -> None:
        self.document = document
        self.task_id = task_id
        self.lane = lane
        self.lease = str(uuid.uuid4())
        self.targets = targets.of(document)
        self.crowded = self.newest_were_sent = False
        self.pace = Pace()
        self.report = Report()
        self.unseen: list[int] = []
        self.uncommitted = False
        self.owed = Haste.BULK  # the greatest of what was posted since the last commit

    @property
    def client(self) -> solr.SolrClient:
        return self.targets.live

    def until_nothing_is_due(self, *, seconds: float, first: str | None = None) -> Report:
        """Works off what is due, `first` with the first batch, until done or the time is up.

        Raises SolrUnavailable once Solr is; the rows then know when to be tried again.
        """
        deadline = time.monotonic() + seconds
        batch = self.claim(first)
        while True:
            if batch:
                began = time.monotonic()
                self.send(batch)
                self.pace.note(len(batch), time.monotonic() - began)
            elif not self.uncommitted or self.show():
                break
            else:
                time.sleep(BRIEFLY)
            if time.monotonic() > deadline:
                # Whoever comes next may find nothing left to post. Of a backlog there is more.
                if self.uncommitted and (self.owed > Haste.BULK or not self.crowded):
                    self.show()
                break
            self.pace.give_way(self.document, self.lane)
            batch = self.claim()
        return self.report

    def claim(self, first: str | None = None) -> list[Claim]:
        """What to send next. Fresh edits don't queue behind a backlog: they take turns with it."""
        own = self._claim(1, [first]) if first is not None else []
        if self.crowded and not self.newest_were_sent:
            own = self._claim(NEWEST_BATCH, newest=True)
            if any(claim.urgent for claim in own):
                if len(own) < NEWEST_BATCH:
                    self.newest_were_sent = True
                    self.pace.meet_edit()
                    return own
                # As many as that are no person's, but a program's that saves one by one: they go
                # with the others.
                self.pace.meet_crowd()
        self.newest_were_sent = False
        size = self.pace.size
        claims = own + self._claim(max(size - len(own), 0))
        self.crowded = len(claims) >= size
        # A row that is saved between the two is claimed by both: the second knows its version, and
        # a confirmation of the first would leave it waiting for the end of its lease.
        return list({claim.id: claim for claim in claims}.values())

    def _claim(
        self, limit: int, object_ids: Sequence[str] | None = None, *, newest: bool = False
    ) -> list[Claim]:
        return ledger.claim(
            self.document,
            lease=self.lease,
            task_id=self.task_id,
            limit=limit,
            # Whoever was woken for one document takes it whatever its lane.
            lane=Lane.BULK if object_ids else self.lane,
            object_ids=object_ids,
            newest=newest,
        )

    def send(self, claims: list[Claim]) -> None:
        trying = self._ask_for_admission(claims)
        try:
            outgoing = list(self._build(claims))
            if outgoing or trying:
                solr.require_healthy()
            if outgoing:
                self.targets = targets.of(self.document)
                self._post(outgoing)
            if (outgoing or trying) and outages.end(self.document):
                self.recovered([claim.object_id for claim in claims])
        except SolrUnavailable as error:
            wait = outages.begin(self.document, str(error))
            ledger.postpone(self.document, claims, lease=self.lease, reason=str(error), wait=wait)
            raise
        except BaseException:
            self._release(claims)
            raise

    def _release(self, claims: list[Claim]) -> None:
        """Gives them back at once, over a new connection if the database cut the old one."""
        connection = connections[self.document.using]
        try:
            ledger.release(self.document, claims, lease=self.lease)
        except (OperationalError, InterfaceError):
            connection.close()
            try:
                ledger.release(self.document, claims, lease=self.lease)
            except (OperationalError, InterfaceError) as error:
                logger.warning("The lease of %s rows has to run out: %s", len(claims), error)

    def _ask_for_admission(self, claims: list[Claim]) -> bool:
        """Whether this is the try of an outage. Raises BreakerOpen if it has to wait."""
        try:
            return outages.admit(self.document)
        except SolrUnavailable as error:
            wait = outages.until_next_try(self.document)
            ledger.postpone(self.document, claims, lease=self.lease, reason=str(error), wait=wait)
            raise

    def recovered(self, object_ids: Sequence[str]) -> None:
        """Called once after an outage, with what was sent first; tasks tell of each that waited."""

    def _build(self, claims: list[Claim]) -> Iterator[Outgoing]:
        """The documents to send; what is unchanged is confirmed, what can't be sent is parked."""
        built = dict(self.document.build([claim.object_id for claim in claims]))
        unchanged = []
        for claim in claims:
            try:
                outgoing = outgoing_of(claim, built.get(claim.object_id), self.client)
            except DocumentRejected as error:
                self._park(claim, str(error))
                continue
            same = claim.is_tombstone == outgoing.tombstone and claim.content_hash == outgoing.hash
            if claim.settled and same:
                unchanged.append(outgoing)
                self.report.outcome[claim.object_id] = "unchanged in Solr"
            else:
                yield outgoing
        self.report.unchanged += len(unchanged)
        confirmations = [o.confirmation(o.claim.sent_version) for o in unchanged]
        ledger.confirm(self.document, confirmations, lease=self.lease, visible=True)

    def _post(self, outgoing: list[Outgoing]) -> None:
        haste = self._haste(outgoing)
        hurried = haste == Haste.EDIT
        self.owed = max(self.owed, haste)
        ticket = commits.ask(self.document, self.owed)
        began = time.monotonic()
        try:
            self._post_batch(outgoing, committing=ticket is not None)
        except DocumentRejected:
            self._isolate(outgoing)
            ticket = None
        if ticket:
            self._committed(ticket, began)
            return
        if hurried or not self.uncommitted:
            commits.note_uncommitted(self.document, awaited=hurried)
        self.uncommitted = True
        if hurried:
            self.unseen += [o.claim.id for o in outgoing]

    def _haste(self, outgoing: list[Outgoing]) -> Haste:
        """A backlog has waited, and costs less if it does."""
        if any(o.claim.urgent for o in outgoing):
            of_a_crowd = self.pace.is_in_a_crowd and not self.newest_were_sent
            return Haste.CROWD if of_a_crowd else Haste.EDIT
        is_small = self.lane == Lane.LIVE and not self.crowded
        return Haste.EDIT if is_small else Haste.BULK

    def _post_batch(self, outgoing: Sequence[Outgoing], *, committing: bool = False) -> None:
        parameters = {"commit": "true", "softCommit": "true"} if committing else {}
        documents = [o.fields for o in outgoing]
        if self.targets.several:
            documents = targets.cut(self.client, documents)
        posted = self.client.post_documents(documents, **parameters)
        targets.post_to_followers(self.document, self.targets, [o.fields for o in outgoing])
        dropped = [o for o in outgoing if o.claim.object_id not in posted.accepted]
        taken = [o for o in outgoing if o.claim.object_id in posted.accepted]
        confirmations = [o.confirmation(o.claim.version) for o in taken]
        if dropped:
            confirmations += refusals.explain(self.document, self.client, dropped)
        ledger.confirm(self.document, confirmations, lease=self.lease, visible=committing)
        self.report.taken += len(outgoing)
        for o in outgoing:
            outcome = "removed from Solr" if o.tombstone else "taken by Solr"
            self.report.outcome[o.claim.object_id] = outcome
        _tell(outgoing, posted)

    def _isolate(self, outgoing: list[Outgoing]) -> None:
        """Parks what Solr refuses of a refused batch, and sends the rest."""
        refused = refusals.refused(self.client, [o.fields for o in outgoing])
        if rest := [o for o in outgoing if o.claim.object_id not in refused]:
            self._post_batch(rest)
        for o in outgoing:
            if reason := refused.get(o.claim.object_id):
                self._park(o.claim, reason)

    def _park(self, claim: Claim, reason: str) -> None:
        ledger.park(self.document, claim, reason, lease=self.lease)
        self.report.parked += 1
        self.report.outcome[claim.object_id] = f"is parked: {reason}"
        logger.error("%s %s is parked: %s", self.document.document_type, claim.object_id, reason)

    def show(self) -> bool:
        """Commits what was posted, if it is time for it. Returns whether it did."""
        ticket = commits.ask(self.document)
        if ticket is None:
            return False
        began = time.monotonic()
        try:
            self.client.commit_softly()
        except SolrUnavailable as error:
            outages.begin(self.document, str(error))
            raise
        self._committed(ticket, began)
        return True

    def _committed(self, ticket: commits.Ticket, began: float) -> None:
        commits.done(self.document, ticket, round((time.monotonic() - began) * 1000))
        if self.unseen:
            ledger.mark_visible(self.document, self.unseen, through=ticket.began_at)
        self.unseen, self.uncommitted, self.owed = [], False, Haste.BULK


def _tell(outgoing: Sequence[Outgoing], posted: Posted) -> None:
    """A line for each document, or in a backlog for some of them: lines cost as much as posting."""
    of_a_line = 1 if len(outgoing) <= TOLD_TOGETHER else TOLD_TOGETHER
    for start in range(0, len(outgoing), of_a_line):
        told = outgoing[start : start + of_a_line]
        logger.info(
            "%s taken by Solr (status %s, %s ms)",
            ", ".join([f"{o.name}: version {o.claim.version}" for o in told]),
            *(posted.status, posted.qtime_ms),
        )
    for o in outgoing if logger.isEnabledFor(logging.DEBUG) else ():
        logger.debug("%s: %s", o.name, o.fields)
