"""Celery's side of jobs: one task runs them all."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.db import connection

from jobs import names, services
from jobs.exceptions import JobError
from jobs.runner import run
from jobs.sweep import sweep as sweep_jobs


@shared_task(bind=True, name=names.RUN_JOB, ignore_result=False, throws=(JobError,))
def run_job(self: Any, kind: str, job_id: str) -> str:
    """Idempotent: of all messages for a job one finds it free."""
    return run(job_id, kind, worker=self.request.hostname or "")


@shared_task(name=names.SWEEP)
def sweep() -> str:
    left, woken = sweep_jobs()
    return f"{left} left by their workers, {woken} woken for"


@shared_task(name=names.START_BY_THE_CLOCK)
def start_by_the_clock(kind: str, every: float, arguments: dict[str, Any] | None = None) -> str:
    """Starts a job for this period of `every` seconds; a second beat finds that it has one.

    Periods are counted on the database's clock, from 1970 on.
    """
    period = f"{every:g}s/{int(_now() // every)}"
    job = services.start_once(kind, period, **(arguments or {}))
    return f"started {job}" if job else f"{kind} has had its job in {period}"


def _now() -> float:
    clock = {
        "postgresql": "SELECT extract(epoch FROM clock_timestamp())",
        "sqlite": "SELECT unixepoch()",
    }
    with connection.cursor() as cursor:
        cursor.execute(clock[connection.vendor])
        return float(cursor.fetchone()[0])
