"""The real thing for tests: services that `make test` started, workers, a clean slate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from layers.vocabulary_files import MODELS, entries_of, load_vocabularies
from services.bundle import Services, from_environment
from tests.programs import Process, celery_beat, celery_worker

# What a test may leave behind; vocabularies, loaded by migration, stay.
SLATE = [
    "jobs.Job",
    "uploads.Upload",
    "reports.PageView",
    "reports.EmptySearch",
    "reports.CatalogueReport",
    "reports.Link",
    "layers.Layer",
    "layers.Party",
    "layers.Organisation",
    "layers.Keyword",
    "accounts.User",
    "accounts.Group",
    "solr_sync.LedgerEntry",
    "solr_sync.RelatedChange",
    "solr_sync.Collection",
    "solr_sync.AuditRun",
    "solr_sync.Rebuild",
    "solr_sync.Target",
    "django_celery_results.TaskResult",
]
# Those of `worker_processes`.
started_workers: list[Process] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those with workers and with a browser stand together, at the beginning."""
    for item in items:
        if connection.vendor != "postgresql" and item.get_closest_marker("postgresql"):
            item.add_marker(pytest.mark.skip(reason="needs what SQLite has not"))
    items.sort(key=place)


def place(item: pytest.Item) -> int:
    browses = "chromium" in fixtures(item)
    if uses_workers(item):
        return 1 if browses else 0
    return 2 if browses else 3


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Workers would take work that other tests mean to do."""
    if not uses_workers(item):
        while started_workers:
            started_workers.pop().stop()


def uses_workers(item: pytest.Item) -> bool:
    return "worker_processes" in fixtures(item)


def fixtures(item: pytest.Item) -> Sequence[str]:
    return getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database, also for tests that commit for real and so don't use `db`.

    pytest-django's own makes a database only for tests that ask for one of its fixtures.
    """
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    """Pages name their static files by hash, as in production."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session")
def services() -> Services:
    return from_environment()


@pytest.fixture(autouse=True)
def quick_passwords(request: pytest.FixtureRequest, settings: Any) -> None:
    """Hashing as in production takes most of a test's time; a web process of its own needs it."""
    if not {"browser", "faults"} & set(request.path.parts):
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def static_files_when_asked(settings: Any) -> None:
    """Each test client has middleware of its own, and WhiteNoise's would look at all of them."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def no_page_views(settings: Any) -> None:
    """They are written by a thread of their own, past the transaction of a test."""
    settings.RECORD_PAGE_VIEWS = False


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="session")
def worker_processes(
    services: Services, django_db_setup: None, django_db_blocker: Any, logs: Path
) -> Iterator[dict[str, Process]]:
    """Live and bulk worker, and beat, started once; a test that stops one starts it again."""
    found = {
        "live": celery_worker(logs, "index.live", 2),
        "bulk": celery_worker(logs, "index.bulk", 1),
        "beat": celery_beat(logs),
    }
    started_workers.extend(found.values())
    try:
        with django_db_blocker.unblock():
            for process in found.values():
                process.start()
        for name in ("live", "bulk"):
            found[name].wait_until_logged(" ready.")
        yield found
    finally:
        for process in found.values():
            process.stop()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Real commits, and a clean slate before and after. Vocabularies stay.

    In the place of pytest-django's `transaction=True`, whose flush would take them from all tests
    that come later.
    """
    with django_db_blocker.unblock():
        if any(terms - _terms_of(model) for model, terms in _terms_that_come().items()):
            load_vocabularies(apps)  # a test has removed some
        _wipe()
        yield
        _wipe()
        connection.close()


@cache
def _terms_that_come() -> dict[str, set[str]]:
    return {model: {e["code"] for e in entries_of(file)} for file, model in MODELS.items()}


def _terms_of(model: str) -> set[str]:
    return set(apps.get_model("layers", model)._base_manager.values_list("pk", flat=True))


def _wipe() -> None:
    assert "test" in str(connection.settings_dict["NAME"])
    for label in SLATE:
        apps.get_model(label)._base_manager.all().delete()


@pytest.fixture(scope="session")
def solr_collection(services: Services, django_db_setup: None) -> str:
    """The collection `layers`, as `solr_init` makes it."""
    from solr_sync import solr_collections

    services.solr.start()
    services.solr.wait_ready(120)
    solr_collections.ensure("layers")
    if not solr_collections.standing("layers").current:  # services of an earlier run
        solr_collections.point("layers", solr_collections.create_next("layers"))
    return "layers"


@pytest.fixture
def solr(solr_collection: str, committed: None) -> Any:
    """The collection, emptied."""
    from solr_sync.solr import SolrClient, client_for

    patient = SolrClient(solr_collection, read_seconds=60)
    patient.delete(q="*:*", commit=True)
    return client_for(solr_collection)


@pytest.fixture
def workers(solr: Any, worker_processes: dict[str, Process]) -> dict[str, Process]:
    return worker_processes
