"""Who started a job hears of its end."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from accounts.notice_kinds import JOB_DONE, JOB_FAILED
from accounts.notices import notify
from jobs.models import Job, State
from jobs.signals import job_ended

KINDS = {State.DONE: JOB_DONE, State.FAILED: JOB_FAILED}


def connect() -> None:
    job_ended.connect(tell_owner, sender=Job, dispatch_uid="reports.tell_owner")


def tell_owner(job: Job, **_: Any) -> None:
    """Not of what the owner cancelled."""
    kind = KINDS.get(State(job.state))
    if job.owner is None or kind is None:
        return
    with translation.override(job.language or None):
        what = f"{job.label}: {job.subject}" if job.subject else job.label
    notify(job.owner, kind, key=str(job.pk), url=job.get_absolute_url(), what=what, why=job.error)
