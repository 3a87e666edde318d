"""The real thing for tests: services that `make test` started, workers, a clean slate."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import setup_databases, teardown_databases

from layers.vocabulary_files import load_vocabularies
from services.bundle import Services, from_environment

PROJECT = Path(__file__).resolve().parent.parent
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
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with workers come last: workers live on, and take work that others mean to do."""
    for item in items:
        if connection.vendor != "postgresql" and item.get_closest_marker("postgresql"):
            item.add_marker(pytest.mark.skip(reason="needs what SQLite has not"))
    items.sort(key=uses_workers)


def uses_workers(item: pytest.Item) -> bool:
    return "worker_processes" in getattr(item, "fixturenames", ())


def eventually(
    condition: Callable[[], Any], *, within: float = 20, what: str = "the condition"
) -> Any:
    """Returns the first true value of `condition`; fails the test when the time is up."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not come true within {within} s")
        time.sleep(0.02)
    return value


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
def no_page_views(settings: Any) -> None:
    """They are written by a thread of their own, past the transaction of a test."""
    settings.RECORD_PAGE_VIEWS = False


class Process:
    """A program of the catalogue, started as supervisord starts it, on the test database."""

    def __init__(self, log: Path, *command: str, **environment: str) -> None:
        self.log, self.command, self.environment = log, command, environment
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                cwd=PROJECT,
                env=os.environ | {"DATABASE_URL": test_database_url()} | self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def signal(self, number: signal.Signals) -> None:
        assert self.child is not None
        self.child.send_signal(number)

    def stop(self, *, within: float = 40) -> None:
        if self.child is None or self.child.poll() is not None:
            return
        self.child.terminate()
        try:
            self.child.wait(within)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def wait_until_logged(self, text: str) -> None:
        eventually(lambda: self.has_logged(text), within=120, what=f"{text!r} in {self.log}")

    def has_logged(self, text: str) -> bool:
        return self.log.exists() and text in self.log.read_text(errors="replace")


def test_database_url() -> str:
    """The address of the database that pytest-django made, for programs started by tests."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"


test_database_url.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


def celery_worker(logs: Path, queue: str, concurrency: int) -> Process:
    name = f"{queue}-{time.monotonic_ns()}"
    return Process(
        logs / f"{name}.log",
        *("celery", "-A", "config", "worker", "-Q", queue, "-c", str(concurrency)),
        *("-n", f"{name}@%h", "-l", "INFO"),
    )


# Those of `worker_processes`, for tests that need the queues to themselves.
started_workers: list[Process] = []


@pytest.fixture(scope="session")
def worker_processes(
    services: Services, django_db_setup: None, django_db_blocker: Any, logs: Path
) -> Iterator[dict[str, Process]]:
    """Live and bulk worker, and beat, started once; a test that stops one starts it again."""
    schedule = str(logs / "celerybeat-schedule")
    found = {
        "live": celery_worker(logs, "index.live", 2),
        "bulk": celery_worker(logs, "index.bulk", 1),
        "beat": Process(logs / "beat.log", "celery", "-A", "config", "beat", "-s", schedule),
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
        load_vocabularies(apps)  # a test may have renamed some
        _wipe()
        yield
        _wipe()
        connection.close()


def _wipe() -> None:
    assert "test" in str(connection.settings_dict["NAME"])
    for label in SLATE:
        apps.get_model(label)._base_manager.all().delete()


@pytest.fixture(scope="session")
def solr_collection(services: Services, django_db_setup: None) -> str:
    """The collection `layers`, as `solr_init` makes it."""
    from solr_sync import collections

    services.solr.start()
    services.solr.wait_ready(120)
    collections.ensure("layers")
    if not collections.standing("layers").current:  # services of an earlier run
        collections.point("layers", collections.create_next("layers"))
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
