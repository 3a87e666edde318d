"""Comparing the database with Solr, and putting right what differs.

Quick: sums over 1,024 buckets on both sides; only those that differ are listed, compared by id.
Deep: every object is read and built again, and what Solr stores is compared with it. Changes go on
meanwhile, so a suspect is looked at a second time before it counts. Repairs go through the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, QuerySet, Sum, Value, When
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from solr_sync import commits, content, ledger, outages, stored, targets
from solr_sync.documents import SolrDocument
from solr_sync.exceptions import CollectionMissing, DocumentRejected, NotRegistered
from solr_sync.models import AuditRun, Lane, LedgerEntry
from solr_sync.registry import registry
from solr_sync.solr import SolrClient, client_for

BUCKETS_AT_ONCE = 32
CHUNK = 500
# While so many documents wait, sums differ for good reason.
BUSY = 5_000
KEPT_RUNS = 2_000

MISSING, STALE, GHOST = "missing", "stale", "ghosts"


class State(NamedTuple):
    """Version and check number of a document, on either side."""

    version: int
    check: int


@dataclass
class Findings:
    """Document ids by what is wrong with them."""

    checked: int = 0
    wrong: dict[str, set[str]] = field(
        default_factory=lambda: {MISSING: set(), STALE: set(), GHOST: set()}
    )
    repaired: int = 0

    @property
    def ids(self) -> set[str]:
        return set().union(*self.wrong.values())

    @property
    def agrees(self) -> bool:
        return not self.ids

    def as_dict(self) -> dict[str, int]:
        counts = {kind: len(ids) for kind, ids in self.wrong.items()}
        return {"checked": self.checked} | counts | {"repaired": self.repaired}


class Audit:
    """One collection, with all document types that live in it."""

    def __init__(self, alias: str, target: str | None = None) -> None:
        """Looks at what the alias leads to or, while a rebuild goes on, at another collection."""
        self.collection = alias
        self.documents = [d for d in registry if d.collection == alias]
        if not self.documents:
            raise NotRegistered(f"No document type is registered for the collection {alias!r}.")
        self.client: SolrClient = client_for(target or alias)
        self.findings = Findings()

    def run(self, *, deep: bool = False, repair: bool = False) -> Findings:
        """Raises SolrUnavailable. Takes constant memory; safe beside any number of writers."""
        began = timezone.now()
        try:
            self._show_everything()
            self._quick()
        except CollectionMissing:
            targets.restore(self.collection, self.documents[0].using)
            self._quick()
        if deep:
            self._deep()
        if repair:
            self.findings.repaired = self._repair()
        self._remember(began, deep)
        return self.findings

    def look(self) -> Findings:
        """The quick comparison alone, of what was committed."""
        self._quick()
        return self.findings

    def busy(self) -> bool:
        return any(
            ledger.entries(d).filter(due_at__isnull=False)[BUSY : BUSY + 1].exists()
            for d in self.documents
        )

    def _show_everything(self) -> None:
        for document in self.documents:
            state = outages.of(document)
            shown = state.visible_through
            if state.posted_at and (shown is None or shown < state.posted_at):
                ticket = commits.ask(document, Lane.LIVE)
                self.client.commit_softly()
                if ticket:
                    commits.done(document, ticket, state.commit_ms)

    # Quick

    def _quick(self) -> None:
        ours, theirs = self._sums_of_ledger(), self._sums_of_solr()
        self.findings.checked = sum(count for count, _ in ours.values())
        differing = sorted(b for b in ours.keys() | theirs.keys() if ours.get(b) != theirs.get(b))
        for buckets in _chunks(differing, BUCKETS_AT_ONCE):
            self._compare(buckets)

    def _sums_of_ledger(self) -> dict[int, tuple[int, int]]:
        rows = (
            self._live().values("bucket").order_by().annotate(n=Count("pk"), s=Sum("check_number"))
        )
        return {row["bucket"] or 0: (row["n"], int(row["s"] or 0)) for row in rows}

    def _sums_of_solr(self) -> dict[int, tuple[int, int]]:
        of_bucket = {
            "type": "terms",
            "field": "sync_bucket",
            "limit": -1,
            "missing": True,
            "facet": {"s": "sum(sync_check)"},
        }
        answer = self.client.ask(
            {"query": "*:*", "filter": "deleted:false", "limit": 0, "facet": {"b": of_bucket}}
        )
        found = answer.get("facets", {}).get("b", {})
        sums = {b["val"]: (b["count"], int(b.get("s", 0))) for b in found.get("buckets", [])}
        if strangers := found.get("missing", {}).get("count"):
            sums[-1] = (strangers, 0)  # documents that were not sent by us
        return sums

    def _live(self) -> QuerySet[LedgerEntry]:
        """What Solr ought to show."""
        types = [d.document_type for d in self.documents]
        return LedgerEntry.objects.using(self.documents[0].using).filter(
            document_type__in=types, indexed_version__gt=0, is_tombstone=False
        )

    def _compare(self, buckets: Sequence[int]) -> None:
        theirs = {
            row["id"]: State(row.get("sync_version", 0), row.get("sync_check", 0))
            for row in self.client.export(_bucket_query(buckets), "id,sync_version,sync_check")
        }
        ours = {
            row[0]: State(row[1], row[2] or 0)
            for row in self._live()
            .filter(bucket__in=buckets)
            .values_list("object_id", "sent_version", "check_number")
        }
        suspects = {i for i in ours.keys() | theirs.keys() if ours.get(i) != theirs.get(i)}
        for ids in _chunks(sorted(suspects), CHUNK):
            self._look_again(ids)

    def _look_again(self, ids: Sequence[str]) -> None:
        """Real-time states against rows that nobody is working on: what still differs is wrong."""
        theirs = {
            doc["id"]: State(doc.get("sync_version", 0), doc.get("sync_check", 0))
            for doc in self.client.get_now(ids, "id,sync_version,sync_check,deleted")
            if not doc.get("deleted")
        }
        rows = {row.object_id: row for row in self._rows(ids)}
        for object_id in ids:
            row, there = rows.get(object_id), theirs.get(object_id)
            if row is not None and (row.pending or row.due_at is not None):
                continue  # it is on its way already
            wanted = row if row is not None and not row.is_tombstone else None
            if wanted is None:
                if there is not None:
                    self.findings.wrong[GHOST].add(object_id)
            elif there is None:
                self.findings.wrong[MISSING].add(object_id)
            elif there != State(wanted.sent_version, wanted.check_number or 0):
                self.findings.wrong[STALE].add(object_id)

    def _rows(self, ids: Iterable[str]) -> QuerySet[LedgerEntry]:
        types = [d.document_type for d in self.documents]
        return LedgerEntry.objects.using(self.documents[0].using).filter(
            document_type__in=types, object_id__in=list(ids)
        )

    # Deep

    def _deep(self) -> None:
        fields = stored.schema_of(self.client)
        for document in self.documents:
            ledger.adopt(document, changes_unseen=False)
            last = 0
            while rows := self._settled_after(document, last):
                self._compare_content(document, rows, fields)
                last = rows[-1].pk

    def _settled_after(self, document: SolrDocument, last: int) -> list[LedgerEntry]:
        rows = ledger.entries(document).filter(pk__gt=last, due_at=None, parked_at=None)
        return list(rows.order_by("pk")[:CHUNK])

    def _compare_content(
        self, document: SolrDocument, rows: list[LedgerEntry], fields: stored.Schema
    ) -> None:
        ids = [row.object_id for row in rows]
        built = dict(document.build(ids))
        there = {d["id"]: d for d in self.client.get_now(ids, "*") if not d.get("deleted")}
        suspects = {
            row.object_id: row.version
            for row in rows
            if not self._same(row, built.get(row.object_id), there.get(row.object_id), fields)
        }
        now = {row.object_id: row for row in self._rows(suspects)}
        for object_id, version in suspects.items():
            row = now[object_id]
            if row.version == version and not row.pending and row.due_at is None:
                self._sort_in(object_id, built.get(object_id), there.get(object_id))

    def _same(
        self,
        row: LedgerEntry,
        built: Any,
        there: dict[str, Any] | None,
        fields: stored.Schema,
    ) -> bool:
        if built is None or there is None:
            return built is None and there is None
        if isinstance(built, Exception):
            return False
        try:
            wanted = content.checked(row.object_id, built)
        except DocumentRejected:
            return False
        return row.content_hash == content.content_hash(wanted) and fields.agree(wanted, there)

    def _sort_in(self, object_id: str, built: Any, there: dict[str, Any] | None) -> None:
        kind = MISSING if there is None else GHOST if built is None else STALE
        if object_id not in self.findings.ids:
            self.findings.wrong[kind].add(object_id)

    # Repair

    def _repair(self) -> int:
        """Raises versions above Solr's own and leaves the rest to the workers."""
        repaired = 0
        for ids in _chunks(sorted(self.findings.ids), CHUNK):
            repaired += self._repair_chunk(ids)
        return repaired

    def _repair_chunk(self, ids: Sequence[str]) -> int:
        self._adopt_strangers(ids)
        there = self.client.versions_of(ids)
        ahead = {i: version for i, version in there.items() if version}
        in_solr = Case(
            *(When(object_id=i, then=Value(version)) for i, version in ahead.items()),
            default=Value(0),
        )
        ledger.update_free(
            self.documents[0],
            self._rows(ids),
            version=Greatest(F("version"), in_solr) + 1,
            claimed_version=Greatest(F("version"), in_solr)
            + 1,  # so that it is sent, changed or not
            lane=Lane.BULK,
            due_at=Now(),
            changed_at=Now(),
            parked_at=None,
            attempts=0,
            error="",
        )
        return len(ids)

    def _adopt_strangers(self, ids: Sequence[str]) -> None:
        """What the ledger never knew gets a row, and then a tombstone if it has no object."""
        strangers = set(ids) - set(self._rows(ids).values_list("object_id", flat=True))
        # Each for the type that has such an object; what has none, for the first.
        for document in [*self.documents[1:], self.documents[0]]:
            own = strangers
            if document is not self.documents[0]:
                own = {object_id for object_id, _ in document.build(sorted(strangers))}
            strangers = strangers - own
            self._adopt(document, own)

    def _adopt(self, document: SolrDocument, ids: set[str]) -> None:
        now = timezone.now()
        LedgerEntry.objects.using(document.using).bulk_create(
            [
                LedgerEntry(
                    document_type=document.document_type,
                    object_id=object_id,
                    definition=document.definition,
                    changed_at=now,
                )
                for object_id in sorted(ids)
            ],
            ignore_conflicts=True,
        )

    def _remember(self, began: Any, deep: bool) -> None:
        runs = AuditRun.objects.using(self.documents[0].using)
        counts = self.findings.as_dict()
        run = runs.create(
            collection=self.collection, deep=deep, began_at=began, ended_at=timezone.now(), **counts
        )
        runs.filter(pk__lt=run.pk - KEPT_RUNS).delete()


def _chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _bucket_query(buckets: Sequence[int]) -> str:
    known = " ".join(str(b) for b in buckets if b >= 0)
    parts = [f"sync_bucket:({known})"] if known else []
    if -1 in buckets:
        parts.append("(*:* -sync_bucket:[* TO *])")
    return f"+deleted:false +({' '.join(parts)})"
