"""The pages of jobs, and their JSON."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User
from jobs import services
from jobs.models import Job
from tests.jobs.rehearsal.jobs import BREAK, COUNT, GREET


@pytest.fixture
def stranger(committed) -> User:
    return User.objects.create(username="stranger")


@pytest.fixture
def staff(committed) -> User:
    return User.objects.create(username="staff", is_staff=True)


def api(job: Job) -> str:
    return f"/api/jobs/{job.pk}"


def test_its_owner_and_the_staff_see_a_job(person, stranger, staff, sign_in) -> None:
    job = services.start(GREET, owner=person, name="world")
    for address in (api(job), job.get_absolute_url(), reverse("job_progress", args=[job.pk])):
        answers = [sign_in(u).get(address).status_code for u in (person, staff, stranger, None)]
        assert answers == [200, 200, 404, 404]


def test_a_shared_job_is_seen_by_everyone_and_changed_by_few(person, stranger, sign_in) -> None:
    job = services.start(GREET, owner=person, shared=True, name="world")
    assert sign_in(None).get(api(job)).status_code == 200
    assert "Cancel" not in sign_in(stranger).get(job.get_absolute_url()).text
    assert sign_in(stranger).post(reverse("cancel_job", args=[job.pk])).status_code == 404
    assert sign_in(person).post(reverse("cancel_job", args=[job.pk])).status_code == 302
    assert Job.objects.get().state == "cancelled"


def test_as_json(person, sign_in, work) -> None:
    job = work(services.start(GREET, owner=person, subject="Rivers", name="world"))
    found = sign_in(person).get(api(job)).json()
    assert found["state"] == "done"
    assert found["progress"] == 1.0
    assert found["steps"][0] == {"name": "think", "label": "Thinking", "state": "done"}
    assert found["result"]["summary"] == "Hello world"
    assert [line["text"] for line in found["log"]] == ["hello world"]
    assert found["error"] is None


def test_the_page_follows_a_job_with_and_without_javascript(person, sign_in, work) -> None:
    job = services.start(GREET, owner=person, name="world")
    page = sign_in(person).get(job.get_absolute_url()).text
    assert f'data-follow="{reverse("job_progress", args=[job.pk])}"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    work(job)
    page = sign_in(person).get(job.get_absolute_url()).text
    assert "refresh" not in page
    assert "Hello world" in page
    part = sign_in(person).get(reverse("job_progress", args=[job.pk])).text
    assert "data-ended" in part
    assert "<html" not in part


def test_a_failed_job_is_tried_again_from_its_page(person, sign_in) -> None:
    job = services.start(BREAK, owner=person, how="plainly")
    Job.objects.update(state="failed", error="the bridge is closed")
    page = sign_in(person).get(job.get_absolute_url()).text
    assert "the bridge is closed" in page
    assert "Try again" in page
    answer = sign_in(person).post(reverse("repeat_job", args=[job.pk]))
    again = Job.objects.get(repeats=job)
    assert answer["Location"] == again.get_absolute_url()


def test_the_list_shows_ones_own_and_the_staff_all(person, staff, sign_in) -> None:
    services.start(GREET, owner=person, subject="Rivers & <lakes>", name="world")
    services.start(COUNT, owner=staff, subject="Numbers", to=1)
    page = sign_in(person).get("/my/jobs/?list=all").text
    assert "Rivers &amp; &lt;lakes&gt;" in page
    assert "Numbers" not in page
    page = sign_in(staff).get("/my/jobs/?list=all").text
    assert "Rivers" in page
    assert "Numbers" in page
    assert sign_in(None).get("/my/jobs/").status_code == 302
