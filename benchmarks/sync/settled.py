"""Database and Solr in agreement: what most measurements begin with."""

from __future__ import annotations

from pathlib import Path

from django.db import connection

from benchmarks.sync import limit, stage
from solr_sync.audit import Audit
from solr_sync.solr import client_for

CONFIRMED = """
    UPDATE solr_sync_ledgerentry e SET version = 1, indexed_version = 1, claimed_version = 1,
        sent_version = 1, content_hash = b.hash, bucket = b.bucket, check_number = b.number,
        due_at = NULL, lease = '', indexed_at = now(), searchable_at = now(), parked_at = NULL,
        error = '', attempts = 0, is_tombstone = false
    FROM bench_bodies b WHERE e.document_type = 'layer' AND e.object_id = b.id
"""


def ensure(folder: Path, number: int) -> list[float]:
    """Posts the prepared bodies and confirms them in the ledger; the times of the posting.

    What a measurement before it left in agreement is used as it is, and there are no times.
    """
    if _agrees(number):
        return []
    bodies = limit.prepare(folder / f"bodies_{number}", number)
    stage.forget_everything()
    times = limit.post(bodies, stage.ALIAS)
    client_for(stage.ALIAS).commit_softly()
    confirm(folder / f"bodies_{number}")
    if not _agrees(number):
        raise SystemExit("the collection does not hold what was posted")
    return times


def ensure_before_edits(folder: Path, number: int) -> None:
    """Whoever measures next prepares other bodies: those that were prepared will be outdated."""
    ensure(folder, number)
    limit.forget(folder / f"bodies_{number}")


def _agrees(number: int) -> bool:
    stage.fresh_alias()
    found = Audit(stage.ALIAS).look()
    return found.agrees and found.checked == number and stage.nothing_is_pending()


def confirm(folder: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE bench_bodies (id text, hash text, bucket int, number bigint)"
        )
        with (folder / limit.INDEX).open(encoding="ascii") as lines:
            cursor.copy_from(lines, "bench_bodies")
        cursor.execute(CONFIRMED)
        cursor.execute("DROP TABLE bench_bodies")
        cursor.execute("VACUUM ANALYZE solr_sync_ledgerentry")
