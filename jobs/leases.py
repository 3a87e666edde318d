"""Claiming, keeping and ending jobs: compare-and-set updates, on the database's clock.

A run owns its job while the row carries its token; no lock outlives a call. What a run writes after
it lost its lease finds no row and so changes nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from jobs.kinds import Kind
from jobs.models import Job, JobQuerySet, State
from jobs.signals import job_ended

# Renewed three times in its length by a thread of its own, so also while GDAL is at work.
LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 8.0


def claim(pk: UUID | str, kind: Kind, *, token: str, worker: str) -> Job | None:
    """The job, if it waits or if its worker has not been heard of; None for every other message."""
    free = Q(state=State.WAITING) | Q(state=State.RUNNING, due_at__lte=Now())
    rows = Job.objects.filter(free, pk=pk, cancel_asked_at=None, attempts__lt=kind.attempts)
    taken = rows.update(
        state=State.RUNNING,
        lease=token,
        worker=worker,
        due_at=Now() + LEASE,
        heartbeat_at=Now(),
        started_at=Coalesce("started_at", Now()),
        attempts=F("attempts") + 1,
        error="",
    )
    return Job.objects.get(pk=pk) if taken else None


def held(pk: UUID | str, token: str) -> JobQuerySet:
    return Job.objects.filter(pk=pk, lease=token, state=State.RUNNING)


def renew(pk: UUID | str, token: str, **values: Any) -> bool:
    """Writes values and a sign of life; returns False when the lease is lost."""
    return bool(held(pk, token).update(due_at=Now() + LEASE, heartbeat_at=Now(), **values))


def end(rows: JobQuerySet, state: State, **values: Any) -> bool:
    """Ends a job that `rows` still finds; returns whether it did."""
    with transaction.atomic():
        job = rows.select_for_update(of=("self",)).first()
        if job is None:
            return False
        values |= {"state": state, "steps": _ended(job.steps, state)}
        if state == State.DONE:
            values["progress"] = 1.0
        Job.objects.filter(pk=job.pk).update(
            **values, ended_at=Now(), due_at=None, lease="", memory={}
        )
        job.refresh_from_db()
        transaction.on_commit(lambda: _tell(job))
    return True


def _ended(steps: list[dict[str, Any]], state: State) -> list[dict[str, Any]]:
    """What ran is done, or ended as the job did; what waited stays so where the job broke off."""
    last = "done" if state == State.DONE else str(state)
    ends = {"running": last, "waiting": "done" if state == State.DONE else "waiting"}
    return [step | {"state": ends.get(step["state"], step["state"])} for step in steps]


def _tell(job: Job) -> None:
    job_ended.send_robust(sender=Job, job=job)
