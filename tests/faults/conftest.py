from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models.functions import Now

from services.bundle import Services
from solr_sync import solr as solr_module
from solr_sync.models import Collection, LedgerEntry, RelatedChange
from solr_sync.solr import SolrClient, client_for
from tests.conftest import started_workers
from tests.faults.changes import clear_vocabularies, furnish
from tests.faults.proxy import SolrProxy
from tests.faults.stand import Stand


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("soak") and "soak" not in item.config.option.markexpr:
            item.add_marker(pytest.mark.skip(reason="takes long: make test ARGS='-m soak'"))


@pytest.fixture(autouse=True)
def nobody_is_woken(request: pytest.FixtureRequest, settings: Any) -> None:
    if not {"stand", "whole_stand"} & set(request.fixturenames):
        settings.SOLR_SYNC_SIGNAL_PROCESSOR = "tests.solr_sync.conftest.Nobody"


@pytest.fixture(scope="session")
def whole_stand(
    services: Services, solr_collection: str, django_db_blocker: Any, logs: Path
) -> Iterator[Stand]:
    """Workers of its own: those of other tests would take the work past the proxies."""
    others = [process for process in started_workers if process.child]
    for process in others:
        process.stop()
    stand = Stand(services, logs)
    with django_db_blocker.unblock():
        try:
            stand.start()
            yield stand
        finally:
            stand.stop()
    for process in others:
        process.log.unlink()
        process.start()
    for process in others:
        process.wait_until_logged(" ready.")


@pytest.fixture
def stand(whole_stand: Stand, solr: SolrClient) -> Iterator[Stand]:
    """Some layers, all of them in Solr already."""
    furnish(12)
    whole_stand.wait()
    whole_stand.solr.exchanges.clear()
    yield whole_stand
    whole_stand.solr.fault = None
    whole_stand.solr.accept()
    whole_stand.broker.open()
    clear_vocabularies()


@pytest.fixture
def proxy(solr: SolrClient, services: Services, settings: Any) -> Iterator[SolrProxy]:
    """Between the worker in this process and Solr."""
    found = SolrProxy(services.solr.port)
    settings.SOLR_URL = found.url
    client_for.cache_clear()
    yield found
    client_for.cache_clear()
    found.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solr_module, "READ_SECONDS", 0.3)
    monkeypatch.setattr(solr_module, "WRITE_SECONDS", 0.5)
    monkeypatch.setattr(solr_module.request, "__kwdefaults__", {"timeout": (0.3, 0.3)})


def time_passes() -> None:
    """Every lease and every wait is over."""
    past = Now() - timedelta(seconds=1)
    LedgerEntry.objects.filter(due_at__isnull=False).update(due_at=past)
    RelatedChange.objects.filter(due_at__isnull=False).update(due_at=past)
    Collection.objects.filter(next_try_at__isnull=False).update(next_try_at=past)
