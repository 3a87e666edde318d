"""A question to the catalogue, and the address that asks it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from catalogue.search.places import NamedPlace, gazetteer
from catalogue.search.words import Words
from layers.dates import PartialDate
from layers.extent import BoundingBox

PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
MAX_HITS = 10_000  # deeper pages cost Solr more with each step and help nobody
MAX_WORDS_WITH_PLACE = 6  # longer questions are titles, whose words mean themselves
SORTS = ("relevance", "modified", "title", "extent")
FACETS = (
    "topic",
    "keyword",
    "region",
    "organisation",
    "type",
    "format",
    "licence",
    "location",
    "links",
    "access",
)

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
    cursor: str = ""  # `*` before the first hit, then what the answer before said

    @cached_property
    def words(self) -> Words:
        return Words.parse(self.q)

    @cached_property
    def place(self) -> NamedPlace | None:
        """A place that the words name, where no box says already what is meant."""
        if self.bbox or not 0 < self.words.count <= MAX_WORDS_WITH_PLACE:
            return None
        return gazetteer.find(self.q)

    @cached_property
    def words_beside_place(self) -> Words:
        """All words but the name of the place."""
        return Words.parse(self.place.rest) if self.place else self.words

    @property
    def box(self) -> BoundingBox | None:
        """The box that was asked for, by its corners or by the name of a place."""
        return self.bbox or (self.place.place.box if self.place else None)

    @property
    def fingerprint(self) -> str:
        """What a cursor belongs to: the question, whatever the page."""
        return replace(self, page=1, page_size=PAGE_SIZE).querystring

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
