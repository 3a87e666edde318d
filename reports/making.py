"""Where the report of a period stands: made, being made, or failed. One job makes it for all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from jobs import services
from jobs.models import Job, State
from reports.models import CatalogueReport
from reports.periods import Period

CATALOGUE_REPORT = "reports.catalogue"
# Anyone may ask for any period and address: so many are made at a time.
MOST_AT_ONCE = 20


class TooMany(Exception):
    """So many reports are being made that no other one is begun."""


@dataclass(frozen=True)
class Standing:
    report: CatalogueReport | None = None
    job: Job | None = None  # that makes a new one
    failure: Job | None = None  # the last one, after which nobody has tried again

    @property
    def is_old(self) -> bool:
        return self.job is not None or self.failure is not None


def standing(period: Period, *, again: bool = False) -> Standing:
    """Starts a job where there is no report that is new enough, and none is being made.

    After a failure nothing is begun until somebody wants it `again`, or the failure is as old as a
    report may be. Raises TooMany.
    """
    report = CatalogueReport.objects.filter(days=period.days, url=period.url).first()
    if report is not None and _is_fresh(report):
        return Standing(report)
    if job := services.active(CATALOGUE_REPORT, period.key):
        return Standing(report, job)
    if not again and (failure := _failure(period, report)):
        return Standing(report, failure=failure)
    return _begun(period, report)


def _begun(period: Period, report: CatalogueReport | None) -> Standing:
    if Job.objects.active().filter(kind=CATALOGUE_REPORT).count() >= MOST_AT_ONCE:
        raise TooMany
    with transaction.atomic():
        job = services.start(
            CATALOGUE_REPORT,
            key=period.key,
            subject=subject_of(period),
            shared=True,
            days=period.days,
            url=period.url,
        )
        # A job may have ended since its report was missed: it is there before the job ends.
        fresh = CatalogueReport.objects.filter(days=period.days, url=period.url).first()
        if fresh is not None and _is_fresh(fresh):
            transaction.set_rollback(True)
            return Standing(fresh)
    return Standing(report, job)


def subject_of(period: Period) -> str:
    return f"{period.days} d {period.url}".strip()


def _is_fresh(report: CatalogueReport) -> bool:
    rows = CatalogueReport.objects.filter(pk=report.pk, made_at__gt=Now() - _longest_age())
    return rows.exists()


def _longest_age() -> timedelta:
    return timedelta(minutes=settings.REPORT_MINUTES)


def _failure(period: Period, report: CatalogueReport | None) -> Job | None:
    rows = Job.objects.filter(
        kind=CATALOGUE_REPORT,
        key=period.key,
        state__in=[State.FAILED, State.CANCELLED],
        ended_at__gt=Now() - _longest_age(),
    )
    if report is not None:
        rows = rows.filter(ended_at__gt=report.made_at)
    return rows.order_by("-ended_at").first()
