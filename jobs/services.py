"""Starting, cancelling and repeating jobs, and finding those of a key."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import get_language

from jobs import leases, sending
from jobs.kinds import kind_of
from jobs.models import Job, State

if TYPE_CHECKING:
    from accounts.models import User

# A fresh job has its own message on the way.
GRACE = timedelta(seconds=10)


def start(
    kind: str,
    *,
    owner: User | None = None,
    key: str = "",
    subject: str = "",
    shared: bool = False,
    repeats: Job | None = None,
    **arguments: Any,
) -> Job:
    """A new job, which a worker takes up after the commit; with `key`, the one that is at it.

    Among the active jobs of a kind there is one of a key: the database sees to that, however many
    processes ask in the same moment. `shared` lets everyone follow it who knows its address.
    """
    while True:
        job = _new(kind, owner=owner, key=key, subject=subject, shared=shared, repeats=repeats)
        job.arguments = arguments
        if inserted := _insert(job):
            return inserted
        # The other may have ended since.
        if found := active(kind, key):
            return found


def start_once(
    kind: str, period: str, *, owner: User | None = None, subject: str = "", **arguments: Any
) -> Job | None:
    """A job for a period, such as a day, or None if it has had its job, however that ended."""
    job = _new(kind, owner=owner, subject=subject, period=period)
    job.arguments = arguments
    return _insert(job)


def active(kind: str, key: str) -> Job | None:
    return Job.objects.active().filter(kind=kind, key=key).first()


def latest(kind: str, key: str, *states: State) -> Job | None:
    """The last one that ended in one of the states, by default as done."""
    rows = Job.objects.filter(kind=kind, key=key, state__in=states or [State.DONE])
    return rows.order_by("-ended_at").first()


def cancel(job: Job) -> bool:
    """Ends a job that waits, and asks one that runs to end. False if it has ended already."""
    if leases.end(Job.objects.filter(pk=job.pk, state=State.WAITING), State.CANCELLED):
        return True
    return bool(Job.objects.active().filter(pk=job.pk).update(cancel_asked_at=Now()))


def repeat(job: Job, *, owner: User | None) -> Job:
    """A new job that does the same; with a key, the one that is at it already.

    Raises JobFailed, in words for people, where its kind refuses.
    """
    kind = kind_of(job.kind)
    if kind.before_repeat is not None:
        kind.before_repeat(job)
    return start(
        job.kind,
        owner=owner,
        key=job.key,
        subject=job.subject,
        shared=job.shared,
        repeats=job,
        **job.arguments,
    )


def remove_ended(older_than: timedelta) -> int:
    """Forgets jobs that ended long ago, with their logs; returns how many."""
    rows = Job.objects.filter(ended_at__lt=Now() - older_than)
    return rows.delete()[1].get(Job._meta.label, 0)


def _new(kind: str, **values: Any) -> Job:
    steps = [{"name": name, "state": "waiting"} for name in kind_of(kind).steps]
    return Job(kind=kind, steps=steps, language=get_language() or "", **values)


def _insert(job: Job) -> Job | None:
    """As the database has it; None if there is one already of its key or period."""
    job.created_at = Now()
    job.due_at = Now() + GRACE
    Job.objects.bulk_create([job], ignore_conflicts=True)
    found = Job.objects.filter(pk=job.pk).first()
    if found is not None:
        transaction.on_commit(lambda: sending.wake(found))
    return found
