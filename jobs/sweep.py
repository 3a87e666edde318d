"""Finds jobs whose message was lost and jobs whose worker died."""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from jobs import leases, sending
from jobs.exceptions import UnknownKind
from jobs.kinds import kind_of
from jobs.models import Job, JobLine, State

# A message that waits in a full queue is followed by the next when it has expired there.
SEND_AGAIN_AFTER = timedelta(seconds=60)
AT_ONCE = 200


def sweep() -> tuple[int, int]:
    """Returns how many jobs were left by their workers, and how many workers were woken for."""
    left = [job for job in _due(State.RUNNING) if _take_from_the_dead(job)]
    return len(left), sum(_wake_again(job) for job in _due(State.WAITING))


def _due(state: State) -> list[Job]:
    rows = Job.objects.filter(due_at__lte=Now(), state=state).order_by("due_at")
    return list(rows[:AT_ONCE])


def _take_from_the_dead(job: Job) -> bool:
    # The token tells whether somebody took it up since it was read.
    rows = Job.objects.filter(pk=job.pk, lease=job.lease, state=State.RUNNING, due_at__lte=Now())
    if job.cancel_asked_at is not None:
        return leases.end(rows, State.CANCELLED)
    if job.attempts >= _attempts(job):
        with translation.override(job.language or None):
            reason = _("The process that worked on it ended %(times)s times. Try again.")
            return leases.end(rows, State.FAILED, error=reason % {"times": job.attempts})
    if not rows.update(state=State.WAITING, lease="", due_at=Now()):
        return False
    with translation.override(job.language or None):
        text = _("The process that worked on it ended; another one takes it up.")
        JobLine.objects.create(job=job, at=Now(), text=text)
    return True


def _attempts(job: Job) -> int:
    try:
        return kind_of(job.kind).attempts
    except UnknownKind:
        return job.attempts + 1


def _wake_again(job: Job) -> bool:
    # Whoever comes first makes it due later, so it is woken once.
    rows = Job.objects.filter(pk=job.pk, state=State.WAITING, due_at__lte=Now())
    if not rows.update(due_at=Now() + SEND_AGAIN_AFTER):
        return False
    sending.send(job, expires=SEND_AGAIN_AFTER.total_seconds())
    return True
