"""A worker that is killed in the middle of its jobs."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from django.db.models.functions import Now

from jobs import services as jobs
from jobs.models import Job
from jobs.sweep import sweep
from tests.jobs.conftest import worker
from tests.jobs.rehearsal.jobs import BLOCK, COUNT
from tests.jobs.test_worker import numbers, state
from tests.programs import children_of, eventually


@pytest.fixture
def mortal(committed, services, logs: Path):
    """A worker of one's own, to be killed."""
    found = worker(logs)
    yield found
    found.stop()


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(person, mortal) -> None:
    mortal.start()
    job = jobs.start(COUNT, owner=person, to=60, pause=0.02)
    doomed = jobs.start(BLOCK, owner=person)
    eventually(lambda: len(numbers(job)) > 5, within=60, what="the first numbers")
    eventually(lambda: state(doomed) == "running", what="the other's beginning")
    mortal.kill()
    before = len(numbers(job))
    mortal.start()  # RabbitMQ delivers the messages again, while the leases still run
    eventually(lambda: mortal.log.read_text().count("nothing to do") >= 2, within=60)
    assert len(numbers(job)) == before
    Job.objects.filter(state="running").update(due_at=Now())
    assert sweep()[0] == 2
    eventually(lambda: state(job) == "done", what="the job's end")
    assert numbers(job) == [str(n + 1) for n in range(60)]
    assert state(doomed) == "failed"


def test_a_worker_told_to_stop_ends_its_job_first(person, mortal) -> None:
    """As supervisord tells it: the processes of its pool get the signal too."""
    mortal.start()
    job = jobs.start(COUNT, owner=person, to=60, pause=0.02)
    eventually(lambda: len(numbers(job)) > 5, within=60, what="the first numbers")
    for pid in [mortal.child.pid, *children_of(mortal.child.pid)]:
        os.kill(pid, signal.SIGINT)
    mortal.child.wait(30)
    assert state(job) == "done"
    assert numbers(job) == [str(n + 1) for n in range(60)]
