"""Jobs whose kinds only tests know, people, and a worker that is theirs alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app

from accounts.models import User
from jobs import leases, sending, tasks
from jobs.models import Job
from services.bundle import Services
from tests.jobs.rehearsal import jobs as rehearsal  # registers its kinds
from tests.layers.conftest import sign_in
from tests.programs import Process, celery_worker

__all__ = ["rehearsal", "sign_in"]


@pytest.fixture(autouse=True)
def no_messages(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """Jobs that a message would have been sent for, where no worker runs."""
    sent: list[Job] = []
    if not {"jobs_worker", "mortal"} & set(request.fixturenames):
        monkeypatch.setattr(sending, "wake", sent.append)
        monkeypatch.setattr(sending, "send", lambda job, **_: sent.append(job))
    return sent


@pytest.fixture
def quick_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "HEARTBEAT_SECONDS", 0.1)


@pytest.fixture
def person(committed: None) -> User:
    return User.objects.create(username="person")


@pytest.fixture
def work(committed: None) -> Callable[[Job], Job]:
    """What a worker does with a message for the job."""

    def run(job: Job) -> Job:
        tasks.run_job(job.kind, str(job.pk))
        return Job.objects.get(pk=job.pk)

    return run


def worker(folder: Path, *options: str) -> Process:
    where = {"DJANGO_SETTINGS_MODULE": "tests.jobs.settings", "PYTHONPATH": "."}
    return celery_worker(folder, "jobs", 2, *options, **where)


@pytest.fixture(scope="module")
def worker_process(
    services: Services, django_db_setup: None, django_db_blocker: Any, logs: Path
) -> Iterator[Process]:
    found = worker(logs)
    with django_db_blocker.unblock():
        found.start()
    found.wait_until_logged(" ready.")
    yield found
    found.stop()


@pytest.fixture
def jobs_worker(committed: None, worker_process: Process) -> Process:
    with current_app.connection_for_write() as connection:
        connection.default_channel.queue_purge("jobs")
    return worker_process
