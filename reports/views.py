"""The page of the report, and the report as PDF and CSV."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from jobs.representation import last_lines
from reports.api import too_many, why
from reports.making import Standing, TooMany, standing
from reports.models import CatalogueReport
from reports.pdf import as_pdf
from reports.periods import DAYS, MOST_DAYS, OFFERED, Period, cleaned_url
from reports.showing import shown
from reports.tables import as_csv
from reports.words import advice, drawn, index_in_words


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def catalogue_report(request: HttpRequest) -> HttpResponse:
    """A POST has a report tried again that failed."""
    period = period_of(request)
    try:
        found = standing(period, again=request.method == "POST")
    except TooMany:
        return render(
            request,
            "reports/catalogue.html",
            _frame(period, Standing()) | {"busy": too_many()},
            status=429,
        )
    if request.method == "POST":
        return HttpResponseRedirect(address_of(period))
    status = 200 if found.report or not found.job else 202
    context = _frame(period, found) | _content(request, found)
    return render(request, "reports/catalogue.html", context, status=status)


def period_of(request: HttpRequest) -> Period:
    """What is no number, or too large a one, is the usual period."""
    text = request.GET.get("days", "")
    days = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else DAYS
    return Period(days if 1 <= days <= MOST_DAYS else DAYS, cleaned_url(request.GET.get("url", "")))


def address_of(period: Period, name: str = "catalogue_report") -> str:
    query = {"days": period.days} | ({"url": period.url} if period.url else {})
    return f"{reverse(name)}?{urlencode(query)}"


def _frame(period: Period, found: Standing) -> dict[str, Any]:
    return {
        "period": period,
        "offered": sorted({*OFFERED, period.days}),
        "address": address_of(period),
        "csv_address": address_of(period, "catalogue_report_csv"),
        "pdf_address": address_of(period, "catalogue_report_pdf"),
        "job": found.job,
        "lines": last_lines(found.job) if found.job else [],
        "failure": why(found),
    }


def _content(request: HttpRequest, found: Standing) -> dict[str, Any]:
    if found.report is None:
        return {}
    content = shown(found.report, request.user)
    return {
        "report": content,
        "charts": drawn(content),
        "advice": advice(content),
        "index": index_in_words(content["index"]),
    }


@require_safe
def catalogue_report_csv(request: HttpRequest) -> HttpResponse:
    return _file(request, "csv", "text/csv; charset=utf-8", as_csv)


@require_safe
def catalogue_report_pdf(request: HttpRequest) -> HttpResponse:
    return _file(request, "pdf", "application/pdf", as_pdf)


def _file(request: HttpRequest, suffix: str, kind: str, write: Any) -> HttpResponse:
    """Of the report as the page shows it; where there is none yet, the page says how far it is."""
    period = period_of(request)
    report = CatalogueReport.objects.filter(days=period.days, url=period.url).first()
    if report is None:
        return HttpResponseRedirect(address_of(period))
    answer = HttpResponse(write(shown(report, request.user)), content_type=kind)
    name = f"catalogue-{report.made_at:%Y-%m-%d}.{suffix}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"], answer["Vary"] = "private, no-cache", "Cookie, Accept-Language"
    return answer
