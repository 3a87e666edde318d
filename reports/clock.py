"""Periods by the clock: the same for every process, since the database tells the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import Frequency

# Daily and weekly mails go out from this hour on; whatever was away then, they follow later.
HOUR = 6
# That of the moment, also within a transaction
NOW = {
    "postgresql": "SELECT clock_timestamp()",
    "sqlite": "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')",
}


@dataclass(frozen=True)
class ClockPeriod:
    """What a mail is about: from `since` to before `until`; its `key` is given once."""

    frequency: str
    since: datetime
    until: datetime

    @property
    def key(self) -> str:
        return f"{self.frequency}/{self.until.astimezone(UTC):%Y-%m-%dT%H:%M}Z"


def period(frequency: str, now: datetime) -> ClockPeriod:
    """The last one that has ended by now."""
    local = timezone.localtime(now)
    if frequency == Frequency.MINUTE:
        until = local.replace(second=0, microsecond=0)
        return ClockPeriod(frequency, until - timedelta(minutes=1), until)
    days = 7 if frequency == Frequency.WEEKLY else 1
    day = (local - timedelta(hours=HOUR)).date()
    if frequency == Frequency.WEEKLY:
        day -= timedelta(days=day.weekday())
    return ClockPeriod(frequency, _at(day - timedelta(days=days)), _at(day))


def periods(now: datetime) -> list[ClockPeriod]:
    return [period(str(frequency), now) for frequency in Frequency if frequency]


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(HOUR)))


def database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(NOW[connection.vendor])
        found = cursor.fetchone()[0]
    moment = found if isinstance(found, datetime) else datetime.fromisoformat(str(found))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
