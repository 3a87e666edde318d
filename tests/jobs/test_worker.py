"""Jobs in a real worker."""

from __future__ import annotations

import subprocess
import sys

from django_celery_results.models import TaskResult

from jobs import names, services
from jobs.models import Job
from tests.jobs.rehearsal.jobs import BREAK, COUNT, GREET
from tests.programs import PROJECT, eventually


def state(job: Job) -> str:
    return str(Job.objects.values_list("state", flat=True).get(pk=job.pk))


def numbers(job: Job) -> list[str]:
    return [text for text in job.lines.values_list("text", flat=True) if text.isdigit()]


def test_a_job_reaches_a_worker_and_stands_in_the_admin(person, jobs_worker) -> None:
    job = services.start(GREET, owner=person, name="world")
    eventually(lambda: state(job) == "done", what="the job's end")
    jobs_worker.wait_until_logged(f"Successfully processed {job}")
    assert jobs_worker.has_logged(f"Starting {job}")
    result = eventually(
        lambda: TaskResult.objects.filter(task_args__contains=str(job.pk), status="SUCCESS").first()
    )
    assert result.task_name == "jobs.tasks.run_job"
    assert GREET in result.task_args


def test_a_web_process_knows_the_task_that_it_sends() -> None:
    """Celery imports the modules of tasks in workers alone."""
    asked = "from config.wsgi import application; from celery import current_app"
    said = f"{asked}; assert '{names.RUN_JOB}' in current_app.tasks"
    subprocess.run([sys.executable, "-c", said], check=True, cwd=PROJECT)


def test_a_failed_job_is_a_failed_task(person, jobs_worker) -> None:
    job = services.start(BREAK, owner=person, how="plainly")
    eventually(lambda: state(job) == "failed", what="the job's end")
    result = eventually(
        lambda: TaskResult.objects.filter(task_args__contains=str(job.pk), status="FAILURE").first()
    )
    assert "the bridge is closed" in result.result


def test_a_job_at_work_is_cancelled(person, jobs_worker) -> None:
    job = services.start(COUNT, owner=person, to=10_000, pause=0.02)
    eventually(lambda: len(numbers(job)) > 2, what="the first numbers")
    services.cancel(Job.objects.get(pk=job.pk))
    eventually(lambda: state(job) == "cancelled", what="the job's end")
