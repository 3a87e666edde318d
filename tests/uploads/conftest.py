from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from jobs import tasks
from jobs.exceptions import JobFailed
from jobs.models import Job
from layers.models import Layer
from tests.jobs.conftest import no_messages, person, sign_in
from uploads import services
from uploads.models import Upload

__all__ = ["no_messages", "person", "sign_in"]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    (folder / "incoming").mkdir(parents=True)
    settings.MEDIA_ROOT = str(folder)
    settings.FILE_UPLOAD_TEMP_DIR = str(folder / "incoming")
    settings.UPLOAD_SECONDS = 60
    return folder


@pytest.fixture
def work(committed: None) -> Callable[[Job], Job]:
    """What a worker does with a message for the job; a failure stands in the job."""

    def run(job: Job) -> Job:
        try:
            tasks.run_job(job.kind, str(job.pk))
        except JobFailed:
            assert Job.objects.get(pk=job.pk).error
        return Job.objects.get(pk=job.pk)

    return run


class Sent:
    """An upload that was read, with what came of it."""

    def __init__(self, upload: Upload, job: Job) -> None:
        self.job = job
        layer = upload.layer_id
        self.upload = Upload.objects.filter(pk=upload.pk).first()
        self.layer = Layer.objects.filter(pk=layer).first() if layer else None

    @property
    def metadata(self) -> dict[str, Any]:
        assert self.job.result is not None, self.job.error
        return dict(self.job.result["metadata"])


@pytest.fixture
def send(person: User, work: Callable[[Job], Job]) -> Callable[..., Sent]:
    def send(name: str, content: bytes, **options: Any) -> Sent:
        upload, job = services.receive(SimpleUploadedFile(name, content), person, **options)
        return Sent(upload, work(job))

    return send


def files_in(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())
