"""Comparing the database with Solr, and putting right what differs.

Quick: sums over 1,024 buckets on both sides; only those that differ are listed, compared by id.
Deep: every object is read and built again, and what Solr stores is compared with it. Changes go on
meanwhile, so a suspect is looked at a second time before it counts. What is wrong is mended part by
part, through the ledger, so that memory stays the same however much it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from solr_sync import commits, content, ledger, outages, repairs, stored, targets
from solr_sync.documents import SolrDocument
from solr_sync.exceptions import CollectionMissing, DocumentRejected, NotRegistered
from solr_sync.findings import GHOST, MISSING, STALE, Findings
from solr_sync.models import AuditRun, LedgerEntry
from solr_sync.registry import registry
from solr_sync.solr import SolrClient, client_for

BUCKETS_AT_ONCE = 32
CHUNK = 500
# While so many documents wait, sums differ for good reason.
BUSY = 5_000
KEPT_RUNS = 2_000

Mender = Callable[[Sequence[str]], int]


class State(NamedTuple):
    """Version and check number of a document, on either side."""

    version: int
    check: int


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
        self.mender: Mender | None = None
        self.deep = False

    def run(self, *, deep: bool = False, repair: bool = False) -> Findings:
        """Raises SolrUnavailable. Takes constant memory; safe beside any number of writers."""
        began = timezone.now()
        self.deep = deep
        self.mender = repairs.Repairs(self.documents, self.client) if repair else None
        try:
            self._show_everything()
            self._quick()
        except CollectionMissing:
            targets.restore(self.collection, self.documents[0].using)
            self._quick()
        if deep:
            self._deep()
        self._remember(began, deep)
        return self.findings

    def look(self, mender: Mender | None = None) -> Findings:
        """The quick comparison alone, of what was committed; hands what is wrong to `mender`."""
        self.mender = mender
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
                ticket = commits.ask(document)
                self.client.commit_softly()
                if ticket:
                    commits.done(document, ticket, state.commit_ms)

    # Quick

    def _quick(self) -> None:
        ours, theirs = self._sums_of_ledger(), self._sums_of_solr()
        self.findings.checked = sum(count for count, _ in ours.values())
        differing = sorted(b for b in ours.keys() | theirs.keys() if ours.get(b) != theirs.get(b))
        for buckets in chunks(differing, BUCKETS_AT_ONCE):
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
        return ledger.entries_of(self.documents).filter(indexed_version__gt=0, is_tombstone=False)

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
        for ids in chunks(sorted(suspects), CHUNK):
            self._look_again(ids)

    def _look_again(self, ids: Sequence[str]) -> None:
        """Real-time states against rows that nobody is working on: what still differs is wrong."""
        theirs = {
            doc["id"]: State(doc.get("sync_version", 0), doc.get("sync_check", 0))
            for doc in self.client.get_now(ids, "id,sync_version,sync_check,deleted")
            if not doc.get("deleted")
        }
        rows = {row.object_id: row for row in self._rows(ids)}
        wrong: dict[str, list[str]] = defaultdict(list)
        for object_id in ids:
            if kind := self._verdict(rows.get(object_id), theirs.get(object_id)):
                wrong[kind].append(object_id)
        self._found(wrong)

    def _verdict(self, row: LedgerEntry | None, there: State | None) -> str:
        """What is wrong with a document; nothing is if it is on its way already."""
        if row is not None and (row.pending or row.due_at is not None):
            return ""
        if row is None or row.is_tombstone:
            return GHOST if there is not None else ""
        if self.deep:
            return ""  # the deep comparison comes to every settled row
        if there is None:
            return MISSING
        return "" if there == State(row.sent_version, row.check_number or 0) else STALE

    def _found(self, wrong: Mapping[str, Sequence[str]]) -> None:
        for kind, ids in wrong.items():
            self.findings.note(kind, ids)
            if self.mender is not None:
                self.findings.repaired += self.mender(ids)

    def _rows(self, ids: Iterable[str]) -> QuerySet[LedgerEntry]:
        return ledger.entries_of(self.documents).filter(object_id__in=list(ids))

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
        wrong: dict[str, list[str]] = defaultdict(list)
        for row in self._rows(suspects):
            object_id = row.object_id
            if row.version == suspects[object_id] and not row.pending and row.due_at is None:
                is_there, is_wanted = object_id in there, built.get(object_id) is not None
                # a tombstone that is none was found by the quick comparison
                if is_wanted or not row.is_tombstone:
                    kind = MISSING if not is_there else STALE if is_wanted else GHOST
                    wrong[kind].append(object_id)
        self._found(wrong)

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
        return row.content_hash == wanted.hash and fields.agree(wanted.fields, there)

    def _remember(self, began: Any, deep: bool) -> None:
        runs = AuditRun.objects.using(self.documents[0].using)
        counts = self.findings.as_dict()
        run = runs.create(
            collection=self.collection, deep=deep, began_at=began, ended_at=timezone.now(), **counts
        )
        runs.filter(pk__lt=run.pk - KEPT_RUNS).delete()


def chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _bucket_query(buckets: Sequence[int]) -> str:
    known = " ".join(str(b) for b in buckets if b >= 0)
    parts = [f"sync_bucket:({known})"] if known else []
    if -1 in buckets:
        parts.append("(*:* -sync_bucket:[* TO *])")
    return f"+deleted:false +({' '.join(parts)})"
