"""Filling a collection from ranges of ledger rows, in several threads, resumable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from queue import SimpleQueue
from typing import NamedTuple

from django.db import connections
from django.db.models import F, Max, Min, QuerySet

from solr_sync import content, ledger, solr, targets
from solr_sync.documents import SolrDocument
from solr_sync.exceptions import DocumentRejected
from solr_sync.models import LedgerEntry, Rebuild, RebuildRange
from solr_sync.solr import SolrClient, client_for

RANGE = 20_000
BATCH = 1_000
FILLERS = 3  # on two cores: while one waits for Solr and one reads, the third builds


def divide(job: Rebuild, documents: Sequence[SolrDocument]) -> None:
    """Makes the ranges of a rebuild and counts its documents."""
    found = ledger.entries_of(documents)
    ends = found.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is not None:
        RebuildRange.objects.using(documents[0].using).bulk_create(
            RebuildRange(rebuild=job, cursor=first - 1, last=min(first + RANGE - 1, ends["last"]))
            for first in range(ends["first"], ends["last"] + 1, RANGE)
        )
    job.total = found.count()
    job.save(update_fields=["total"])


def fill(job: Rebuild, documents: Sequence[SolrDocument]) -> Iterator[int]:
    """Sends what of the ranges is not sent yet; yields the size of each batch that is done."""
    client = client_for(job.target)
    waiting = job.ranges.filter(cursor__lt=F("last"))
    with ThreadPoolExecutor(FILLERS) as pool:
        yield from _each(pool, lambda part: _fill_range(part, documents, client), list(waiting))


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
    try:
        while open_ranges:
            count = counts.get()
            if count is None:
                open_ranges -= 1
            else:
                yield count
    finally:
        for future in futures:  # after an error elsewhere, those that have not begun
            future.cancel()
    for future in futures:
        future.result()


def _fill_range(
    part: RebuildRange, documents: Sequence[SolrDocument], client: SolrClient
) -> Iterator[int]:
    """Batch by batch; the cursor makes it resumable."""
    using = documents[0].using
    while part.cursor < part.last:
        rows = ledger.entries_of(documents).filter(pk__gt=part.cursor, pk__lte=part.last)
        found = held(rows.order_by("pk")[:BATCH])
        solr.require_healthy()
        for document in documents:
            own = [row for row in found if row.document_type == document.document_type]
            send_rows(document, own, client)
        part.cursor = found[-1].id if len(found) == BATCH else part.last
        RebuildRange.objects.using(using).filter(pk=part.pk).update(cursor=part.cursor)
        yield len(found)


class Held(NamedTuple):
    """What the ledger says that Solr has of a document."""

    id: int
    document_type: str
    object_id: str
    version: int
    indexed_version: int
    sent_version: int
    lease: str
    is_tombstone: bool
    content_hash: str

    @property
    def settled(self) -> bool:
        return self.version <= self.indexed_version and not self.lease


def held(found: QuerySet[LedgerEntry]) -> list[Held]:
    return [Held(*row) for row in found.values_list(*Held._fields)]


def send_rows(document: SolrDocument, found: Sequence[Held], client: SolrClient) -> None:
    """Sends to one collection what the live one has of these rows.

    A row that is on its way to the live one goes to both from there; one whose content is not what
    was confirmed is sent again that way.
    """
    settled = [row for row in found if row.settled]
    built = dict(document.build([row.object_id for row in settled if not row.is_tombstone]))
    outgoing, differing = [], []
    for row in settled:
        fields = built.get(row.object_id)
        if row.is_tombstone:
            outgoing.append(content.tombstone(row.object_id, row.sent_version))
        elif isinstance(fields, dict) and content.content_hash(fields) == row.content_hash:
            outgoing.append(content.live(row.object_id, row.sent_version, fields, row.content_hash))
        else:
            differing.append(row.id)
    if differing:
        again = ledger.entries(document).filter(pk__in=differing)
        ledger.send_these_again(document, again)
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
