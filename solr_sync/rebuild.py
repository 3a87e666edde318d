"""Filling a new collection beside the live one, and moving the alias without a gap.

From its start every live change goes to both. The new one is filled by ranges of ledger rows, with
the versions that the live one has; what changes meanwhile the version gate sorts out. It is
verified by id, version and content hash before the alias moves. The old one goes on being written
to, so that the way back stays open. Each step may be repeated, so that a rebuild that died at any
point is taken up by the next call.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from solr_sync import filling, ledger, repairs, solr_collections
from solr_sync.audit import Audit
from solr_sync.documents import SolrDocument
from solr_sync.exceptions import SolrUnavailable, SyncError
from solr_sync.findings import Findings
from solr_sync.models import Rebuild, Role, Target
from solr_sync.registry import registry
from solr_sync.solr import SolrClient, client_for

logger = logging.getLogger(__name__)

# A rebuild without a sign of life for so long has died, and can be resumed.
DEAD_AFTER = timedelta(seconds=30)
BEAT_SECONDS = 5
VERIFICATIONS = 10
# What differs once more is sent anew, to both collections.
GENTLE = 3
# So long the workers may take without bringing a single document to Solr.
PATIENCE = 300.0


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

    Raises RebuildRefused, RebuildFailed, SolrUnavailable; after the last two it can be resumed.
    """
    documents = _documents(alias)
    job = _take_up(alias, documents) or _reserve(alias, documents)
    _set_up(job, documents)
    _fill(job, documents, report)
    _merge(job, report)
    _verify(job, documents, report)
    _take_over(job, documents[0].using)
    return job


def _documents(alias: str) -> list[SolrDocument]:
    return [document for document in registry if document.collection == alias]


def _take_up(alias: str, documents: Sequence[SolrDocument]) -> Rebuild | None:
    """A rebuild that died, if there is one; at most one process gets it."""
    jobs = Rebuild.objects.using(documents[0].using).filter(alias=alias, ended_at=None)
    job = jobs.first()
    if job is None:
        return None
    dead = jobs.filter(heartbeat_at__lt=Now() - DEAD_AFTER)
    if not dead.update(heartbeat_at=Now(), taken_up_at=Now(), done_before=F("done")):
        raise RebuildRefused(f"A rebuild of {alias} is under way, into {job.target}.")
    return job


def _reserve(alias: str, documents: Sequence[SolrDocument]) -> Rebuild:
    """The row comes first, so that of two that begin at once one makes a collection."""
    using = documents[0].using
    if Target.objects.using(using).filter(alias=alias, role=Role.STANDBY).exists():
        raise RebuildRefused(
            f"An old collection of {alias} is kept for the way back: "
            "drop it first, by solr_rebuild --drop-old."
        )
    now = Now()  # the database's clock: those of two machines may differ
    try:
        with transaction.atomic(using=using):
            return Rebuild.objects.using(using).create(
                alias=alias,
                target=solr_collections.next_name(alias),
                began_at=now,
                taken_up_at=now,
                heartbeat_at=now,
            )
    except IntegrityError as error:
        raise RebuildRefused(f"A rebuild of {alias} has just begun.") from error


def _set_up(job: Rebuild, documents: Sequence[SolrDocument]) -> None:
    """The collection, which from then on gets every change, and the ranges to fill it by."""
    using = documents[0].using
    solr_collections.create(job.target, solr_collections.configset_of(job.alias))
    if Target.objects.using(using).filter(name=job.target).exists():
        return
    old = solr_collections.standing(job.alias).collection
    with transaction.atomic(using=using):
        Target.objects.using(using).update_or_create(
            name=old, defaults={"alias": job.alias, "role": Role.LIVE}
        )
        Target.objects.using(using).create(name=job.target, alias=job.alias, role=Role.FILLING)
        filling.divide(job, documents)


def _beat(job: Rebuild) -> None:
    Rebuild.objects.using(job._state.db).filter(pk=job.pk).update(heartbeat_at=Now(), done=job.done)


def _fill(job: Rebuild, documents: Sequence[SolrDocument], report: Listener) -> None:
    began, before = time.monotonic(), job.done
    for sent in filling.fill(job, documents):
        job.done += sent
        _beat(job)
        rate = (job.done - before) / max(time.monotonic() - began, 0.001)
        report(Progress("filling", job.done, job.total, rate))


