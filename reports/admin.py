"""What beat sends, and the links, for reading."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from celery.schedules import crontab
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.admin_bases import ReadOnlyAdmin
from jobs.models import Job
from reports.models import Link, Schedule


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    """The schedule stands in the settings; this shows it, with the last job of each kind."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Schedule]:
        return Schedule.objects.none()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = admin.site.each_context(request) | {
            "title": _("Schedule"),
            "opts": Schedule._meta,
            "rows": [
                {"name": name, **entry, "job": _last_job(entry), "when": spoken(entry["schedule"])}
                for name, entry in sorted(settings.CELERY_BEAT_SCHEDULE.items())
            ],
        }
        return TemplateResponse(request, "reports/admin/schedule.html", context)


def spoken(schedule: timedelta | crontab) -> str:
    """When something is sent, for people: every few seconds, hourly or daily, in UTC."""
    if isinstance(schedule, timedelta):
        seconds = round(schedule.total_seconds())
        return ngettext("every second", "every %(n)d seconds", seconds) % {"n": seconds}
    if len(schedule.minute) > 1:
        return _("every minute")
    (minute,) = schedule.minute
    if len(schedule.hour) > 1:
        return _("hourly, at minute %(minute)d") % {"minute": minute}
    (hour,) = schedule.hour
    return _("daily, at %(time)s UTC") % {"time": f"{hour:02}:{minute:02}"}


def _last_job(entry: dict[str, Any]) -> Job | None:
    arguments = entry.get("args") or []
    if not entry["task"].startswith("jobs.") or not arguments:
        return None
    return Job.objects.filter(kind=arguments[0]).order_by("-created_at").first()


@admin.register(Link)
class LinkAdmin(ReadOnlyAdmin):
    list_display = ["url", "host", "state", "reason", "failures", "checked_at", "dead_since"]
    list_filter = ["state"]
    search_fields = ["url", "host"]
