"""Where documents stand."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Min
from django.db.models.functions import Now
from django.utils import timezone

from solr_sync import ledger, outages
from solr_sync.documents import SolrDocument
from solr_sync.models import AuditRun, Collection, LedgerEntry, RelatedChange
from solr_sync.registry import registry


class SyncState(StrEnum):
    WAITING = "waiting"
    SEARCHABLE = "searchable"
    RETRYING = "retrying"
    PARKED = "parked"
    REMOVED = "removed"


@dataclass(frozen=True)
class SyncStatus:
    """One document: `version` counts reasons to send it, `indexed_version` is what Solr took."""

    version: int
    indexed_version: int
    state: SyncState
    saved_at: datetime
    searchable_at: datetime | None
    error: str
    next_attempt_at: datetime | None


def status_of(document_type: str, object_id: str) -> SyncStatus | None:
    """None for an object that the ledger does not know."""
    document = registry[document_type]
    entry = ledger.entries(document).filter(object_id=object_id).first()
    if entry is None:
        return None
    collection = outages.of(document)
    state = _state(entry, collection)
    retrying = state == SyncState.RETRYING
    return SyncStatus(
        version=entry.version,
        indexed_version=entry.indexed_version,
        state=state,
        saved_at=entry.changed_at,
        searchable_at=_searchable_at(entry, collection) if state == SyncState.SEARCHABLE else None,
        error=entry.error,
        next_attempt_at=(collection.next_try_at or entry.due_at) if retrying else None,
    )


def _state(entry: LedgerEntry, collection: Collection) -> SyncState:
    if entry.parked_at:
        return SyncState.PARKED
    if entry.pending:
        return SyncState.RETRYING if entry.error else SyncState.WAITING
    if _searchable_at(entry, collection) is None:
        return SyncState.WAITING
    return SyncState.REMOVED if entry.is_tombstone else SyncState.SEARCHABLE


def _searchable_at(entry: LedgerEntry, collection: Collection) -> datetime | None:
    """Bulk rows don't each note the commit that showed them; the collection knows its last."""
    if entry.searchable_at:
        return entry.searchable_at
    shown = collection.visible_through
    if shown and entry.indexed_at and entry.indexed_at <= shown:
        return collection.visible_at
    return None


@dataclass(frozen=True)
class Overview:
    """One document type, as operators see it. Ages in seconds, rate in documents a second."""

    document_type: str
    collection: str
    total: int
    pending: int
    parked: int
    oldest_pending_age: float
    rate: float
    unavailable_since: datetime | None
    reason: str
    last_audit: dict[str, Any] | None
    parked_examples: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


RATE_OVER = timedelta(minutes=1)


def pending_count(document: SolrDocument) -> int:
    """Rows that wait for Solr, and changes of related rows whose documents are still to be found.

    Parked ones wait for a person and don't count.
    """
    changes = RelatedChange.objects.using(document.using).filter(
        document_type=document.document_type, due_at__isnull=False
    )
    # In this order: a change becomes rows.
    return changes.count() + ledger.entries(document).filter(due_at__isnull=False).count()


def overview_of(document: SolrDocument) -> Overview:
    entries = ledger.entries(document)
    waiting = entries.filter(due_at__isnull=False).aggregate(oldest=Min("changed_at"))
    recent = entries.filter(indexed_at__gt=Now() - RATE_OVER).count()
    parked = entries.filter(parked_at__isnull=False)
    age = (timezone.now() - waiting["oldest"]).total_seconds() if waiting["oldest"] else 0.0
    state = outages.of(document)
    return Overview(
        document_type=document.document_type,
        collection=document.collection,
        total=entries.count(),
        pending=pending_count(document),
        parked=parked.count(),
        oldest_pending_age=round(max(age, 0.0), 3),
        rate=round(recent / RATE_OVER.total_seconds(), 2),
        unavailable_since=state.unavailable_since,
        reason=state.reason,
        last_audit=_last_audit(document),
        parked_examples=[
            {"object_id": row.object_id, "error": row.error}
            for row in parked.order_by("-parked_at")[:5]
        ],
    )


def _last_audit(document: SolrDocument) -> dict[str, Any] | None:
    run = AuditRun.objects.using(document.using).filter(collection=document.collection)
    last = run.order_by("-ended_at").first()
    if last is None:
        return None
    return {
        "at": last.ended_at,
        "deep": last.deep,
        "checked": last.checked,
        "drift": last.drift,
        "repaired": last.repaired,
    }
