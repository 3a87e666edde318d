"""One job makes a report for everybody who asks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client

from jobs import services
from jobs.exceptions import JobFailed
from jobs.models import Job, State
from layers.models import Layer
from reports import figures, making
from reports.models import CatalogueReport
from reports.periods import Period
from tests.threads import at_once

ADDRESS = "/api/reports/catalogue?days=7"


@pytest.fixture
def anyone(committed) -> Client:
    Layer.objects.create(title="Rivers")
    return Client()


def test_the_first_request_starts_a_job_and_the_next_ones_wait_for_it(anyone, work):
    first = anyone.get(ADDRESS)
    assert first.status_code == 202
    assert first.json()["state"] == "waiting"
    assert anyone.get(ADDRESS).json()["job"] == first.json()["job"]
    assert anyone.get(first.json()["address"]).json()["state"] == "waiting"
    work(Job.objects.get())
    answer = anyone.get(ADDRESS)
    assert answer.status_code == 200
    assert answer.json()["days"] == 7
    assert answer.json()["job"] is None
    assert Job.objects.count() == 1


def test_the_page_shows_how_far_it_is_and_then_the_report(anyone, work):
    page = anyone.get("/reports/catalogue/?days=7")
    assert page.status_code == 202
    assert 'http-equiv="refresh"' in page.text
    assert "data-follow" in page.text
    work(Job.objects.get())
    page = anyone.get("/reports/catalogue/?days=7")
    assert page.status_code == 200
    assert "<svg" in page.text
    assert " style=" not in page.text
    assert anyone.get("/reports/catalogue.csv?days=7")["Content-Type"].startswith("text/csv")
    assert anyone.get("/reports/catalogue.pdf?days=7").content.startswith(b"%PDF-")
    assert anyone.get("/reports/catalogue.pdf?days=30")["Location"] == "/reports/catalogue/?days=30"


def test_the_old_report_is_shown_while_the_new_one_is_made(anyone, work):
    anyone.get(ADDRESS)
    work(Job.objects.get())
    CatalogueReport.objects.update(made_at=Now() - timedelta(hours=1))
    answer = anyone.get(ADDRESS)
    assert (answer.status_code, answer.json()["job"]) == (
        200,
        str(Job.objects.exclude(state="done").get().pk),
    )
    page = anyone.get("/reports/catalogue/?days=7")
    assert "A newer report is being made" in page.text
    assert "<svg" in page.text


def test_a_failure_says_why_and_can_be_tried_again(anyone, work, monkeypatch):
    monkeypatch.setitem(figures.SECTIONS, "index", lambda period: 1 / 0)
    anyone.get(ADDRESS)
    with pytest.raises(JobFailed, match="ZeroDivisionError"):
        work(Job.objects.get())
    answer = anyone.get(ADDRESS)
    assert answer.status_code == 503
    assert "ZeroDivisionError" in answer.json()["detail"]
    assert "Try again" in anyone.get("/reports/catalogue/?days=7").text
    assert Job.objects.count() == 1  # looking starts nothing
    monkeypatch.setitem(figures.SECTIONS, "index", figures.index)
    again = anyone.post(ADDRESS)
    assert again.status_code == 202
    work(Job.objects.get(state="waiting"))
    assert anyone.get(ADDRESS).status_code == 200


def test_a_job_that_ends_between_two_looks_is_not_started_again(committed, monkeypatch):
    """The report is missed, the job ends, and only then a new one is about to be started."""
    ended = Job.objects.create(kind=making.CATALOGUE_REPORT, key="7/", state=State.DONE)
    start = services.start

    def late(*arguments, **options):
        CatalogueReport.objects.create(days=7, url="", content={}, made_at=Now())
        return start(*arguments, **options)

    monkeypatch.setattr(services, "start", late)
    found = making.standing(Period(7))
    assert found.job is None
    assert [job.pk for job in Job.objects.all()] == [ended.pk]


def test_fifty_at_once_start_one_job(committed):
    answers = at_once(*[lambda: Client().get(ADDRESS).json()] * 50)
    assert len(answers) == 50
    assert {answer["job"] for answer in answers} == {str(Job.objects.get().pk)}


def test_not_any_number_of_reports_is_begun(anyone, monkeypatch):
    monkeypatch.setattr(making, "MOST_AT_ONCE", 2)
    statuses = [anyone.get(f"/api/reports/catalogue?days={days}").status_code for days in (1, 2, 3)]
    assert statuses == [202, 202, 429]
    assert anyone.get("/reports/catalogue/?days=4").status_code == 429


@pytest.mark.parametrize("query", ["days=0", "days=367", "days=x", "url=" + "x" * 201])
def test_wrong_questions_are_refused(anyone, query):
    assert anyone.get(f"/api/reports/catalogue?{query}").status_code == 422
    assert anyone.get(f"/reports/catalogue/?{query}").status_code == 202
