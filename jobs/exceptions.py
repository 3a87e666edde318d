"""What may go wrong with a job."""

from __future__ import annotations


class JobError(Exception):
    """Base of this room's errors."""


class JobFailed(JobError):
    """Raised by a job's function: the job fails with this text, which people read."""


class JobCancelled(JobError):
    """Somebody asked the job to end: its function lets it pass, maybe after cleaning up."""


class LeaseLost(JobError):
    """Another worker has the job by now, or somebody ended it: this run may write nothing more."""


class UnknownKind(JobError):
    """No function is registered for this kind."""
