"""One run of one job, from claim to end."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import translation
from django.utils.translation import gettext as _

from jobs import leases
from jobs.exceptions import JobCancelled, JobFailed, LeaseLost
from jobs.handle import Heartbeat, JobHandle
from jobs.kinds import Kind, kind_of
from jobs.models import Job, State

logger = logging.getLogger(__name__)


def run(pk: str, kind_name: str, *, worker: str) -> str:
    """Runs the job unless another worker has it or it has ended; says in words what came of it.

    Raises JobFailed after it has written the reason into the job, UnknownKind where a newer release
    is needed, and database errors, after which the lease ends by itself and the job is taken again.
    """
    kind = kind_of(kind_name)
    token = str(uuid.uuid4())
    job = leases.claim(pk, kind, token=token, worker=worker)
    if job is None:
        return f"nothing to do: {_why_not(pk)}"
    logger.info("Starting %s, attempt %s", job, job.attempts)
    handle = JobHandle(job, token, list(kind.steps))
    with translation.override(job.language or settings.LANGUAGE_CODE):
        outcome = _run(handle, kind)
    logger.info("%s %s", outcome, job)
    return f"{outcome} {job}"


def _run(handle: JobHandle, kind: Kind) -> str:
    rows = leases.held(handle.job.pk, handle.token)
    try:
        with Heartbeat(handle):
            result = kind.call(handle, handle.job.arguments)
    except LeaseLost:
        return "Another worker goes on with"
    except JobCancelled:
        leases.end(rows, State.CANCELLED)
        return "Cancelled"
    except (OperationalError, InterfaceError):
        raise
    except SoftTimeLimitExceeded as error:
        minutes = kind.seconds // 60
        _fail(handle, _("It took longer than %(minutes)s minutes.") % {"minutes": minutes}, error)
    except JobFailed as error:
        _fail(handle, str(error), error)
    except Exception as error:
        logger.exception("%s broke off", handle.job)
        message = _("Something went wrong in the catalogue itself (%(error)s). Try again.")
        _fail(handle, message % {"error": type(error).__name__}, error)
    return _finish(handle, result)


def _finish(handle: JobHandle, result: dict[str, Any] | None) -> str:
    ended = leases.end(leases.held(handle.job.pk, handle.token), State.DONE, result=result)
    return "Successfully processed" if ended else "Another worker goes on with"


def _fail(handle: JobHandle, reason: str, error: Exception) -> None:
    leases.end(leases.held(handle.job.pk, handle.token), State.FAILED, error=reason)
    raise JobFailed(f"{handle.job}: {reason}") from error


def _why_not(pk: str) -> str:
    job = Job.objects.filter(pk=pk).first()
    if job is None:
        return f"{pk} is no longer there"
    return f"{job} is {job.state}"
