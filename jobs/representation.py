"""A job as JSON."""

from __future__ import annotations

from typing import Any

from jobs.models import Job

LAST_LINES = 100


def job_as_json(job: Job) -> dict[str, Any]:
    return {
        "id": str(job.pk),
        "kind": job.kind,
        "label": job.label,
        "subject": job.subject,
        "owner": job.owner.username if job.owner else None,
        "state": str(job.state),
        "progress": round(job.progress, 4),
        "steps": [vars(step) for step in job.labelled_steps],
        "done": job.done,
        "total": job.total,
        "rate": job.rate,
        "seconds_left": job.seconds_left,
        "error": job.error or None,
        "result": job.result,
        "log": [{"at": line.at, "text": line.text} for line in last_lines(job)],
        "attempts": job.attempts,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
    }


def last_lines(job: Job) -> list[Any]:
    return list(reversed(job.lines.order_by("-pk")[:LAST_LINES]))
