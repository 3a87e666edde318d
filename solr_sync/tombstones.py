"""Removing old tombstones from Solr.

A tombstone keeps late writes of older versions away. It may go once nothing can come any more that
it would have to stop: when it is older than any lease, backlog and rebuild.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from solr_sync import ledger, outages, targets
from solr_sync.documents import SolrDocument
from solr_sync.models import Rebuild

KEPT = timedelta(days=30)
# Whatever waits for so long may have been built before the tombstone.
LONGEST_BACKLOG = KEPT - timedelta(days=1)


def purge(document: SolrDocument) -> str:
    """Says what it did, or why it is not the time for it. Raises SolrUnavailable.

    By a query, which Solr lets all writers of the collection wait for: at night.
    """
    if reason := reason_against(document):
        return reason
    found = targets.of(document)
    for client in (found.live, *found.others):
        client.delete(q=f"deleted:true AND deleted_at:[* TO NOW-{KEPT.days}DAYS]", softCommit=True)
    return f"tombstones of more than {KEPT.days} days removed"


def reason_against(document: SolrDocument) -> str:
    if outages.is_on(document):
        return "Solr is away"
    if Rebuild.objects.using(document.using).filter(ended_at=None).exists():
        return "a rebuild is under way"
    waiting = Q(due_at__isnull=False) | Q(parked_at__isnull=False)
    old = ledger.entries(document).filter(waiting, changed_at__lt=Now() - LONGEST_BACKLOG)
    return "something has waited for weeks" if old.exists() else ""
