"""The pages of jobs, uploads, reports and notices, with something on each: as test_accessible."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice, User
from accounts.notice_kinds import JOB_FAILED, LINK_DEAD
from jobs.models import Job, JobLine
from layers.models import Layer
from reports.models import EmptySearch, PageView
from tests.browser.conftest import Browse, Picture
from tests.browser.test_accessible import look_at
from tests.reports.test_figures import made
from uploads.names import CONVERT, READ

LONG_NAME = "a_rather_long_name_of_a_file_without_any_place_to_break_it_" * 2


@pytest.fixture
def jobs(editor: User) -> dict[str, Job]:
    steps = [{"name": name, "state": "done"} for name in ("check", "read", "fill", "draw")]
    half = [*steps[:1], {"name": "read", "state": "running"}, {"name": "fill", "state": "waiting"}]
    now = timezone.now()
    common = {"owner": editor, "subject": f"{LONG_NAME}.gpkg", "started_at": now, "attempts": 1}
    found = {
        "running": Job.objects.create(
            kind=READ, state="running", steps=half, progress=0.4, done=40, total=100,
            counting_since=now - timedelta(seconds=9), **common,
        ),
        "failed": Job.objects.create(
            kind=CONVERT, state="failed", ended_at=now, error=f"Damaged: {LONG_NAME}", **common
        ),
        "done": Job.objects.create(
            kind=READ, state="done", steps=steps, progress=1, ended_at=now,
            result={
                "summary": "GeoPackage: 177 features.",
                "notes": ["The file does not say in which coordinate reference system it is."],
                "links": [{"label": "Show the layer", "url": "/layers/rivers/"}],
            }, **common,
        ),
    }  # fmt: skip
    lines = [f"Line {number} about {LONG_NAME}" for number in range(12)]
    JobLine.objects.bulk_create(JobLine(job=found["done"], at=now, text=text) for text in lines)
    return found


@pytest.fixture
def notices(editor: User) -> None:
    facts = {
        "title": "Rivers",
        "link": f"https://example.org/{LONG_NAME}",
        "why": "404",
        "what": "x",
    }
    for kind in (LINK_DEAD, JOB_FAILED):
        Notice.objects.create(user=editor, kind=kind, key=kind, url="/layers/rivers/", facts=facts)


@pytest.fixture
def report(editor: User) -> None:
    Layer.objects.create(title="Rivers", slug="rivers", owner=editor)
    at = timezone.now()
    day = timezone.localdate(at)
    for ms, url in ((20, "/search"), (1800, f"/layers/{LONG_NAME}/")):
        PageView.objects.bulk_create(
            PageView(url=url, ms=ms, at=at, day=day, status=200) for _ in range(20)
        )
    EmptySearch.objects.create(day=day, words=LONG_NAME)
    made().save()


@pytest.mark.browser
def test_pages_of_slow_work(
    browse: Browse,
    editor: User,
    jobs: dict[str, Job],
    notices: None,
    report: None,
    picture: Picture,
) -> None:
    paths = ["/my/jobs/", "/uploads/new/", "/accounts/notices/", "/reports/catalogue/"]
    paths += [jobs[name].get_absolute_url() for name in ("running", "done")]
    assert look_at(browse(editor), paths, picture) == {}


@pytest.mark.browser
def test_pages_of_slow_work_for_the_staff(
    browse: Browse, committed: None, picture: Picture
) -> None:
    root = User.objects.create(username="root", is_staff=True, is_superuser=True)
    assert look_at(browse(root, expects=[503]), ["/staff/the-way/"], picture) == {}
    page = browse(root, bypass_csp=True)
    assert look_at(page, ["/admin/reports/schedule/"], picture) == {}
