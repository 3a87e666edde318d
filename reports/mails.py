"""The report by mail, with the files that came since the last one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import outbox
from accounts.models import Mail, User
from accounts.outbox import Letter, NotYet, mail_kind
from layers.models import Layer
from reports.clock import ClockPeriod, database_now, periods
from reports.making import standing
from reports.names import REPORT_MAIL
from reports.periods import Period
from reports.showing import shown
from uploads.models import Upload

MOST_FILES = 100


def put_report_mails() -> int:
    """One for each subscriber and period; whoever has had it is not even looked at again."""
    return sum(_put(period) for period in periods(database_now()))


def _put(period: ClockPeriod) -> int:
    had = Mail.objects.filter(kind=REPORT_MAIL, key=period.key).values("user")
    waiting = User.objects.filter(is_active=True, report_mails=period.frequency).exclude(email="")
    count = 0
    for user in waiting.exclude(pk__in=had).iterator():
        outbox.put(
            user,
            REPORT_MAIL,
            period.key,
            since=period.since.isoformat(),
            until=period.until.isoformat(),
        )
        count += 1
    return count


@mail_kind(REPORT_MAIL)
def report(user: User, since: str, until: str) -> Letter | None:
    """Raises NotYet while the report is being made, which the page's readers share."""
    found = standing(Period())
    if found.report is None:
        raise NotYet
    begin, end = datetime.fromisoformat(since), datetime.fromisoformat(until)
    files = files_between(user, begin, end)
    context = {
        "report": shown(found.report, user),
        "files": [described(upload) for upload in files[:MOST_FILES]],
        "count": files.count(),
        "since": begin,
        "until": end,
        "site": settings.SITE_URL,
        "address": settings.SITE_URL + reverse("catalogue_report"),
    }
    text = render_to_string("reports/mail/report.txt", context)
    return Letter(f"{settings.SITE_NAME}: {_('report on the catalogue')}", text)


def files_between(user: User, since: datetime, until: datetime) -> QuerySet[Upload]:
    """Of layers that the person may read at this moment."""
    readable = Layer.objects.readable_by(user).values("pk")
    rows = Upload.objects.filter(created_at__gte=since, created_at__lt=until, layer__in=readable)
    return rows.select_related("layer").order_by("created_at")


def described(upload: Upload) -> dict[str, Any]:
    assert upload.layer is not None  # noqa: S101 - `files_between` asks for those with one
    return {
        "name": upload.name,
        "title": upload.layer.title,
        "address": settings.SITE_URL + upload.layer.get_absolute_url(),
        "facts": list(_facts(upload)),
    }


def _facts(upload: Upload) -> Iterator[tuple[str, str]]:
    facts = upload.facts
    yield _("Size"), filesizeformat(upload.size)
    yield _("Media type"), upload.media_type
    yield _("SHA-256"), upload.checksum
    yield _("Format"), str(facts.get("format") or "")
    yield _("CRS"), str(facts.get("crs") or "")
    if box := facts.get("bbox"):
        yield _("Extent"), ", ".join(f"{side:g}" for side in box)
    yield _("Geometry"), str(facts.get("geometry_type") or "")
    if facts.get("features") is not None:
        yield _("Features"), f"{facts['features']:,}"
    if facts.get("kind") == "raster" and facts.get("size"):
        width, height = facts["size"]
        yield _("Raster"), f"{width} × {height}, {facts.get('band_count', 1)}"
    if names := [each["name"] for each in facts.get("attributes", [])]:
        yield _("Attributes"), ", ".join(names[:20])
