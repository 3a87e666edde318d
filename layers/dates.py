"""Dates that are known to the year, the month or the day, of any time."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PATTERN = re.compile(r"(?P<year>-?\d{1,6})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?")
FIRST_YEAR, LAST_YEAR = -999_999, 9999


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, with or without month and day, in the proleptic Gregorian calendar.

    Years are astronomical, as in ISO 8601: 0 is 1 BCE, -43 is 44 BCE. Written ``1590``,
    ``1850-03``, ``-0043-03-15``.
    """

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValidationError with what a date looks like."""
        match = PATTERN.fullmatch(text.strip())
        if match is None:
            raise ValidationError(
                _("Write a date as 1590, 1850-03 or 2024-05-17, before the common era as -0043.")
            )
        parts = {name: int(value) for name, value in match.groupdict().items() if value is not None}
        date = cls(**parts)
        date._check()
        return date

    def _check(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise ValidationError(
                _("The year must lie between %(first)s and %(last)s.")
                % {"first": FIRST_YEAR, "last": LAST_YEAR}
            )
        if self.month is not None and not 1 <= self.month <= 12:
            raise ValidationError(_("The month must lie between 01 and 12."))
        if self.day is not None and not 1 <= self.day <= self.days_in_month(self.month or 12):
            raise ValidationError(_("This month has no day %(day)s.") % {"day": self.day})

    def days_in_month(self, month: int) -> int:
        # A year with the same leap rule, which the calendar module accepts.
        return calendar.monthrange(self.year % 400 + 2000, month)[1]

    @property
    def first_day(self) -> tuple[int, int, int]:
        return self.year, self.month or 1, self.day or 1

    @property
    def last_day(self) -> tuple[int, int, int]:
        month = self.month or 12
        return self.year, month, self.day or self.days_in_month(month)

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        parts = [f"{sign}{abs(self.year):04d}"]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)


def year_name(year: int) -> str:
    """An astronomical year as people say it: 0 is 1 BCE."""
    return str(year) if year > 0 else _("%(year)s BCE") % {"year": 1 - year}


def validate_partial_date(value: str) -> None:
    PartialDate.parse(value)


class PartialDateField(models.CharField):
    """Keeps a `PartialDate` as its text."""

    description = gettext_lazy("A date known to the year, month or day")

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("max_length", 14)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.validators = [*self.validators, validate_partial_date]

    def clean(self, value: object, model_instance: models.Model | None) -> str:
        text: str = super().clean(value, model_instance)
        return str(PartialDate.parse(text)) if text else text


def check_order(start: str, end: str) -> None:
    """Raises ValidationError where a period ends before it begins; an empty text is an open end."""
    if start and end and PartialDate.parse(start).first_day > PartialDate.parse(end).last_day:
        raise ValidationError(_("The end lies before the beginning: exchange the two."))
