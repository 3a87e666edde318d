"""Claiming, confirming, postponing and parking rows of the ledger.

All times are the database's, so that the clocks of workers don't matter. No lock outlives a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from django.db import connections, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from solr_sync import sql
from solr_sync.documents import SolrDocument
from solr_sync.models import Lane, LedgerEntry

# Longer than any batch takes: posting times out before it.
LEASE = timedelta(seconds=90)
CHUNK = 1000
# Somebody may still be looking at the page that they saved. Several turns of a worker long, since
# what is passed over grows old; no longer, since a program's saves are as fresh and cost commits.
FRESH = timedelta(seconds=5)


class Claim(NamedTuple):
    """A row that this worker may send until its lease ends."""

    id: int
    object_id: str
    version: int
    indexed_version: int
    claimed_version: int
    sent_version: int
    is_tombstone: bool
    content_hash: str
    attempts: int
    lane: int
    fresh: bool

    @property
    def urgent(self) -> bool:
        """Whether somebody waits for it: an edit of just now, no part of an import."""
        return self.fresh and self.lane == Lane.LIVE

    @property
    def settled(self) -> bool:
        """Whether all that was ever posted is confirmed, so that Solr has what the row says."""
        return 0 < self.indexed_version and self.claimed_version <= self.indexed_version


@dataclass(frozen=True)
class Confirmation:
    """What Solr has of a row; `sent` is its version there, older if nothing had changed."""

    id: int
    version: int
    sent: int
    hash: str
    bucket: int
    check_number: int
    tombstone: bool


def entries(document: SolrDocument) -> models.QuerySet[LedgerEntry]:
    return LedgerEntry.objects.using(document.using).filter(document_type=document.document_type)


def entries_of(documents: Sequence[SolrDocument]) -> models.QuerySet[LedgerEntry]:
    """Rows of documents that share a collection, and therefore a database."""
    types = [document.document_type for document in documents]
    return LedgerEntry.objects.using(documents[0].using).filter(document_type__in=types)


def due(
    document: SolrDocument, *, for_longer_than: timedelta = timedelta()
) -> models.QuerySet[LedgerEntry]:
    """Rows that a worker of this definition should take now."""
    return entries(document).filter(
        due_at__lte=Now() - for_longer_than if for_longer_than else Now(),
        definition__lte=document.definition,
    )


def claim(
    document: SolrDocument,
    *,
    lease: str,
    task_id: str,
    limit: int,
    lane: Lane = Lane.BULK,
    object_ids: Sequence[str] | None = None,
    newest: bool = False,
) -> list[Claim]:
    """Takes up to `limit` due rows of this lane and those before it, live ones first.

    Those that wait longest come first; or the fresh live ones alone, the newest first. Rows that
    another worker is just taking are passed over, where the database can do that.
    """
    connection = connections[document.using]
    if connection.vendor == "postgresql":
        statement = sql.claim(by_id=object_ids is not None, newest=newest)
        parameters: list[Any] = [
            *(document.document_type, document.definition, lane.value),
            *([list(object_ids)] if object_ids is not None else [FRESH] if newest else []),
            *(limit, LEASE, lease, task_id, FRESH),
        ]
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return [Claim(*row) for row in cursor.fetchall()]
    rows = due(document).filter(lane__lte=lane)
    if object_ids is not None:
        rows = rows.filter(object_id__in=object_ids)
    elif newest:
        rows = rows.filter(lane=Lane.LIVE, due_at__gt=Now() - FRESH)
    with transaction.atomic(using=document.using):
        found = [
            Claim(*row)
            for row in rows.annotate(fresh=_is_fresh())
            .order_by("lane", "-due_at" if newest else "due_at")
            .values_list(*Claim._fields)[:limit]
        ]
        if found:
            entries(document).filter(pk__in=[claim.id for claim in found]).update(
                due_at=Now() + LEASE,
                lease=lease,
                task_id=task_id,
                attempts=F("attempts") + 1,
                claimed_version=F("version"),
            )
    return found


def look(document: SolrDocument, object_id: str) -> tuple[LedgerEntry | None, bool]:
    """A document's row, and whether a worker for live edits finds anything due; one indexed read.

    Of a document that has no row nothing is known; then it says that there may be.
    """
    is_due = models.ExpressionWrapper(
        Q(due_at__lte=Now(), definition__lte=document.definition),
        output_field=models.BooleanField(),
    )
    others = models.Exists(due(document).filter(lane=Lane.LIVE))
    rows = entries(document).filter(object_id=object_id).annotate(is_due=is_due, others=others)
    entry = rows.first()
    return entry, entry is None or bool(entry.is_due or entry.others)


def is_edit_on_its_way(document: SolrDocument) -> bool:
    """Whether an edit of just now waits for a worker or for Solr's answer; one indexed read."""
    just_now = Now() - FRESH
    rows = entries(document).filter(lane=Lane.LIVE, due_at__gt=just_now, changed_at__gt=just_now)
    return rows.filter(error="").exists()


def _is_fresh() -> models.ExpressionWrapper:
    return models.ExpressionWrapper(
        Q(changed_at__gt=Now() - FRESH), output_field=models.BooleanField()
    )


def confirm(
    document: SolrDocument, confirmations: Sequence[Confirmation], *, lease: str, visible: bool
) -> None:
    """Notes which versions Solr took, never waiting for a row that a writer holds.

    A row that was changed meanwhile stays due. One that is older than it was when it was claimed
    stays as it is, since its database was restored.
    """
    if not confirmations:
        return
    connection = connections[document.using]
    values = orjson.dumps([vars(c) for c in confirmations]).decode()
    parameters: list[Any] = [visible, lease, values, lease]
    if connection.vendor == "postgresql":
        parameters.insert(0, [c.id for c in confirmations])
    with connection.cursor() as cursor:
        cursor.execute(sql.CONFIRM[connection.vendor], parameters)


