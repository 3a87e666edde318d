"""Changed rows that other documents copy from: their documents are found by walking them, late."""

from __future__ import annotations

import logging
import time
import uuid
from datetime import timedelta

from django.db import InterfaceError, connections, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from solr_sync import ledger
from solr_sync.documents import SolrDocument
from solr_sync.models import RelatedChange

CHUNK = 1000
LEASE = timedelta(seconds=60)
# After a failure: a row was held by an editor, or the path is one of a newer definition.
RETRY = timedelta(seconds=10)

logger = logging.getLogger(__name__)


def due(document: SolrDocument) -> QuerySet[RelatedChange]:
    return RelatedChange.objects.using(document.using).filter(
        document_type=document.document_type, due_at__lte=Now()
    )


def walk_chunk(document: SolrDocument) -> bool:
    """Marks up to a chunk of the documents of one change. Returns whether there was one to walk.

    Resumable: how far it came stands in the row, and marking a document twice does no harm.
    """
    lease = str(uuid.uuid4())
    change = _claim(document, lease)
    if change is None:
        return False
    try:
        _walk_chunk(document, change)
    except InterfaceError:
        raise
    except Exception as error:  # noqa: BLE001 - one that can't be walked must not stop the others
        logger.warning("%s can't be walked now: %s", change, error)
        reason = f"{type(error).__name__}: {error}"
        RelatedChange.objects.using(document.using).filter(pk=change.pk, lease=lease).update(
            due_at=Now() + RETRY, lease="", error=reason
        )
    return True


def _walk_chunk(document: SolrDocument, change: RelatedChange) -> None:
    if change.cursor_version != change.version:
        change.cursor, change.cursor_version = "", change.version
    keys = _next_keys(document, change)
    rows = ledger.entries(document).filter(object_id__in=[str(key) for key in keys])
    ledger.send_these_again(document, rows)
    _go_on(document, change, keys[-1] if len(keys) == CHUNK else None)


def _claim(document: SolrDocument, lease: str) -> RelatedChange | None:
    skip_locked = connections[document.using].features.has_select_for_update_skip_locked
    with transaction.atomic(using=document.using):
        change = due(document).order_by("due_at").select_for_update(skip_locked=skip_locked).first()
        if change:
            RelatedChange.objects.using(document.using).filter(pk=change.pk).update(
                due_at=Now() + LEASE, lease=lease, attempts=F("attempts") + 1
            )
            change.lease = lease
    return change


def _next_keys(document: SolrDocument, change: RelatedChange) -> list[object]:
    objects = document.model._base_manager.using(document.using).filter(
        **{change.path: change.object_id}
    )
    if change.cursor:
        objects = objects.filter(pk__gt=document.key_of(change.cursor))
    return list(objects.order_by("pk").values_list("pk", flat=True).distinct()[:CHUNK])


def _go_on(document: SolrDocument, change: RelatedChange, last: object | None) -> None:
    """Notes the place, unless the row was changed again: then it is due and begins anew."""
    rows = RelatedChange.objects.using(document.using).filter(pk=change.pk)
    place = {"cursor": "" if last is None else str(last), "cursor_version": change.cursor_version}
    unchanged = Q(version=change.version)
    if last is not None:
        rows.filter(unchanged).update(due_at=Now(), lease="", attempts=0, error="", **place)
    else:
        rows.filter(unchanged).update(due_at=None, lease="", attempts=0, error="", **place)
        rows.update(walked_version=change.version)


def walk(document: SolrDocument, *, seconds: float) -> int:
    """Walks chunks until none is due or the time is up; returns how many."""
    deadline = time.monotonic() + seconds
    chunks = 0
    while time.monotonic() < deadline and walk_chunk(document):
        chunks += 1
    return chunks
