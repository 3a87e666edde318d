"""Faults of two kinds.

Those of a worker in this process, with a proxy before Solr, belong to every run of the tests. Those
of the whole way kill servers and processes, take minutes, and have to be asked for (`-m soak`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from services.bundle import Services
from solr_sync import solr as solr_module
from solr_sync import solr_collections
from solr_sync.models import Collection, LedgerEntry, RelatedChange
from solr_sync.solr import SolrClient, client_for
from tests.faults import table
from tests.faults.choosing import clear_vocabularies, furnish
from tests.faults.proxy import SolrProxy
from tests.faults.stand import Stand

STAND = {"stand", "whole_stand"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "soak" in config.option.markexpr:
        # The stand lasts until the end, and its workers would take what other tests work off.
        items.sort(key=lambda item: bool(STAND & set(getattr(item, "fixturenames", ()))))
    else:
        long = [item for item in items if item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if table.rows:
        kept = table.keep(connection.vendor)
        terminalreporter.section(f"what was killed on {connection.vendor}, and what came of it")
        terminalreporter.write_line(table.as_markdown())
        terminalreporter.write_line(f"kept in {kept}")


@pytest.fixture(autouse=True)
def nobody_is_woken(request: pytest.FixtureRequest, settings: Any) -> None:
    if not STAND & set(request.fixturenames):
        settings.SOLR_SYNC_SIGNAL_PROCESSOR = "tests.solr_sync.conftest.Nobody"


@pytest.fixture(scope="package")
def whole_stand(
    services: Services, solr_collection: str, django_db_blocker: Any, logs: Path
) -> Iterator[Stand]:
    """Workers of its own, for the tests of this folder alone."""
    stand = Stand(services, logs)
    try:
        with django_db_blocker.unblock():
            stand.start()
        yield stand
    finally:
        with django_db_blocker.unblock():
            try:
                stand.mend()
            finally:
                stand.stop()


@pytest.fixture
def stand(whole_stand: Stand, solr: SolrClient) -> Iterator[Stand]:
    """Some layers, all of them in Solr already; afterwards everything is as it was."""
    clear_vocabularies()
    furnish(12)
    try:
        whole_stand.wait(170)
        whole_stand.solr.exchanges.clear()
        yield whole_stand
    finally:
        whole_stand.mend()
        solr_collections.ensure("layers")
        clear_vocabularies()


@pytest.fixture
def proxy(solr: SolrClient, services: Services, settings: Any) -> Iterator[SolrProxy]:
    """Between the worker in this process and Solr."""
    direct = settings.SOLR_URL
    found = SolrProxy(services.solr.port)
    settings.SOLR_URL = found.url
    client_for.cache_clear()
    yield found
    settings.SOLR_URL = direct
    client_for.cache_clear()
    found.close()


@contextmanager
def impatience() -> Iterator[None]:
    """A client that gives up soon."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solr_module, "READ_SECONDS", 0.3)
        patch.setattr(solr_module, "WRITE_SECONDS", 0.5)
        patch.setattr(solr_module.request, "__kwdefaults__", {"timeout": (0.3, 0.3)})
        yield


def time_passes() -> None:
    """Every lease and every wait is over."""
    past = Now() - timedelta(seconds=1)
    LedgerEntry.objects.filter(due_at__isnull=False).update(due_at=past)
    RelatedChange.objects.filter(due_at__isnull=False).update(due_at=past)
    Collection.objects.filter(next_try_at__isnull=False).update(next_try_at=past)
