"""To which collections a document goes: one as a rule, several from the start of a rebuild on."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import F

from solr_sync import stored
from solr_sync.documents import Fields, SolrDocument
from solr_sync.exceptions import SyncError
from solr_sync.models import Role, Target
from solr_sync.solr import SolrClient, client_for

logger = logging.getLogger(__name__)

SCHEMA_SECONDS = 60


@dataclass(frozen=True)
class Targets:
    """The collection that searchers see, whose answer counts, and those that follow it."""

    live: SolrClient
    others: tuple[SolrClient, ...]

    @property
    def several(self) -> bool:
        return bool(self.others)


def of(document: SolrDocument) -> Targets:
    rows = list(Target.objects.using(document.using).filter(alias=document.collection))
    live = next((row.name for row in rows if row.role == Role.LIVE), document.collection)
    others = tuple(client_for(row.name) for row in rows if row.role != Role.LIVE)
    return Targets(client_for(live), others)


def cut(client: SolrClient, documents: Sequence[Fields]) -> list[Fields]:
    """Without the fields that this collection's schema does not know."""
    known = _schema(client.collection, int(time.monotonic() / SCHEMA_SECONDS))
    return [{n: v for n, v in fields.items() if known.knows(n)} for fields in documents]


@lru_cache(maxsize=16)
def _schema(collection: str, _minute: int) -> stored.Schema:
    return stored.schema_of(client_for(collection))


def post_to_followers(
    document: SolrDocument, targets: Targets, documents: Sequence[Fields]
) -> None:
    """What one of them does not take is noted; its verification finds and mends it."""
    for client in targets.others:
        try:
            client.post_documents(cut(client, documents))
        except SyncError as error:
            logger.warning("%s did not take a batch: %s", client.collection, error)
            Target.objects.using(document.using).filter(name=client.collection).update(
                misses=F("misses") + 1, error=str(error)
            )
