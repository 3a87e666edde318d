"""Wake-ups for workers: sent beside the request, which never waits for a broker."""

from __future__ import annotations

import logging
import threading
from contextvars import copy_context
from functools import partial

from celery import current_app
from kombu.exceptions import OperationalError

from jobs import names
from jobs.exceptions import UnknownKind
from jobs.kinds import kind_of
from jobs.models import Job

logger = logging.getLogger(__name__)

HARD_LIMIT_AFTER = 30  # seconds after the soft limit
# Threads that wait for a broker that hangs; what is not sent is found by the sweep.
_at_once = threading.BoundedSemaphore(8)


def wake(job: Job) -> None:
    """Never blocks and never raises: the row is the truth, a lost message costs some seconds."""
    if _at_once.acquire(blocking=False):
        send_here = partial(copy_context().run, _send_and_release, job)
        threading.Thread(target=send_here, name="jobs", daemon=True).start()


def _send_and_release(job: Job) -> None:
    try:
        send(job)
    except (OSError, OperationalError) as error:
        logger.warning("%s waits for the sweep: RabbitMQ does not answer (%s)", job, error)
    finally:
        _at_once.release()


def send(job: Job, *, expires: float | None = None) -> None:
    """Raises what a broker that is away makes Celery raise."""
    try:
        seconds = kind_of(job.kind).seconds
    except UnknownKind:
        logger.warning("%s needs a release that knows its kind", job)
        return
    options = {"expiration": expires} if expires else {}
    current_app.tasks[names.RUN_JOB].apply_async(
        [job.kind, str(job.pk)],
        soft_time_limit=seconds,
        time_limit=seconds + HARD_LIMIT_AFTER,
        **options,
    )
