"""A worker that is killed with its pool in the middle of a file."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now

from accounts.models import User
from jobs import services as jobs
from jobs import sweep as sweeping
from jobs.kinds import kind_of
from jobs.models import Job
from layers.models import Layer
from services.bundle import Services
from tests.programs import Process, celery_worker, children_of, eventually
from tests.uploads import making
from tests.uploads.conftest import Sent, files_in
from uploads import child, names, removal, services
from uploads.models import Rendition, Upload

# More than a reader is done with before it is stopped
PLACES = [(number % 340 / 2 - 85, number % 80) for number in range(30_000)]


@pytest.fixture
def mortal(services: Services, committed: None, logs: Path, media: Path) -> Iterator[Process]:
    found = celery_worker(logs, "jobs", 1, MEDIA_ROOT=str(media))
    found.start()
    found.wait_until_logged(" ready.")
    yield found
    found.stop()


def state(job: Job) -> str:
    return str(Job.objects.values_list("state", flat=True).get(pk=job.pk))


def readers_of(worker: Process) -> list[int]:
    assert worker.child is not None
    return [pid for each in children_of(worker.child.pid) for pid in children_of(each)]


def kill_within(worker: Process, job: Job, begun: Callable[[], Any]) -> int:
    """Kills the worker while its reader is at work; returns the process that read."""
    eventually(begun, within=120, what="the reader's first files")
    (reader,) = readers_of(worker)
    os.kill(reader, signal.SIGSTOP)  # so that it is not done before the worker is dead
    assert state(job) == "running"
    worker.kill()
    eventually(lambda: not Path(f"/proc/{reader}").exists(), what="the end of the reader")
    return reader


def start_again(worker: Process) -> None:
    """The message comes again, while the lease still runs, and does nothing; the sweep acts."""
    said = worker.log.read_text().count("nothing to do")
    worker.start()
    eventually(lambda: worker.log.read_text().count("nothing to do") > said, within=120)
    Job.objects.filter(state="running").update(due_at=Now())
    assert sweeping.sweep()[0] == 1


def everything_in(media: Path) -> list[str]:
    """With folders, but for the mark of the folder and the places that are always there."""
    kept = {".catalogue", "incoming", "uploads", "work"}
    found = {str(path.relative_to(media)) for path in media.rglob("*")}
    return sorted(found - kept)


def test_killed_in_the_middle_of_reading(
    person: User, mortal: Process, media: Path, tmp_path: Path
) -> None:
    archive = making.archive(making.shapefile(tmp_path, places=PLACES))
    upload, job = services.receive(SimpleUploadedFile("towns.zip", archive), person)
    kill_within(mortal, job, lambda: list((media / "work").rglob("towns.dbf")))
    assert list((media / "work").rglob("towns.dbf"))  # nobody could clean up
    start_again(mortal)
    eventually(lambda: state(job) == "done", within=120, what="the job's end")
    job.refresh_from_db()
    assert (job.attempts, job.error) == (2, "")
    layer = Layer.objects.get()
    assert (layer.version, layer.state, layer.attributes.count()) == (2, "draft", 2)
    assert sorted(upload.renditions.values_list("kind", flat=True)) == [
        "picture",
        "preview",
        "thumbnail",
    ]
    kept = [f"uploads/{upload.pk}", f"uploads/{upload.pk}/original"]
    kept += [f"uploads/{upload.pk}/{made.pk}" for made in upload.renditions.all()]
    kept += [str(upload.file.name), *upload.renditions.values_list("file", flat=True)]
    assert everything_in(media) == sorted(kept)
    assert readers_of(mortal) == []


def test_killed_in_the_middle_of_a_conversion(
    person: User, mortal: Process, media: Path, tmp_path: Path
) -> None:
    content = making.geopackage(tmp_path, places=PLACES)
    upload, reading = services.receive(SimpleUploadedFile("towns.gpkg", content), person)
    eventually(lambda: state(reading) == "done", within=120, what="the end of its reading")
    upload.refresh_from_db()
    before = set(everything_in(media))
    job = services.convert(upload, person, "kml", "")
    assert isinstance(job, Job)
    kill_within(mortal, job, lambda: list((media / "work").rglob("converted/*")))
    start_again(mortal)
    eventually(lambda: state(job) == "done", within=120, what="the job's end")
    made = Rendition.objects.get(kind="conversion")
    folder = f"uploads/{upload.pk}/{made.pk}"
    assert set(everything_in(media)) - before == {folder, f"{folder}/{made.name}"}
    assert readers_of(mortal) == []


def test_one_that_is_killed_every_time_fails_and_leaves_nothing(
    person: User, work: Callable[[Job], Job], no_messages: list[Job], media: Path
) -> None:
    file = SimpleUploadedFile("towns.csv", making.CSV.encode())
    upload, job = services.receive(file, person)
    attempts = kind_of(names.READ).attempts
    left = {"state": "running", "lease": "dead", "due_at": Now(), "attempts": attempts}
    Job.objects.filter(pk=job.pk).update(**left)
    (media / "work" / str(job.pk) / "of-the-dead").mkdir(parents=True)
    sweeping.sweep()
    job.refresh_from_db()
    assert (job.state, "Try again" in job.error) == ("failed", True)
    assert files_in(media) == [upload.file.name]
    assert list((media / "work").iterdir()) == []
    assert work(jobs.repeat(job, owner=person)).state == "done"
    assert Layer.objects.get().bbox is not None


def test_what_was_converted_before_its_worker_died_is_not_made_again(
    person: User, send: Callable[..., Sent], work: Callable[[Job], Job], tmp_path: Path
) -> None:
    upload = send("towns.gpkg", making.geopackage(tmp_path)).upload
    assert upload is not None
    job = services.convert(upload, person, "csv", "")
    assert isinstance(job, Job)
    done = work(job)
    Job.objects.filter(pk=job.pk).update(state="waiting", result=None)
    assert work(job).result_links == done.result_links
    assert Rendition.objects.filter(kind="conversion").count() == 1


# A layer that is deleted while its file is read


@pytest.mark.parametrize(("answers", "removed"), [(0, False), (0, True), (1, True)])
def test_its_layer_is_deleted_meanwhile(
    answers: int,
    removed: bool,
    send: Callable[..., Sent],
    work: Callable[[Job], Job],
    media: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After as many answers of the reader, with or without its files."""
    answer, before = child.Reader.answer, itertools.count()

    def delete_first(self: child.Reader, *arguments: Any) -> Any:
        if next(before) == answers:
            Layer.objects.get().delete()
            if removed:
                removal.remove_orphans()
        return answer(self, *arguments)

    monkeypatch.setattr(child.Reader, "answer", delete_first)
    job = send("towns.gpkg", making.geopackage(tmp_path)).job
    assert (job.state, job.error) == ("failed", "The file was removed meanwhile.")
    work(Job.objects.get(kind=names.REMOVE))
    assert everything_in(media) == []
    assert not Layer.objects.exists()
    assert not Upload.objects.exists()
