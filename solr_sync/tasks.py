"""Celery's side of the sync: each task is an interface to `Run`, and says what it did in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from celery import shared_task
from celery.signals import task_prerun
from django.db import connections
from django.db.models import QuerySet

from solr_sync import commits, ledger, names, outages, related, solr, targets, tombstones
from solr_sync.audit import Audit
from solr_sync.documents import SolrDocument
from solr_sync.exceptions import DocumentRejected, SolrUnavailable, SyncError
from solr_sync.models import Lane, LedgerEntry
from solr_sync.registry import registry
from solr_sync.solr import client_for
from solr_sync.worker import Report, Run

LIVE_SECONDS = 20.0
BULK_SECONDS = 60.0
WALK_SECONDS = 10.0
SWEEP_TASKS = 100
# A fresh save has its own message on the way.
GRACE = timedelta(seconds=3)
# Seconds, counted by the broker: Celery's `expires` compares the clocks of two machines.
SWEEP_EXPIRES = 10


@task_prerun.connect(dispatch_uid="solr_sync.connections")
def leave_broken_connections(**_: Any) -> None:
    """A restarted database leaves connections that Celery, told to reuse them, keeps for ever."""
    for connection in connections.all(initialized_only=True):
        if connection.settings_dict["CONN_MAX_AGE"] != 0:
            connection.close_if_unusable_or_obsolete()


class TaskRun(Run):
    """A run that tells Flower of each document that waited through an outage."""

    def recovered(self, object_ids: Sequence[str]) -> None:
        rows = ledger.due(self.document).order_by("lane", "due_at")
        waiting = rows.values_list("object_id", flat=True)[:SWEEP_TASKS]
        _send_each(self.document, [*object_ids, *waiting][:SWEEP_TASKS])


@shared_task(bind=True, name=names.SYNC_DOCUMENT, throws=(SyncError,))
def sync_document(self: Any, document_type: str, object_id: str) -> str:
    """Brings one document to Solr, and with it whatever else is due.

    Idempotent. Fails with SolrUnavailable in an outage, with DocumentRejected when the document is
    parked; the next attempt stands in the ledger, never in a retried message.
    """
    document = registry[document_type]
    entry, work = ledger.look(document, object_id)
    if not work:
        return _already(entry, document, object_id)
    run = TaskRun(document, task_id=self.request.id or "")
    report = run.until_nothing_is_due(seconds=LIVE_SECONDS, first=object_id)
    outcome = report.outcome.get(object_id)
    if outcome is None:
        return _already(ledger.look(document, object_id)[0], document, object_id)
    if outcome.startswith("is parked"):
        raise DocumentRejected(f"{document_type} {object_id} {outcome}")
    # Flower cuts a long result: what happened stands first, the id is among the arguments too.
    return f"{outcome}: {document_type} {object_id}{_with_others(report)}"


@shared_task(bind=True, name=names.DRAIN, throws=(SyncError,))
def drain(self: Any, document_type: str | None = None) -> str:
    """Works off related changes and all that is due; sends itself again if time ran out."""
    documents = [registry[document_type]] if document_type else list(registry)
    words = []
    for document in documents:
        run = TaskRun(document, task_id=self.request.id or "", lane=Lane.BULK)
        chunks = related.walk(document, seconds=WALK_SECONDS)
        report = run.until_nothing_is_due(seconds=BULK_SECONDS)
        words.append(f"{document.document_type}: {_counted(report)}, {chunks} related chunks")
        if ledger.due(document).exists() or related.due(document).exists():
            drain.apply_async([document.document_type], expiration=SWEEP_EXPIRES * 6)
    return "; ".join(words)


@shared_task(name=names.SWEEP, throws=(SyncError,))
def sweep() -> str:
    """Finds what nobody was woken for: lost messages, third-party code, raw SQL, next attempts."""
    return "; ".join(f"{d.document_type}: {_sweep(d)}" for d in registry)


@shared_task(name=names.AUDIT, throws=(SyncError,))
def audit(deep: bool = False) -> str:
    """Compares database and Solr, and repairs what differs."""
    words = []
    for collection in sorted({document.collection for document in registry}):
        check = Audit(collection)
        if any(outages.is_on(d) or targets.of(d).several for d in check.documents):
            # It may be a collection that is away, and what waits would keep the audit away.
            targets.restore(collection, check.documents[0].using)
        if check.busy() and not deep:
            words.append(f"{collection}: too many documents are on their way")
            continue
        found = check.run(deep=deep, repair=True)
        if found.repaired:
            for document in check.documents:
                drain.apply_async([document.document_type], expiration=SWEEP_EXPIRES)
        words.append(f"{collection}: " + ", ".join(f"{n} {k}" for k, n in found.as_dict().items()))
    return "; ".join(words)


def waiting(document: SolrDocument) -> QuerySet[LedgerEntry, str]:
    """Ids of what nobody was woken for; read from an index alone."""
    rows = ledger.due(document, for_longer_than=GRACE).order_by("lane", "due_at")
    return rows.values_list("object_id", flat=True)[: SWEEP_TASKS + 1]


@shared_task(name=names.PURGE_TOMBSTONES, throws=(SyncError,))
def purge_tombstones() -> str:
    """Removes what has been deleted for so long that nothing older can still arrive."""
    return "; ".join(f"{d.document_type}: {tombstones.purge(d)}" for d in registry)


def _sweep(document: SolrDocument) -> str:
    if outages.is_on(document):
        if not outages.may_try(document):
            return "Solr is away"
        if _send_each(document, waiting(document)[:1]):
            return "Solr is away, 1 tries"
        _look_for_solr(document)
    if commits.forgotten(document):
        ticket = commits.ask(document)
        if ticket:
            client_for(document.collection).commit_softly()
            commits.done(document, ticket, 0)
    found = list(waiting(document))
    if len(found) > SWEEP_TASKS or related.due(document).exists():
        drain.apply_async([document.document_type], expiration=SWEEP_EXPIRES)
        return "many are due"
    return f"{_send_each(document, found)} were due"


def _look_for_solr(document: SolrDocument) -> None:
    """An outage of which no document is left over, such as a commit that failed."""
    try:
        outages.admit(document)
        solr.require_healthy()
    except outages.BreakerOpen:
        raise
    except SolrUnavailable as error:
        outages.begin(document, str(error))
        raise
    outages.end(document)


def _send_each(document: SolrDocument, object_ids: Iterable[str]) -> int:
    found = list(object_ids)
    for object_id in found:
        sync_document.apply_async([document.document_type, object_id], expiration=SWEEP_EXPIRES)
    return len(found)


def _already(entry: LedgerEntry | None, document: SolrDocument, object_id: str) -> str:
    """Why there was nothing to do for it. Raises BreakerOpen if it waits because Solr is away."""
    name = f"{document.document_type} {object_id}"
    if entry is None:
        return f"unknown to the ledger: {name}"
    by = f" by task {entry.task_id}" if entry.task_id else ""
    if not entry.pending:
        return f"taken already{by}: {name}"
    if entry.parked_at:
        return f"parked, {entry.error}: {name}"
    if entry.lease:
        return f"on its way{by}: {name}"
    if is_open := outages.breaker_open(document):
        raise is_open
    return f"waits for its next attempt, {entry.error}: {name}"


def _with_others(report: Report) -> str:
    others = report.total - 1
    return f", with {others} others" if others > 0 else ""


def _counted(report: Report) -> str:
    return f"{report.taken} taken, {report.unchanged} unchanged, {report.parked} parked"
