"""The report on the catalogue, as JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.errors import HttpError

from reports.making import Standing, TooMany, standing
from reports.models import LONGEST_URL
from reports.periods import DAYS, MOST_DAYS, Period, cleaned_url
from reports.showing import shown

router = Router(tags=["reports"])

ASK_AGAIN_AFTER = "2"


@router.get("/catalogue", url_name="catalogue_report")
def catalogue_report(
    request: HttpRequest,
    days: int = Query(DAYS, ge=1, le=MOST_DAYS, description="So many days, today included."),
    url: str = Query("", max_length=LONGEST_URL, description="How addresses of pages begin."),
) -> HttpResponse:
    """200 with the report; 202 with the job that makes it, the same for everyone who asks.

    While a newer one is made, the old one is given, with `job`. After a failure there is an old
    report with `failure`, or 503 with the reason; a POST has it tried again.
    """
    return _answer(request, Period(days, cleaned_url(url)), again=False)


@router.post("/catalogue", url_name="catalogue_report_again")
def catalogue_report_again(
    request: HttpRequest,
    days: int = Query(DAYS, ge=1, le=MOST_DAYS),
    url: str = Query("", max_length=LONGEST_URL),
) -> HttpResponse:
    """Has a report tried again that failed; otherwise as GET."""
    return _answer(request, Period(days, cleaned_url(url)), again=True)


def _answer(request: HttpRequest, period: Period, *, again: bool) -> HttpResponse:
    try:
        found = standing(period, again=again)
    except TooMany as error:
        raise HttpError(429, too_many()) from error
    headers = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
    if found.report is not None:
        content = shown(found.report, request.user) | _beside(found)
        return JsonResponse(content, headers=headers)
    if found.failure is not None:
        content = {"detail": why(found), "job": str(found.failure.pk), "state": found.failure.state}
        return JsonResponse(content, status=503, headers=headers)
    assert found.job is not None  # noqa: S101 - one of the three there is
    content = {
        "job": str(found.job.pk),
        "state": found.job.state,
        "progress": round(found.job.progress, 4),
        "address": reverse("api-1.0.0:job", args=[found.job.pk]),
    }
    return JsonResponse(content, status=202, headers=headers | {"Retry-After": ASK_AGAIN_AFTER})


def _beside(found: Standing) -> dict[str, Any]:
    return {"job": str(found.job.pk) if found.job else None, "failure": why(found) or None}


def why(found: Standing) -> str:
    if found.failure is None:
        return ""
    return found.failure.error or _("It was cancelled.")


def too_many() -> str:
    return _("Many reports are being made just now: ask again in a minute.")