def mark_visible(document: SolrDocument, ids: Iterable[int], *, through: datetime) -> None:
    """Notes that searchers see what was confirmed up to a moment."""
    rows = entries(document).filter(pk__in=ids, searchable_at=None, indexed_at__lte=through)
    update_free(document, rows, searchable_at=Now())


def postpone(
    document: SolrDocument, claims: Iterable[Claim], *, lease: str, reason: str, wait: timedelta
) -> None:
    """Gives claimed rows back; the next attempt stands in the row, no message is needed."""
    rows = entries(document).filter(pk__in=[c.id for c in claims], lease=lease)
    update_free(document, rows, due_at=Now() + wait, lease="", error=reason)


def release(document: SolrDocument, claims: Iterable[Claim], *, lease: str) -> None:
    """Gives claimed rows back at once, as a worker does that is told to stop."""
    rows = entries(document).filter(pk__in=[c.id for c in claims], lease=lease)
    update_free(document, rows, due_at=Now(), lease="", attempts=F("attempts") - 1)


def park(document: SolrDocument, claim: Claim, reason: str, *, lease: str) -> None:
    """Takes a row out until its object is saved again or somebody asks for a retry."""
    rows = entries(document).filter(pk=claim.id, version=claim.version, lease=lease)
    update_free(document, rows, parked_at=Now(), due_at=None, lease="", error=reason)


def retry(rows: models.QuerySet[LedgerEntry]) -> int:
    """Makes rows due now, parked ones too."""
    return rows.filter(version__gt=F("indexed_version")).update(
        parked_at=None, due_at=Now(), lease="", attempts=0, error=""
    )


def send_again(rows: models.QuerySet[LedgerEntry], *, lane: Lane = Lane.BULK) -> int:
    """Raises versions, so that documents are built again, and sent if their content changed.

    A row that waits already keeps its lane.
    """
    return rows.update(**_sent_again(lane))


def _sent_again(lane: Lane) -> dict[str, Any]:
    waiting = models.When(due_at__isnull=False, then=F("lane"))
    return {
        "version": F("version") + 1,
        "lane": models.Case(waiting, default=models.Value(lane)),
        "changed_at": Now(),
        "due_at": Now(),
        "parked_at": None,
        "attempts": 0,
        "error": "",
    }


def send_these_again(
    document: SolrDocument,
    rows: models.QuerySet[LedgerEntry],
    *,
    wait_seconds: int = 2,
    **also: Any,
) -> None:
    """As `send_again`, beside editors at work: it waits for one row at a time.

    A statement that waits while it holds other rows would end in deadlocks, and the database might
    choose the editor's transaction to die. Raises OperationalError if a row is held for longer than
    `wait_seconds` (PostgreSQL; 0: without end).
    """
    values = _sent_again(Lane.BULK) | also
    wanted = set(rows.values_list("pk", flat=True))
    wanted -= set(update_free(document, rows, **values))
    connection = connections[document.using]
    for pk in sorted(wanted):
        with transaction.atomic(using=document.using):
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{wait_seconds}s'")
            entries(document).filter(pk=pk).update(**values)


def update_free(
    document: SolrDocument, rows: models.QuerySet[LedgerEntry], **values: Any
) -> list[int]:
    """Updates the rows that no writer holds; returns their keys.

    Whoever holds one makes it due by committing; if that one rolls back, its lease ends one day.
    """
    skip_locked = connections[document.using].features.has_select_for_update_skip_locked
    with transaction.atomic(using=document.using):
        free = list(rows.select_for_update(skip_locked=skip_locked).values_list("pk", flat=True))
        if free:
            LedgerEntry.objects.using(document.using).filter(pk__in=free).update(**values)
    return free


def overtake(document: SolrDocument, claim: Claim, version_in_solr: int) -> None:
    """Solr has a version that the database never gave, which is restored from a dump perhaps."""
    update_free(
        document,
        entries(document).filter(pk=claim.id, version__lt=version_in_solr),
        version=version_in_solr + 1,
        claimed_version=version_in_solr,
        due_at=Now(),
        changed_at=Now(),
    )


def count_again(document: SolrDocument, claim: Claim) -> None:
    """Solr has this version with another content, so that only a new version can be sent."""
    update_free(
        document,
        entries(document).filter(pk=claim.id),
        version=F("version") + 1,
        claimed_version=F("version") + 1,
        due_at=Now(),
        lease="",
    )


def wake_postponed(document: SolrDocument) -> None:
    """Solr is back: what waited for its next attempt is due now."""
    rows = entries(document).filter(due_at__gt=Now(), lease="").exclude(error="")
    update_free(document, rows, due_at=Now())


def adopt(document: SolrDocument, *, changes_unseen: bool) -> None:
    """Gives each object a row, and sends again what may have changed without the triggers."""
    from solr_sync.sources import sources_of

    connection = connections[document.using]
    own = sources_of(document)[0]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.adopt(connection.vendor, own), [document.document_type, document.definition]
        )
    outdated = Q(definition__lt=document.definition)
    if changes_unseen:
        outdated |= Q(indexed_version__gt=0)
    for rows in _in_chunks(entries(document).filter(outdated)):
        send_these_again(document, rows, wait_seconds=0, definition=document.definition)


def _in_chunks(rows: models.QuerySet[LedgerEntry]) -> Iterator[models.QuerySet[LedgerEntry]]:
    """So that nobody who saves has to wait for all of them."""
    last = 0
    while keys := list(
        rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]
    ):
        yield rows.filter(pk__in=keys)
        last = keys[-1]
