from __future__ import annotations

from typing import Any

import pytest

from layers.models import Layer
from solr_sync import ledger
from solr_sync.models import LedgerEntry
from solr_sync.registry import registry
from solr_sync.solr import SolrClient
from solr_sync.worker import Report, Run


@pytest.fixture(autouse=True)
def nobody_is_woken(request: pytest.FixtureRequest, settings: Any) -> None:
    """Tests of single parts send no messages; those with workers do."""
    if "workers" not in request.fixturenames:
        settings.SOLR_SYNC_SIGNAL_PROCESSOR = "tests.solr_sync.conftest.Nobody"


class Nobody:
    def changed(self, document: Any, object_id: str) -> None: ...

    def changed_many(self, document: Any) -> None: ...


def entry_of(layer: Layer) -> LedgerEntry:
    return LedgerEntry.objects.get(document_type="layer", object_id=str(layer.pk))


def versions() -> dict[str, int]:
    return dict(LedgerEntry.objects.values_list("object_id", "version"))


def run(first: Layer | None = None, **options: Any) -> Report:
    """What a worker does, in this process."""
    object_id = str(first.pk) if first else None
    return Run(registry["layer"], **options).until_nothing_is_due(seconds=20, first=object_id)


def found(solr: SolrClient, query: str = "*:*") -> list[dict[str, Any]]:
    """Documents as anybody sees them who asks Solr itself."""
    return list(solr.search(query, rows=1000, sort="id asc"))


def titles(solr: SolrClient) -> list[str]:
    return sorted(document["title"] for document in found(solr))


def due_ids() -> set[str]:
    return set(ledger.due(registry["layer"]).values_list("object_id", flat=True))
