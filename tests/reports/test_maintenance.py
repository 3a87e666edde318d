"""What is looked after at night: files, what is made of them, and what nobody needs any more."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.conf import settings as site_settings
from django.db.models.functions import Now
from django.utils import timezone
from django_celery_results.models import TaskResult

from accounts.models import User
from jobs import services as jobs
from jobs import tasks
from jobs.kinds import kind_of
from jobs.models import Job
from layers import services as layers
from layers.changes import Changes
from layers.models import Layer
from reports import maintenance
from reports.names import CLEAN_UP, MAINTAIN
from tests.jobs.conftest import person
from tests.uploads import making
from tests.uploads.conftest import Sent, files_in, media, send
from uploads import names
from uploads.models import Rendition, Upload

__all__ = ["media", "person", "send"]


@pytest.fixture
def maintain(work: Callable[[Job], Job]) -> Callable[[], dict[str, Any]]:
    """A night of maintenance, with the readings that it starts; returns its result."""

    def run() -> dict[str, Any]:
        job = work(jobs.start(MAINTAIN))
        assert job.state == "done", job.error
        for reading in Job.objects.active().filter(kind=names.READ):
            assert work(reading).state == "done"
        return dict(job.result or {})

    return run


@pytest.fixture
def towns(send: Callable[..., Sent], tmp_path: Path) -> Upload:
    upload = send("towns.gpkg", making.geopackage(tmp_path)).upload
    assert upload is not None
    return upload


def counts(found: dict[str, Any]) -> tuple[int, int, int, int]:
    return found["files"], found["missing"], found["damaged"], found["again"]


def test_nothing_is_done_where_nothing_is_amiss(towns, maintain) -> None:
    made = set(towns.renditions.values_list("pk", flat=True))
    assert counts(maintain()) == (1, 0, 0, 0)
    assert set(towns.renditions.values_list("pk", flat=True)) == made
    assert Layer.objects.get().version == 2


def test_extents_and_pictures_that_are_missing_are_made_again(towns, maintain) -> None:
    Layer.objects.update(west=None, south=None, east=None, north=None)
    Upload.objects.update(filled={})
    thumbnail, preview = (towns.renditions.get(kind=kind) for kind in ("thumbnail", "preview"))
    thumbnail.delete()
    Path(preview.file.path).unlink()
    assert counts(maintain()) == (1, 0, 0, 1)
    assert Layer.objects.get().bbox is not None
    kept = Rendition.objects.values_list("kind", flat=True)
    assert sorted(kept) == ["picture", "preview", "thumbnail"]
    assert all(Path(made.file.path).is_file() for made in Rendition.objects.all())
    assert counts(maintain()) == (1, 0, 0, 0)


def test_an_extent_that_a_person_took_away_stays_away(towns, person, maintain) -> None:
    layer = Layer.objects.get()
    layer.bbox = None
    layers.edit(layer, Changes(), person)
    assert counts(maintain()) == (1, 0, 0, 0)
    assert Layer.objects.get().bbox is None


def test_what_can_not_be_drawn_is_not_read_again_each_night(towns, maintain) -> None:
    Rendition.objects.all().delete()
    Upload.objects.update(facts=towns.facts | {"drawn": False})
    assert counts(maintain()) == (1, 0, 0, 0)


def test_files_that_changed_or_are_gone_are_named(towns, maintain) -> None:
    path = Path(towns.file.path)
    path.write_bytes(b"x" + path.read_bytes()[1:])
    assert counts(maintain()) == (1, 0, 1, 0)
    path.unlink()
    assert counts(maintain()) == (1, 1, 0, 0)
    said = Job.objects.filter(kind=MAINTAIN).order_by("created_at").values_list("lines__text")
    assert [text.partition(":")[0] for (text,) in said] == [
        "towns.gpkg is not what was uploaded",
        "towns.gpkg is missing",
    ]


def test_the_next_night_goes_on_where_the_time_was_up(
    person: User, maintain: Callable[[], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = Layer.objects.create(title="Mine", owner=person)
    for name in ("a", "b", "c"):
        found = Upload(layer=layer, name=name, size=0, file=f"uploads/{name}", read_at=Now())
        Upload.objects.bulk_create([found])
    monkeypatch.setattr("reports.jobs.ROUND_SECONDS", -1)
    monkeypatch.setattr(maintenance, "BATCH", 2)
    nights = [maintain() for _night in range(4)]
    assert [night["files"] for night in nights] == [1, 1, 1, 0]
    assert [night["after"] is None for night in nights] == [False, False, False, True]


def test_cleaning_up_takes_what_has_expired_and_twice_does_no_harm(
    person: User, towns: Upload, media: Path, work: Callable[[Job], Job]
) -> None:
    kept = files_in(media)
    unread = Layer.objects.create(title="Never read", owner=person)
    lost = Upload(layer=unread, made_layer=True, owner=person, name="a.csv", size=1)
    lost.file.name = f"uploads/{lost.pk}/original/a.csv"
    Upload.objects.bulk_create([lost])
    Upload.objects.filter(pk=lost.pk).update(created_at=timezone.now() - timedelta(days=8))
    for stray in (lost.folder / "original" / "a.csv", towns.folder / "unknown" / "x.png"):
        stray.parent.mkdir(parents=True)
        stray.touch()
        os.utime(stray.parent, (0, 0))
    first, second = (work(jobs.start(CLEAN_UP)) for _time in range(2))
    assert (first.state, second.state) == ("done", "done")
    assert [(job.result or {})["removed"]["uploads"] for job in (first, second)] == [2, 0]
    assert files_in(media) == kept
    assert [layer.title for layer in Layer.objects.all()] == ["towns"]


@pytest.mark.django_db
def test_results_of_tasks_expire() -> None:
    old, fresh = (TaskResult.objects.create(task_id=name) for name in ("old", "fresh"))
    TaskResult.objects.filter(pk=old.pk).update(date_done=timezone.now() - timedelta(days=31))
    for _time in range(2):
        current_app.tasks["celery.backend_cleanup"]()
    assert list(TaskResult.objects.all()) == [fresh]


def test_what_the_schedule_names_is_there() -> None:
    current_app.loader.import_default_modules()
    for entry in site_settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in current_app.tasks, entry
        if entry["task"] == tasks.start_by_the_clock.name:
            kind_of(entry["args"][0])


def test_the_schedule_is_shown_and_can_not_be_changed(committed, sign_in) -> None:
    root = User.objects.create(username="root", is_staff=True, is_superuser=True)
    tasks.start_by_the_clock(MAINTAIN, 86_400)
    client = sign_in(root)
    page = client.get("/admin/reports/schedule/")
    for name, entry in site_settings.CELERY_BEAT_SCHEDULE.items():
        assert name in page.text
        assert entry["task"] in page.text
    for said in ("every 10 seconds", "every minute", "hourly, at minute 20", "daily, at 03:30 UTC"):
        assert said in page.text
    assert Job.objects.get().get_absolute_url() in page.text
    assert client.get("/admin/reports/schedule/add/").status_code == 403
