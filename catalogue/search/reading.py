"""From the parameters of a request to a checked question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from catalogue.search import cursor
from catalogue.search.query import (
    FACETS,
    MAX_HITS,
    MAX_PAGE_SIZE,
    SORTS,
    Errors,
    Period,
    SearchQuery,
    Values,
)
from catalogue.search.words import MAX_LENGTH
from catalogue.solr_values import clean
from layers.extent import BoundingBox

MAX_VALUES = 20
MAX_VALUE_LENGTH = 500
MAX_CURSOR = 2000


def _text(value: str) -> str:
    if len(value) > MAX_LENGTH:
        raise ValidationError(
            _("At most %(limit)s characters can be searched for.") % {"limit": MAX_LENGTH}
        )
    return clean(value)


def _box(value: str) -> BoundingBox | None:
    if not value.strip():
        return None
    try:
        numbers = [float(number) for number in value.split(",")]
    except ValueError as error:
        raise ValidationError(
            _("Write a box as west,south,east,north, for example 5.9,45.8,10.5,47.8.")
        ) from error
    return BoundingBox.of(numbers)


def read_box(value: str) -> tuple[BoundingBox | None, list[str]]:
    """The box, and what is wrong with it."""
    try:
        return _box(value), []
    except ValidationError as error:
        return None, list(error.messages)


def _period(value: str) -> Period | None:
    period = Period.parse(value) if value.strip() else None
    return period if period and (period.start or period.end) else None


def _flag(value: str) -> bool:
    if value not in {"", "0", "1"}:
        raise ValidationError(_("Write 1 or 0."))
    return value == "1"


def _number_up_to(limit: int) -> Callable[[str], int]:
    def number(value: str) -> int:
        if not (
            value.isascii() and value.isdigit() and len(value) < 9 and 1 <= int(value) <= limit
        ):
            raise ValidationError(
                _("Write a whole number between 1 and %(limit)s.") % {"limit": limit}
            )
        return int(value)

    return number


def _sort(value: str) -> str:
    if value not in SORTS:
        raise ValidationError(_("Write one of: %(choices)s.") % {"choices": ", ".join(SORTS)})
    return value


def _cursor(value: str) -> str:
    if len(value) > MAX_CURSOR:
        raise ValidationError(_("This is no cursor of ours, or one of another search."))
    return value


SINGLE: dict[str, Callable[[str], Any]] = {
    "q": _text,
    "bbox": _box,
    "within": _flag,
    "time": _period,
    "sort": _sort,
    "page": _number_up_to(MAX_HITS),
    "page_size": _number_up_to(MAX_PAGE_SIZE),
    "facets": _flag,
    "cursor": _cursor,
}
REPEATED = (*FACETS, *(f"not_{name}" for name in FACETS))
PARAMETERS = (*SINGLE, *REPEATED)


def parse(data: QueryDict) -> tuple[SearchQuery, Errors]:
    """The question, as far as it is understood, and what is wrong, by parameter."""
    data = _with_time(data)
    errors: Errors = {
        name: [_("There is no such parameter.")] for name in data if name not in PARAMETERS
    }
    values: dict[str, Any] = {}
    for name, convert in SINGLE.items():
        try:
            if name in data and not (convert is _flag and not data[name]):
                values[name] = convert(_only(data.getlist(name)))
        except ValidationError as error:
            errors[name] = list(error.messages)
    query = SearchQuery(
        **values,
        chosen=_repeated(data, "", errors),
        excluded=_repeated(data, "not_", errors),
    )
    if query.offset + query.page_size > MAX_HITS + MAX_PAGE_SIZE:
        errors["page"] = [
            _("Only the first %(limit)s hits can be leafed through: narrow the search.")
            % {"limit": MAX_HITS}
        ]
        query = replace(query, page=1)
    if query.cursor and (problem := _cursor_problem(query)):
        errors["cursor"] = [problem]
        query = replace(query, cursor="")
    return query, errors


def _with_time(data: QueryDict) -> QueryDict:
    """A form without script has a field for each end of the time."""
    if "time" in data or not ("from" in data or "until" in data):
        return data
    joined = data.copy()
    ends = [joined.pop(name, [""])[-1].strip() for name in ("from", "until")]
    joined["time"] = "/".join(end or ".." for end in ends) if any(ends) else ""
    return joined


def _cursor_problem(query: SearchQuery) -> str:
    if query.page > 1:
        return _("Give either a page or a cursor.")
    try:
        cursor.unseal(query.cursor, query.fingerprint)
    except cursor.WrongCursor:
        return _("This is no cursor of ours, or one of another search.")
    return ""


def _only(values: list[str]) -> str:
    if len(values) > 1:
        raise ValidationError(_("Give it once."))
    return values[0]


def _repeated(data: QueryDict, prefix: str, errors: Errors) -> Values:
    found: Values = {}
    for facet in FACETS:
        name = prefix + facet
        values = _distinct(data.getlist(name))
        if len(values) > MAX_VALUES or any(len(value) > MAX_VALUE_LENGTH for value in values):
            errors[name] = [
                _("At most %(count)s values of at most %(length)s characters.")
                % {"count": MAX_VALUES, "length": MAX_VALUE_LENGTH}
            ]
        elif values:
            found[facet] = values
    return found


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for value in values if (text := clean(value))))
