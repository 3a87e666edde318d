"""Dates and periods out of cataloguers' words: "1590", "1985-1995", "19th century"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby

from django.core.exceptions import ValidationError

from layers.dates import FIRST_YEAR, LAST_YEAR, PartialDate, check_order

Period = tuple[str, str]

# What some programs write for a year that they know, and for one that they don't (year 1).
YEAR_STAMP = re.compile(r"(\d{4})-01-01 01:01:01(?:\+00:00|Z)?")
FIRST_CREDIBLE_YEAR = 100  # in such a stamp: "0006" was 2006 or 1906 once
RANGE = re.compile(
    r"\[?\s*(-?\d{1,6}|\*)\s+TO\s+(-?\d{1,6}|\*)\s*\]?"
)  # of years, as Solr has them
ISO_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}.*")
AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
DECIMAL_YEAR = re.compile(r"(\d{3,4})\.0+")
DATE = r"(?:\d{3,4}|-\d{4,6})(?:-\d{2}(?:-\d{2})?)?"
BEFORE_CHRIST = re.compile(r"\b(\d{1,6}) ?(?:bce|bc|b\.c\.e\.|b\.c\.)(?!\w)")
COMMON_ERA = re.compile(r"\b(\d{1,4}) ?(?:ce|ad|a\.d\.)(?!\w)")
OPEN = r"(?:present(?: day)?|pres|today|now|ongoing|\.\.|\*)"
BETWEEN = re.compile(
    rf"({DATE}|\.\.|\*)\s*(?:-{{1,2}}|–|—|/|\bto\b|\band\b|\bthrough\b|\buntil\b)\s*({DATE}|{OPEN})?"
)
SHORT_END = re.compile(r"(\d{2})(\d{2})\s*[-–/]\s*(\d{2})")
CENTURY = re.compile(r"(?:(early|mid|late)[ -]+)?(?:the )?(\w+)[ -]century(?: (bce?|b\.c\.))?")
DECADE = re.compile(r"(\d{3})(?:0'?s|-\??|u|x)")
CENTURY_OF_DIGITS = re.compile(r"(\d{2})(?:--\??|uu|xx)")
SURROUNDINGS = re.compile(r"^(?:between|from|approximately|approx\.?|circa|ca?\.?|©|c)\s*(?=\d)")
ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "twenty-first",
]
THIRDS = {"early": (0, 33), "mid": (33, 67), "late": (66, 99), "": (0, 99)}


def date_of(text: str) -> tuple[str, bool] | None:
    """A partial date, and whether only the year of it could be told; None for what is no date."""
    text = text.strip()
    if match := AMERICAN.fullmatch(text):
        return _american(*map(int, match.groups()))
    if (match := ISO_STAMP.fullmatch(text)) or (match := DECIMAL_YEAR.fullmatch(text)):
        text = match[1]
    period = period_of(text)
    if period is None:
        return None
    start, end = period
    if start == end:
        return start, False
    return (start or end)[: 5 if start.startswith("-") else 4], True


def _american(month: int, day: int, year: int) -> tuple[str, bool] | None:
    if day > 12 >= month:
        return _plain(f"{year:04d}-{month:02d}-{day:02d}"), False
    if month > 12 >= day:
        return _plain(f"{year:04d}-{day:02d}-{month:02d}"), False
    if month == day <= 12:
        return _plain(f"{year:04d}-{month:02d}-{day:02d}"), False
    return (str(year), True) if month <= 12 and day <= 12 else None


def _plain(text: str) -> str:
    try:
        return str(PartialDate.parse(text))
    except ValidationError:
        return ""


def periods_of(text: str) -> list[Period]:
    """The periods of a text, of lists such as "2005; 2016" too; none for what is no time."""
    pieces = [period_of(piece) for piece in re.split(r"[,;]", text)]
    found = [piece for piece in pieces if piece is not None]
    if len(found) == len(pieces):
        return found
    whole = period_of(text)
    return [whole] if whole else []


def period_of(text: str) -> Period | None:
    """Start and end, an empty text where a side is open; None for what is no time."""
    text = text.strip()
    if match := RANGE.fullmatch(text):
        start, end = ("" if side == "*" else _year(int(side)) for side in match.groups())
        return _ordered(start, end)
    if match := YEAR_STAMP.fullmatch(text):
        year = match[1]
        return (year, year) if int(year) >= FIRST_CREDIBLE_YEAR else None
    if match := ISO_STAMP.fullmatch(text):
        text = match[1]
    text = re.sub(r"\s*\[i\.e\.[^]]*\]?", "", text.casefold())
    text = BEFORE_CHRIST.sub(lambda year: f"-{int(year[1]) - 1:04d}", text)
    text = COMMON_ERA.sub(lambda year: f"{int(year[1]):04d}", text)
    text = re.sub(r"[\[\]?.]+$|^\[|\]$", "", text).strip()
    text = re.sub(r"(?:-00)+$", "", SURROUNDINGS.sub("", text))
    return _wide(text) or _span(text) or _single(text)


def _span(text: str) -> Period | None:
    if match := SHORT_END.fullmatch(text):
        century, first, last = match.groups()
        # "1985-95" is a period, "1985-06" a month.
        return (century + first, century + last) if int(last) > 12 and last >= first else None
    match = BETWEEN.fullmatch(text)
    if match is None:
        return None
    start, end = match[1], match[2] or ""
    return _ordered("" if start in {"*", ".."} else start, "" if re.fullmatch(OPEN, end) else end)


def _ordered(start: str, end: str) -> Period | None:
    start, end = _plain(start) if start else "", _plain(end) if end else ""
    if not start and not end:
        return None
    try:
        check_order(start, end)
    except ValidationError:
        return _ordered(end, start)
    return start, end


def _single(text: str) -> Period | None:
    text = re.split(r"[,;]\s*(?=c?\d{4}(?:\s|$))", text)[0]
    if not re.fullmatch(DATE, text):
        return None
    date = _plain(text)
    return (date, date) if date else None


def _wide(text: str) -> Period | None:
    if match := DECADE.fullmatch(text):
        return f"{match[1]}0", f"{match[1]}9"
    if match := CENTURY_OF_DIGITS.fullmatch(text):
        return f"{match[1]}00", f"{match[1]}99"
    if match := re.fullmatch(r"(\d{4})'?s\s*(?:-|to)\s*(\d{4}|present(?: day)?)'?s?", text):
        return match[1], match[2] if match[2].isdigit() else ""
    if match := CENTURY.fullmatch(text):
        return _century(match[1] or "", match[2], bool(match[3]))
    return None


def _century(part: str, ordinal: str, before_christ: bool) -> Period | None:
    digits = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", ordinal)
    if not digits and ordinal not in ORDINALS:
        return None
    number = int(digits[1]) if digits else ORDINALS.index(ordinal) + 1
    # The first century has the years 1 to 100; the first before it 100 to 1 BCE, that is -99 to 0.
    first = -100 * number + 1 if before_christ else 100 * (number - 1) + 1
    low, high = THIRDS[part]
    return str(PartialDate(first + low)), str(PartialDate(first + high))


def _year(year: int) -> str:
    return str(PartialDate(year)) if FIRST_YEAR <= year <= LAST_YEAR else ""


def periods_of_years(years: Iterable[int]) -> list[Period]:
    """Years one after the other become one period."""
    found = sorted({year for year in years if -9999 <= year <= 9999})
    runs = groupby(enumerate(found), key=lambda item: item[1] - item[0])
    spans = [[year for _index, year in run] for _offset, run in runs]
    return [(str(PartialDate(run[0])), str(PartialDate(run[-1]))) for run in spans]


def instant_of(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
