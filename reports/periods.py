"""The days that a report is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from reports.models import LONGEST_URL

DAYS = 30
MOST_DAYS = 366
OFFERED = (7, 30, 90, 365)


@dataclass(frozen=True)
class Period:
    """The last days, today included, in the site's time zone; `url` is how addresses begin."""

    days: int = DAYS
    url: str = ""

    @property
    def last(self) -> date:
        return timezone.localdate()

    @property
    def first(self) -> date:
        return self.last - timedelta(days=self.days - 1)

    @property
    def begin(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def dates(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range(self.days)]

    @property
    def key(self) -> str:
        return f"{self.days}/{self.url}"


def cleaned_url(text: str) -> str:
    """Of an address as people copy it: without host, question and fragment."""
    _scheme, found, rest = text.strip().partition("://")
    path = "/" + rest.partition("/")[2] if found else text.strip()
    path = path.partition("?")[0].partition("#")[0]
    return "".join(char for char in path if char.isprintable())[:LONGEST_URL]
