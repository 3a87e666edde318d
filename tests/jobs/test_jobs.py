"""Starting, running, ending: a job is a row, whatever becomes of its messages."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import translation

from jobs import leases, services, signals, tasks
from jobs.exceptions import JobCancelled, JobFailed, LeaseLost
from jobs.handle import JobHandle
from jobs.kinds import forget, job_kind, kind_of
from jobs.models import Job, JobLine, State
from jobs.sweep import sweep
from tests.jobs.rehearsal.jobs import BLOCK, BREAK, COUNT, GREET
from tests.programs import eventually
from tests.threads import at_once


def again(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def lines(job: Job) -> list[str]:
    return list(job.lines.values_list("text", flat=True))


def forsake(job: Job) -> None:
    """As a worker leaves it that dies: with a lease that nobody renews."""
    Job.objects.filter(pk=job.pk).update(due_at=Now(), state="running", lease="dead", attempts=1)


def test_a_job_runs_once_and_keeps_what_it_returns(person, work) -> None:
    job = work(services.start(GREET, owner=person, name="world"))
    assert (job.state, job.progress, job.attempts) == ("done", 1.0, 1)
    assert job.result == {"summary": "Hello world", "links": [{"label": "Home", "url": "/"}]}
    assert [step["state"] for step in job.steps] == ["done", "done"]
    assert job.started_at is not None
    assert job.ended_at is not None
    assert lines(job) == ["hello world"]


def test_a_message_that_comes_again_does_nothing(person, work) -> None:
    job = work(services.start(GREET, owner=person, name="world"))
    assert "is done" in tasks.run_job(job.kind, str(job.pk))
    assert lines(job) == ["hello world"]


def test_a_message_for_a_job_at_work_does_nothing(person) -> None:
    job = services.start(GREET, owner=person, name="world")
    assert leases.claim(job.pk, kind_of(GREET), token="first", worker="a")
    assert leases.claim(job.pk, kind_of(GREET), token="second", worker="b") is None
    assert "is running" in tasks.run_job(job.kind, str(job.pk))


def test_nothing_is_started_that_is_rolled_back(person, no_messages) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        services.start(GREET, owner=person, name="nobody")
        assert no_messages == []
        raise RuntimeError
    assert no_messages == []
    assert not Job.objects.exists()


def test_a_failure_says_why(person) -> None:
    job = services.start(BREAK, owner=person, how="plainly")
    with pytest.raises(JobFailed, match="the bridge is closed"):
        tasks.run_job(job.kind, str(job.pk))
    assert (again(job).state, again(job).error) == ("failed", "the bridge is closed")


def test_a_mistake_of_ours_is_named_by_its_kind_alone(person) -> None:
    job = services.start(BREAK, owner=person, how="by mistake")
    with pytest.raises(JobFailed):
        tasks.run_job(job.kind, str(job.pk))
    assert "ZeroDivisionError" in again(job).error
    assert "secret" not in again(job).error


def test_what_is_said_is_said_in_the_language_of_the_one_who_waits(person) -> None:
    with translation.override("de"):
        job = services.start(BREAK, owner=person, how="by mistake")
    assert job.language == "de"


def test_of_a_key_one_job_is_active(person, work) -> None:
    first = services.start(COUNT, key="report", owner=person, to=1)
    assert services.start(COUNT, key="report", to=1) == first
    assert services.start(COUNT, key="other", to=1) != first
    assert services.start(GREET, key="report", name="x") != first
    work(first)
    assert services.latest(COUNT, "report") == first
    assert services.start(COUNT, key="report", to=1) != first


@pytest.mark.postgresql
def test_of_many_who_ask_at_once_one_starts_the_job(committed) -> None:
    found = at_once(*[lambda: services.start(COUNT, key="report", to=1)] * 16)
    assert len({job.pk for job in found}) == 1
    assert len(found) == 16
    assert Job.objects.count() == 1


def test_a_period_has_one_job_however_it_ends(person, work) -> None:
    job = services.start_once(GREET, "2026-01-01", name="day")
    assert job is not None
    work(job)
    assert services.start_once(GREET, "2026-01-01", name="day") is None
    assert services.start_once(GREET, "2026-01-02", name="day") is not None


def test_two_beats_start_one_job_a_period(committed) -> None:
    said = [tasks.start_by_the_clock(GREET, 10**8, {"name": "clock"}) for _ in range(2)]
    assert said[0].startswith("started")
    assert "has had its job" in said[1]
    assert Job.objects.count() == 1


def test_a_job_that_waits_is_cancelled_at_once(person, work) -> None:
    job = services.start(GREET, owner=person, name="world")
    assert services.cancel(job)
    assert work(job).state == "cancelled"
    assert lines(job) == []
    assert not services.cancel(job)


def test_a_job_at_work_ends_when_it_looks(person, quick_leases) -> None:
    job = services.start(BLOCK, owner=person)

    def work() -> None:
        tasks.run_job(job.kind, str(job.pk))
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    eventually(lambda: again(job).state == "running", what="the job's beginning")
    assert services.cancel(job)
    thread.join(20)
    assert again(job).state == "cancelled"


def test_a_job_can_be_repeated(person, work) -> None:
    first = work(services.start(GREET, owner=person, subject="Rivers", name="world"))
    second = work(services.repeat(first, owner=person))
    assert (second.state, second.repeats, second.subject) == ("done", first, "Rivers")


def test_a_kind_may_refuse_to_be_repeated(person, work) -> None:
    def refuse(job: Job) -> None:
        raise JobFailed("the file is gone")

    job_kind("rehearsal.once", label="Once", before_repeat=refuse)(lambda handle: None)
    job = work(services.start("rehearsal.once", owner=person))
    with pytest.raises(JobFailed, match="the file is gone"):
        services.repeat(job, owner=person)
    forget("rehearsal.once")


def test_the_end_is_told_once(person, work) -> None:
    told: list[tuple[str, str]] = []

    def hear(job: Job, **_: object) -> None:
        told.append((job.kind, job.state))

    signals.job_ended.connect(hear)
    work(work(services.start(GREET, owner=person, name="world")))
    services.cancel(services.start(COUNT, to=1))
    signals.job_ended.disconnect(hear)
    assert told == [(GREET, "done"), (COUNT, "cancelled")]


# When messages are lost and workers die


def test_a_lost_message_is_sent_again(person, no_messages) -> None:
    job = services.start(GREET, owner=person, name="world")
    no_messages.clear()
    assert sweep() == (0, 0)
    Job.objects.update(due_at=Now())
    assert sweep() == (0, 1)
    assert no_messages == [job]
    assert sweep() == (0, 0)


def test_a_job_of_a_dead_worker_is_taken_up_where_it_was(person, work, no_messages) -> None:
    job = services.start(COUNT, owner=person, to=3)
    forsake(job)
    JobLine.objects.create(job=job, at=Now(), text="1")
    Job.objects.update(memory={"number": 1})
    assert sweep() == (1, 1)
    assert again(job).state == "waiting"
    assert work(job).state == "done"
    assert [line for line in lines(job) if line.isdigit()] == ["1", "2", "3"]


def test_a_job_whose_workers_die_again_and_again_fails_with_a_reason(person) -> None:
    job = services.start(GREET, owner=person, name="world")
    for _attempt in range(3):
        assert leases.claim(job.pk, kind_of(GREET), token="x", worker="w")
        Job.objects.update(due_at=Now())
        sweep()
    assert again(job).state == "failed"
    assert "ended 3 times" in again(job).error


def test_what_must_not_be_tried_twice_fails_at_once(person) -> None:
    job = services.start(BLOCK, owner=person)
    assert leases.claim(job.pk, kind_of(BLOCK), token="x", worker="w")
    Job.objects.update(due_at=Now())
    sweep()
    assert again(job).state == "failed"


def test_a_job_that_was_asked_to_end_is_not_taken_up(person) -> None:
    job = services.start(COUNT, owner=person, to=3)
    forsake(job)
    services.cancel(job)
    sweep()
    assert again(job).state == "cancelled"


def test_a_run_that_lost_its_job_writes_nothing_more(person) -> None:
    job = services.start(COUNT, owner=person, to=3)
    claimed = leases.claim(job.pk, kind_of(COUNT), token="mine", worker="w")
    assert claimed is not None
    handle = JobHandle(claimed, "mine", [])
    Job.objects.update(lease="another's")
    with pytest.raises(LeaseLost), handle.fence():
        pytest.fail("the fence let it in")
    with pytest.raises(LeaseLost):
        handle.progress(3, 3)
    assert not leases.end(leases.held(job.pk, "mine"), State.DONE)
    assert again(job).progress == 0


def test_steps_and_counts_make_one_progress(person) -> None:
    job = services.start(GREET, owner=person, name="x")
    claimed = leases.claim(job.pk, kind_of(GREET), token="mine", worker="w")
    assert claimed is not None
    handle = JobHandle(claimed, "mine", ["think", "say"])
    handle.step("think")
    assert again(job).progress == 0
    handle.progress(10, 10)
    assert again(job).progress == 0.5
    handle.step("say")
    assert [step["state"] for step in again(job).steps] == ["done", "running"]
    Job.objects.update(cancel_asked_at=Now())
    with pytest.raises(JobCancelled):
        handle.progress(1, 1)


def test_ended_jobs_are_forgotten_after_a_while(person, work) -> None:
    work(services.start(GREET, owner=person, name="old"))
    Job.objects.update(ended_at=Now() - timedelta(days=40))
    fresh = work(services.start(GREET, owner=person, name="new"))
    assert services.remove_ended(timedelta(days=30)) == 1
    assert list(Job.objects.all()) == [fresh]
