"""A million rows of the ledger and as many documents with the sync's fields alone.

Enough for what looks at numbers only, the quick audit and the sweep, and made in two minutes.
"""

from __future__ import annotations

import io
import threading
import uuid
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any

from django.db import connection

from benchmarks.sync import stage
from solr_sync import content
from solr_sync.audit import Audit
from solr_sync.solr import SolrClient, client_for

BATCH = 5000
COLUMNS = (
    "document_type", "object_id", "version", "indexed_version", "definition", "lane", "changed_at",
    "due_at", "lease", "task_id", "attempts", "error", "claimed_version", "sent_version",
    "is_tombstone", "content_hash", "bucket", "check_number", "indexed_at", "searchable_at",
)  # fmt: skip
MADE = "2026-01-01 00:00:00+00"


def ensure(number: int) -> None:
    """Takes the place of all that was in ledger and collection, unless it is there."""
    stage.fresh_alias()
    found = Audit(stage.ALIAS).look()
    if found.agrees and found.checked == number:
        return
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE solr_sync_ledgerentry")
    stage.forget_everything()
    client = client_for(stage.ALIAS)
    batches: SimpleQueue[list[dict[str, Any]] | None] = SimpleQueue()
    poster = threading.Thread(target=_post, args=(client, batches))
    poster.start()
    for documents in _documents(number):
        _write(documents)
        batches.put(documents)
    batches.put(None)
    poster.join()
    client.commit_softly()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE solr_sync_ledgerentry")


def _documents(number: int) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, number, BATCH):
        yield [_document(n) for n in range(start, min(start + BATCH, number))]


def _document(number: int) -> dict[str, Any]:
    key = str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))
    return content.live(key, 1, {"title": f"Layer {number}", "name": str(number)}, key[:32])


def _write(documents: list[dict[str, Any]]) -> None:
    rows = io.StringIO(
        "".join(
            f"layer\t{d['id']}\t1\t1\t1\t1\t{MADE}\t\\N\t\t\t0\t\t1\t1\tf\t{d['id'][:32]}\t"
            f"{d['sync_bucket']}\t{d['sync_check']}\t{MADE}\t{MADE}\n"
            for d in documents
        )
    )
    with connection.cursor() as cursor:
        cursor.copy_from(rows, "solr_sync_ledgerentry", columns=COLUMNS)


def _post(client: SolrClient, batches: SimpleQueue[list[dict[str, Any]] | None]) -> None:
    while documents := batches.get():
        client.post_documents(documents)
