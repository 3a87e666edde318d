"""Filling a new collection beside the live one, and moving the alias without a gap.

From its start every live change goes to both. The new one is filled by ranges of ledger rows, with
the versions that the live one has; what changes meanwhile the version gate sorts out. It is
verified by id, version and content hash before the alias moves. The old one goes on being written
to, so that the way back stays open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from queue import SimpleQueue

from django.db import IntegrityError, connections, transaction
from django.db.models import F, Max, Min, QuerySet
from django.db.models.functions import Now

from solr_sync import collections, content, ledger, targets
from solr_sync.audit import Audit
from solr_sync.documents import SolrDocument
from solr_sync.exceptions import DocumentRejected, SolrUnavailable, SyncError
from solr_sync.models import LedgerEntry, Rebuild, RebuildRange, Role, Target
from solr_sync.registry import registry
from solr_sync.solr import SolrClient, client_for

RANGE = 20_000
BATCH = 1_000
FILLERS = 2
# A rebuild without a sign of life for so long has died, and can be resumed.
DEAD_AFTER = timedelta(seconds=30)
VERIFICATIONS = 10
PATIENCE = 600.0


class RebuildRefused(SyncError):
    """Another rebuild is under way, or there is nothing to go back to."""


class RebuildFailed(SyncError):
    """The new collection does not hold what it should; the alias was not moved."""


@dataclass(frozen=True)
class Progress:
    """How far a rebuild is; rate in documents a second since this process took it on."""

    phase: str
    done: int
    total: int
    rate: float

    @property
    def seconds_left(self) -> float | None:
        return (self.total - self.done) / self.rate if self.rate else None


Listener = Callable[[Progress], None]


def rebuild(alias: str, *, report: Listener) -> Rebuild:
    """Runs a rebuild to its end, or takes up one that died. Searchers never see half an index.

    Raises RebuildRefused, RebuildFailed, SolrUnavailable; after the last it can be resumed.
    """
    documents = _documents(alias)
    job = _take_up(alias, documents) or _begin(alias, documents)
    _fill(job, documents, report)
    _verify(job, documents, report)
    _take_over(job, documents[0].using)
    return job


def _documents(alias: str) -> list[SolrDocument]:
    return [document for document in registry if document.collection == alias]


def _take_up(alias: str, documents: list[SolrDocument]) -> Rebuild | None:
    """A rebuild that died, if there is one; at most one process gets it."""
    jobs = Rebuild.objects.using(documents[0].using).filter(alias=alias, ended_at=None)
    job = jobs.first()
    if job is None:
        return None
    if not jobs.filter(heartbeat_at__lt=Now() - DEAD_AFTER).update(heartbeat_at=Now()):
        raise RebuildRefused(f"A rebuild of {alias} is under way, into {job.target}.")
    return job


def _begin(alias: str, documents: list[SolrDocument]) -> Rebuild:
    using = documents[0].using
    if Target.objects.using(using).filter(alias=alias, role=Role.STANDBY).exists():
        raise RebuildRefused(
            f"An old collection of {alias} is kept for the way back: "
            "drop it first, by solr_rebuild --drop-old."
        )
    old = collections.standing(alias).collection
    name = collections.create_next(alias)
    now = Now()  # the database's clock: those of two machines may differ
    try:
        with transaction.atomic(using=using):
            Target.objects.using(using).update_or_create(
                name=old, defaults={"alias": alias, "role": Role.LIVE}
            )
            Target.objects.using(using).create(name=name, alias=alias, role=Role.FILLING)
            job = Rebuild.objects.using(using).create(
                alias=alias, target=name, began_at=now, heartbeat_at=now
            )
    except IntegrityError as error:
        raise RebuildRefused(f"A rebuild of {alias} has just begun.") from error
    _divide(job, documents)
    return job


def _divide(job: Rebuild, documents: list[SolrDocument]) -> None:
    rows = _rows(documents)
    ends = rows.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is not None:
        RebuildRange.objects.using(documents[0].using).bulk_create(
            RebuildRange(rebuild=job, cursor=first - 1, last=min(first + RANGE - 1, ends["last"]))
            for first in range(ends["first"], ends["last"] + 1, RANGE)
        )
    job.total = rows.count()
    job.save(update_fields=["total"])


def _rows(documents: list[SolrDocument]) -> QuerySet[LedgerEntry]:
    types = [document.document_type for document in documents]
    return LedgerEntry.objects.using(documents[0].using).filter(document_type__in=types)


def _fill(job: Rebuild, documents: list[SolrDocument], report: Listener) -> None:
    client = client_for(job.target)
    began, before = time.monotonic(), job.done
    waiting = job.ranges.filter(cursor__lt=F("last"))
    with ThreadPoolExecutor(FILLERS) as pool:
        for sent in _each(pool, lambda r: _fill_range(r, documents, client), list(waiting)):
            job.done += sent
            job.save(update_fields=["done"])
            Rebuild.objects.using(documents[0].using).filter(pk=job.pk).update(heartbeat_at=Now())
            rate = (job.done - before) / max(time.monotonic() - began, 0.001)
            report(Progress("filling", job.done, job.total, rate))


def _each(
    pool: Executor, work: Callable[[RebuildRange], Iterator[int]], ranges: Iterable[RebuildRange]
) -> Iterator[int]:
    """The counts of all ranges, as their batches are done in several threads."""
    counts: SimpleQueue[int | None] = SimpleQueue()

    def run(part: RebuildRange) -> None:
        try:
            for count in work(part):
                counts.put(count)
        finally:
            connections.close_all()
            counts.put(None)

    futures = [pool.submit(run, part) for part in ranges]
    open_ranges = len(futures)
    while open_ranges:
        count = counts.get()
        if count is None:
            open_ranges -= 1
        else:
            yield count
    for future in futures:
        future.result()


def _fill_range(
    part: RebuildRange, documents: list[SolrDocument], client: SolrClient
) -> Iterator[int]:
    """Sends the rows of a range, batch by batch; the cursor makes it resumable."""
    using = documents[0].using
    while part.cursor < part.last:
        rows = list(
            _rows(documents).filter(pk__gt=part.cursor, pk__lte=part.last).order_by("pk")[:BATCH]
        )
        for document in documents:
            send_rows(
                document, [r for r in rows if r.document_type == document.document_type], client
            )
        part.cursor = rows[-1].pk if len(rows) == BATCH else part.last
        RebuildRange.objects.using(using).filter(pk=part.pk).update(cursor=part.cursor)
        yield len(rows)


def send_rows(document: SolrDocument, rows: list[LedgerEntry], client: SolrClient) -> None:
    """Sends to one collection what the live one has of these rows.

    A row that is on its way to the live one goes to both from there; one whose content is not what
    was confirmed is sent again that way.
    """
    settled = [row for row in rows if not row.pending and not row.lease]
    built = dict(document.build([row.object_id for row in settled if not row.is_tombstone]))
    outgoing, differing = [], []
    for row in settled:
        fields = built.get(row.object_id)
        if row.is_tombstone:
            outgoing.append(content.tombstone(row.object_id, row.sent_version))
        elif isinstance(fields, dict) and content.content_hash(fields) == row.content_hash:
            outgoing.append(content.live(row.object_id, row.sent_version, fields, row.content_hash))
        else:
            differing.append(row.pk)
    if differing:
        ledger.send_again(ledger.entries(document).filter(pk__in=differing))
    _post(client, targets.cut(client, outgoing))


def _post(client: SolrClient, documents: list[dict[str, object]]) -> None:
    try:
        if documents:
            client.post_documents(documents)
    except DocumentRejected:
        if len(documents) == 1:
            return  # the verification names it
        middle = len(documents) // 2
        _post(client, documents[:middle])
        _post(client, documents[middle:])


def _verify(job: Rebuild, documents: list[SolrDocument], report: Listener) -> None:
    """Compares by bucket sums, then by id, and mends what differs, until nothing does."""
    client = client_for(job.target)
    deadline = time.monotonic() + PATIENCE
    for _ in range(VERIFICATIONS):
        report(Progress("verifying", job.done, job.total, 0.0))
        _wait_for_the_rest(job, documents, deadline)
        differing = differences(job.alias, job.target)
        if not differing:
            return
        for document in documents:
            send_rows(
                document, list(ledger.entries(document).filter(object_id__in=differing)), client
            )
    reason = f"{len(differing)} documents differ in {job.target}, for example {min(differing)}"
    Rebuild.objects.filter(pk=job.pk).update(outcome=reason)
    raise RebuildFailed(reason)


def _wait_for_the_rest(job: Rebuild, documents: list[SolrDocument], deadline: float) -> None:
    """Rows that the fill left to the workers go to both collections; give them time."""
    while any(ledger.entries(d).filter(due_at__isnull=False, error="").exists() for d in documents):
        if time.monotonic() > deadline:
            return
        Rebuild.objects.filter(pk=job.pk).update(heartbeat_at=Now())
        time.sleep(0.2)


def differences(alias: str, target: str) -> set[str]:
    """Ids in which a collection differs from what the ledger says of the live one."""
    client_for(target).commit_softly()
    return Audit(alias, target).look().ids


def _take_over(job: Rebuild, using: str) -> None:
    _move_alias(job.alias, job.target, using)
    Rebuild.objects.using(using).filter(pk=job.pk).update(ended_at=Now(), outcome="took over")
    job.ranges.all().delete()


def _move_alias(alias: str, to: str, using: str) -> None:
    """The alias first: whatever the roles say, both collections get every change."""
    collections.point(alias, to)
    with transaction.atomic(using=using):
        rows = Target.objects.using(using).filter(alias=alias)
        rows.filter(role=Role.LIVE).exclude(name=to).update(role=Role.STANDBY)
        rows.filter(name=to).update(role=Role.LIVE, misses=0, error="")


def go_back(alias: str) -> str:
    """Moves the alias back to the old collection. Raises RebuildRefused if that one differs."""
    using = _documents(alias)[0].using
    old = _standby(alias, using)
    if differing := differences(alias, old):
        raise RebuildRefused(
            f"{old} differs from {alias} in {len(differing)} documents: rebuild instead."
        )
    _move_alias(alias, old, using)
    return old


def drop_old(alias: str) -> str:
    """Deletes the collection that was kept for the way back."""
    using = _documents(alias)[0].using
    old = _standby(alias, using)
    Target.objects.using(using).filter(name=old).delete()
    collections.delete(old)
    return old


def _standby(alias: str, using: str) -> str:
    found = Target.objects.using(using).filter(alias=alias, role=Role.STANDBY).first()
    if found is None:
        raise RebuildRefused(f"No old collection of {alias} is kept.")
    return found.name


def abandon(alias: str) -> str:
    """Ends a rebuild that can't succeed, and deletes what it filled."""
    using = _documents(alias)[0].using
    job = Rebuild.objects.using(using).filter(alias=alias, ended_at=None).first()
    if job is None:
        raise RebuildRefused(f"No rebuild of {alias} is under way.")
    Target.objects.using(using).filter(name=job.target).delete()
    Rebuild.objects.using(using).filter(pk=job.pk).update(ended_at=Now(), outcome="abandoned")
    try:
        collections.delete(job.target)
    except SolrUnavailable:
        raise
    except SyncError:
        return job.target  # it was never made
    return job.target
