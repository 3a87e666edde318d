"""To which collections a document goes: one as a rule, several from the start of a rebuild on."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F
from django.db.models.functions import Now

from solr_sync import solr_collections, stored
from solr_sync.documents import Fields, SolrDocument
from solr_sync.exceptions import SyncError
from solr_sync.models import Rebuild, Role, Target
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


def restore(alias: str, using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Configset, collection and alias where missing; forgets collections that Solr has lost.

    Says what it did. Safe to repeat; the audit fills what had to be made anew.
    """
    done = solr_collections.ensure(alias)
    lost = (
        Target.objects.using(using).filter(alias=alias).exclude(name__in=solr_collections.names())
    )
    for name in lost.values_list("name", flat=True):
        done.append(f"Solr has lost the collection {name}")
        Rebuild.objects.using(using).filter(target=name, ended_at=None).update(
            ended_at=Now(), outcome="Solr has lost it"
        )
    lost.delete()
    return done


def schema_of(client: SolrClient) -> stored.Schema:
    """As it was a minute ago at most. Raises SolrUnavailable."""
    return _schema(client.collection, int(time.monotonic() / SCHEMA_SECONDS))


def cut(client: SolrClient, documents: Sequence[Fields]) -> list[Fields]:
    """Without the fields that this collection's schema does not know."""
    schema = schema_of(client)
    knows = cache(schema.knows)
    return [
        fields if all(map(knows, fields)) else {n: v for n, v in fields.items() if knows(n)}
        for fields in documents
    ]


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
