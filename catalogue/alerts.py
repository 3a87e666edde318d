"""Mails about new layers in saved searches."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import outbox
from catalogue.models import SavedSearch
from reports.clock import ClockPeriod, database_now, periods

ALERT = "catalogue.alert"


def put_alerts() -> int:
    """One mail for each saved search and period that has passed since; returns how many."""
    now = database_now()
    return sum(_put(period, now) for period in periods(now))


def _put(period: ClockPeriod, now: datetime) -> int:
    """The time that a mail is about begins where that of the one before ended."""
    rows = SavedSearch.objects.filter(
        alert=period.frequency, told_until__lt=period.until, owner__is_active=True
    )
    count = 0
    for search in rows.exclude(owner__email="").select_related("owner").iterator():
        with transaction.atomic():
            mine = SavedSearch.objects.filter(pk=search.pk, told_until=search.told_until)
            if not mine.update(told_until=now):
                continue
            outbox.put(
                search.owner,
                ALERT,
                f"{search.pk}/{period.key}",
                search=search.pk,
                since=search.told_until.isoformat() if search.told_until else None,
                until=now.isoformat(),
            )
        count += 1
    return count