def _merge(job: Rebuild, report: Listener) -> None:
    """Filling leaves dozens of segments, and nobody waits for commits of this collection yet."""
    report(Progress("merging", job.done, job.total, 0.0))
    with ThreadPoolExecutor(1) as pool:
        merging = pool.submit(client_for(job.target).merge_segments)
        while wait([merging], timeout=BEAT_SECONDS).not_done:
            _beat(job)
    if error := merging.exception():  # it is slower then, but right
        logger.warning("The segments of %s were not merged: %s", job.target, error)


def _verify(job: Rebuild, documents: Sequence[SolrDocument], report: Listener) -> None:
    """Compares by bucket sums, then by id, and mends what differs, until nothing does."""
    client = client_for(job.target)
    for attempt in range(VERIFICATIONS):
        report(Progress("verifying", job.done, job.total, 0.0))
        _wait_for_the_workers(job, documents, report)
        mend = _mend if attempt < GENTLE else _raise_above
        found = differences(job.alias, job.target, partial(mend, documents, client))
        _beat(job)
        if found.agrees:
            return
    reason = f"{found.wrong} documents differ in {job.target}, for example {found.examples[0]}"
    Rebuild.objects.using(documents[0].using).filter(pk=job.pk).update(outcome=reason)
    raise RebuildFailed(reason)


def _mend(documents: Sequence[SolrDocument], client: SolrClient, ids: Sequence[str]) -> int:
    for document in documents:
        rows = ledger.entries(document).filter(object_id__in=list(ids))
        filling.send_rows(document, filling.held(rows), client)
    return len(ids)


def _raise_above(documents: Sequence[SolrDocument], client: SolrClient, ids: Sequence[str]) -> int:
    return repairs.Repairs(documents, client)(ids)


def _wait_for_the_workers(
    job: Rebuild, documents: Sequence[SolrDocument], report: Listener
) -> None:
    """What waited when the waiting began goes to both collections; edits since then don't count.

    Raises RebuildFailed if nothing moves: a collection that lacks what waits must not take over.
    """
    began = _database_time(job)
    fewest, since = None, time.monotonic()
    while left := sum(_waiting(document, began) for document in documents):
        if fewest is None or left < fewest:
            fewest, since = left, time.monotonic()
        if time.monotonic() - since > PATIENCE:
            raise RebuildFailed(
                f"{left} documents wait for workers, and none was taken for {PATIENCE:.0f} s"
            )
        _beat(job)
        report(Progress("waiting for workers", max(job.total - left, 0), job.total, 0.0))
        time.sleep(min(0.2 + left / 10_000, 2.0))


def _waiting(document: SolrDocument, began: datetime) -> int:
    """Rows before their move to Solr. One that fails in an outage waits, too."""
    early = Q(changed_at__lte=began) | ~Q(error="")
    return ledger.entries(document).filter(early, due_at__isnull=False).count()


def _database_time(job: Rebuild) -> datetime:
    _beat(job)
    found = Rebuild.objects.using(job._state.db).values_list("heartbeat_at", flat=True)
    return found.get(pk=job.pk)


def differences(
    alias: str, target: str, mender: Callable[[Sequence[str]], int] | None = None
) -> Findings:
    """In what a collection differs from what the ledger says of the live one."""
    client_for(target).commit_softly()
    return Audit(alias, target).look(mender)


def _take_over(job: Rebuild, using: str) -> None:
    _move_alias(job.alias, job.target, using)
    Rebuild.objects.using(using).filter(pk=job.pk).update(ended_at=Now(), outcome="took over")
    job.ranges.all().delete()


def _move_alias(alias: str, to: str, using: str) -> None:
    """The alias first: whatever the roles say, both collections get every change."""
    solr_collections.point(alias, to)
    with transaction.atomic(using=using):
        rows = Target.objects.using(using).filter(alias=alias)
        rows.filter(role=Role.LIVE).exclude(name=to).update(role=Role.STANDBY)
        rows.filter(name=to).update(role=Role.LIVE, misses=0, error="")


def go_back(alias: str) -> str:
    """Moves the alias back to the old collection. Raises RebuildRefused if that one differs."""
    using = _documents(alias)[0].using
    old = _standby(alias, using)
    found = differences(alias, old)
    if not found.agrees:
        raise RebuildRefused(
            f"{old} differs from {alias} in {found.wrong} documents: rebuild instead."
        )
    _move_alias(alias, old, using)
    return old


def drop_old(alias: str) -> str:
    """Deletes the collection that was kept for the way back."""
    using = _documents(alias)[0].using
    old = _standby(alias, using)
    Target.objects.using(using).filter(name=old).delete()
    solr_collections.delete(old)
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
        solr_collections.delete(job.target)
    except SolrUnavailable:
        raise
    except SyncError:
        return job.target  # it was never made
    return job.target
