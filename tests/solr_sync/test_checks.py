"""`manage.py check` finds what would go wrong later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks

from layers.models import Keyword, Layer
from solr_sync.documents import SolrDocument
from solr_sync.registry import registry


def ids(**options: Any) -> set[str]:
    return {str(m.id) for m in run_checks(**options) if str(m.id).startswith("solr_sync")}


@pytest.fixture
def another() -> Iterator[type[SolrDocument]]:
    class KeywordDocument(SolrDocument):
        collection = "layers"

    registry.register(Keyword)(KeywordDocument)
    yield KeywordDocument
    registry.unregister("keyword")


def test_all_is_well() -> None:
    assert ids() == set()


def test_a_related_path_that_leads_nowhere(another: Any) -> None:
    another.related = {Layer: "layers__nowhere"}
    assert "solr_sync.E001" in ids()


def test_a_collection_without_a_configset(another: Any) -> None:
    another.collection = "keywords"
    assert "solr_sync.E002" in ids()


def test_keys_that_may_meet_in_one_collection(another: Any) -> None:
    assert "solr_sync.E003" in ids()


def test_document_types_of_one_collection_in_two_databases(another: Any) -> None:
    another.using = "other"
    assert "solr_sync.E004" in ids()


def test_a_schema_without_the_fields_of_the_sync(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "schema.xml").write_text('<schema><field name="id"/></schema>')
    settings.SOLR_SYNC_CONFIGSETS = {"layers": tmp_path}
    assert "solr_sync.E005" in ids()


@pytest.mark.usefixtures("committed")
def test_a_field_that_the_schema_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    Layer.objects.create(title="Rivers")
    assert "solr_sync.W002" not in ids(databases=["default"])
    document = type(registry["layer"])
    monkeypatch.setattr(document, "prepare", lambda self, layer: {"shelf": "A"})
    assert "solr_sync.W002" in ids(databases=["default"])


def test_a_queue_that_nobody_consumes(
    services: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from solr_sync import checks

    settings.SOLR_SYNC_SIGNAL_PROCESSOR = "solr_sync.processors.CeleryProcessor"
    monkeypatch.setattr(checks, "_queue_of", lambda task: "of nobody")
    services.rabbitmq.start()
    services.rabbitmq.wait_ready(60)
    assert "solr_sync.W003" in ids(include_deployment_checks=True)
