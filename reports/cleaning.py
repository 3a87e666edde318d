"""What is removed when it is too old to be of use to anybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Mail, Notice
from jobs import services as jobs
from reports.models import CatalogueReport, EmptySearch, PageView
from uploads import removal

KEPT = {
    "page_views": timedelta(days=400),
    "reports": timedelta(days=7),
    "mails": timedelta(days=60),
    "notices": timedelta(days=180),
    "jobs": timedelta(days=30),
    "uploads": timedelta(days=7),
    "sign_ins": timedelta(days=30),
}
AT_ONCE = 5000


def page_views() -> int:
    before = timezone.localdate() - KEPT["page_views"]
    rows = (PageView.objects.filter(day__lt=before), EmptySearch.objects.filter(day__lt=before))
    return sum(_in_parts(found) for found in rows)


def reports() -> int:
    return _in_parts(CatalogueReport.objects.filter(made_at__lt=Now() - KEPT["reports"]))


def mails() -> int:
    """Of the last period of each frequency the rows stay: they say that it was had."""
    return _in_parts(Mail.objects.filter(ended_at__lt=Now() - KEPT["mails"]))


def notices() -> int:
    return _in_parts(Notice.objects.filter(created_at__lt=Now() - KEPT["notices"]))


def ended_jobs() -> int:
    return jobs.remove_ended(KEPT["jobs"])


def sessions() -> int:
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    return 0


def sign_ins() -> int:
    """Names and addresses of people who mistyped their password."""
    before = Now() - KEPT["sign_ins"]
    return sum(
        _in_parts(model.objects.filter(attempt_time__lt=before))
        for model in (AccessAttempt, AccessFailureLog, AccessLog)
    )


def uploads() -> int:
    """Files that could not be read, that have no layer, that have no row."""
    unread = removal.remove_unread(KEPT["uploads"])
    return unread + removal.remove_orphans() + removal.remove_strays()


WHAT: dict[str, Callable[[], int]] = {
    "page_views": page_views,
    "reports": reports,
    "mails": mails,
    "notices": notices,
    "jobs": ended_jobs,
    "sessions": sessions,
    "sign_ins": sign_ins,
    "uploads": uploads,
}


def _in_parts(rows: QuerySet[Any]) -> int:
    """So that no statement holds its locks for long."""
    total = 0
    while ids := list(rows.order_by().values_list("pk", flat=True)[:AT_ONCE]):
        total += len(ids)
        rows.model._default_manager.filter(pk__in=ids).delete()
    return total
