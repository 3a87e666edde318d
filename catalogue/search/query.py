"""A question to the catalogue, checked: what a request asks, and the address that asks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from catalogue.search.words import MAX_LENGTH, Words
from catalogue.solr_values import clean
from layers.dates import PartialDate
from layers.extent import BoundingBox

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
MAX_HITS = 10_000  # deeper pages cost Solr more with each step and help nobody
MAX_VALUES = 20
MAX_VALUE_LENGTH = 500
SORTS = ("relevance", "modified", "title", "extent")
FACETS = ("topic", "keyword", "region", "organisation", "type", "format", "licence", "access")

Errors = dict[str, list[str]]
Values = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day of `start` to the last of `end`; None is open."""

    start: PartialDate | None
    end: PartialDate | None

    @classmethod
    def parse(cls, text: str) -> Period:
        first, slash, last = text.partition("/")
        if not slash:
            last = first
        start, end = (_date_or_open(part) for part in (first, last))
        if start and end and start.first_day > end.last_day:
            raise ValidationError(_("The end lies before the beginning: exchange the two."))
        return cls(start, end)

    def __str__(self) -> str:
        return f"{self.start or '..'}/{self.end or '..'}"


def _date_or_open(text: str) -> PartialDate | None:
    return None if text.strip() in {"", ".."} else PartialDate.parse(text)


@dataclass(frozen=True)
class SearchQuery:
    q: str = ""
    bbox: BoundingBox | None = None
    within: bool = False
    time: Period | None = None
    chosen: Values = field(default_factory=dict)
    excluded: Values = field(default_factory=dict)
    sort: str = "relevance"
    page: int = 1
    page_size: int = PAGE_SIZE
    facets: bool = True

    @cached_property
    def words(self) -> Words:
        return Words.parse(self.q)

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.page_size

    @property
    def is_filtered(self) -> bool:
        return bool(self.chosen or self.excluded or self.bbox or self.time)

    def with_value(self, facet: str, value: str) -> SearchQuery:
        values = (*self.chosen.get(facet, ()), value)
        return replace(self, chosen=self.chosen | {facet: values}, page=1)

    def without_value(self, facet: str, value: str) -> SearchQuery:
        return replace(self, chosen=_left_out(self.chosen, facet, value), page=1)

    def without_exclusion(self, facet: str, value: str) -> SearchQuery:
        return replace(self, excluded=_left_out(self.excluded, facet, value), page=1)

    def parameters(self) -> list[tuple[str, str]]:
        """What differs from the empty question, in the order of the fields."""
        pairs = [("q", self.q)] if self.q else []
        if self.bbox:
            pairs.append(("bbox", ",".join(f"{number:.7g}" for number in self.bbox.as_list)))
        pairs += [("within", "1")] if self.within else []
        pairs += [("time", str(self.time))] if self.time else []
        for facet in FACETS:
            pairs += [(facet, value) for value in self.chosen.get(facet, ())]
            pairs += [(f"not_{facet}", value) for value in self.excluded.get(facet, ())]
        pairs += [("sort", self.sort)] if self.sort != "relevance" else []
        pairs += [("page_size", str(self.page_size))] if self.page_size != PAGE_SIZE else []
        return pairs + ([("page", str(self.page))] if self.page > 1 else [])

    @property
    def querystring(self) -> str:
        pairs = self.parameters()
        return f"?{urlencode(pairs)}" if pairs else "?"


def _left_out(values: Values, facet: str, value: str) -> Values:
    left = tuple(other for other in values.get(facet, ()) if other != value)
    others = {name: kept for name, kept in values.items() if name != facet}
    return others | ({facet: left} if left else {})


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


SINGLE: dict[str, Callable[[str], Any]] = {
    "q": _text,
    "bbox": _box,
    "within": _flag,
    "time": _period,
    "sort": _sort,
    "page": _number_up_to(MAX_HITS),
    "page_size": _number_up_to(MAX_PAGE_SIZE),
    "facets": _flag,
}
REPEATED = (*FACETS, *(f"not_{name}" for name in FACETS))
PARAMETERS = (*SINGLE, *REPEATED)


def parse(data: QueryDict) -> tuple[SearchQuery, Errors]:
    """The question, as far as it is understood, and what is wrong, by parameter."""
    errors: Errors = {
        name: [_("There is no such parameter.")] for name in data if name not in PARAMETERS
    }
    values: dict[str, Any] = {}
    for name, convert in SINGLE.items():
        try:
            if name in data:
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
    return query, errors


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
