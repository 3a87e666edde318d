"""What happens when rows come and go."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save, pre_delete

from jobs import services as jobs
from jobs.models import Job
from jobs.signals import job_ended
from layers.models import Layer
from uploads import files, names, services
from uploads.models import Upload


def connect() -> None:
    post_save.connect(read_new_upload, sender=Upload, dispatch_uid="uploads.read_new_upload")
    pre_delete.connect(remove_files, sender=Layer, dispatch_uid="uploads.remove_files")
    job_ended.connect(remove_work, sender=Job, dispatch_uid="uploads.remove_work")


def read_new_upload(instance: Upload, created: bool, raw: bool, **_: Any) -> None:
    """Once, when it is created: what its job writes into it starts nothing."""
    if created and not raw:
        services.start_reading(instance, instance.owner)


def remove_files(instance: Layer, **_: Any) -> None:
    if Upload.objects.filter(layer=instance).exists():
        jobs.start(names.REMOVE, subject=instance.title[:255])


def remove_work(job: Job, **_: Any) -> None:
    """Of a job that was given up after its worker had been killed; the others do it themselves."""
    if job.kind in {names.READ, names.CONVERT}:
        files.remove_work(job)
