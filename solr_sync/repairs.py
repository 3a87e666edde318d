"""Putting right what an audit found: through the ledger, by the workers."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from solr_sync import ledger
from solr_sync.documents import SolrDocument
from solr_sync.models import Lane, LedgerEntry
from solr_sync.solr import SolrClient


class Repairs:
    """Has documents of a collection sent again, with versions above those that Solr has."""

    def __init__(self, documents: Sequence[SolrDocument], client: SolrClient) -> None:
        self.documents = documents
        self.client = client

    def __call__(self, ids: Sequence[str]) -> int:
        """Returns how many; what the ledger never knew gets a row, and so a tombstone."""
        self._adopt_strangers(ids)
        ahead = {i: version for i, version in self.client.versions_of(ids).items() if version}
        in_solr = Case(
            *(When(object_id=i, then=Value(version)) for i, version in ahead.items()),
            default=Value(0),
        )
        above = Greatest(F("version"), in_solr) + 1
        ledger.update_free(
            self.documents[0],
            self._rows(ids),
            version=above,
            claimed_version=above,  # so that it is sent, changed or not
            lane=Lane.BULK,
            due_at=Now(),
            changed_at=Now(),
            parked_at=None,
            attempts=0,
            error="",
        )
        return len(ids)

    def _rows(self, ids: Sequence[str]) -> QuerySet[LedgerEntry]:
        return ledger.entries_of(self.documents).filter(object_id__in=list(ids))

    def _adopt_strangers(self, ids: Sequence[str]) -> None:
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
