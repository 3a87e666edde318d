"""What the search page shows around its results: filters in force, facets, other pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.search.explaining import Explanation, Way
from catalogue.search.places import parents_of_places
from catalogue.search.query import FACETS, MAX_HITS, SORTS, Errors, SearchQuery
from catalogue.search.results import FacetValue, Found

FACET_NAMES: dict[str, Promise] = {
    "topic": gettext_lazy("Topic"),
    "keyword": gettext_lazy("Keyword"),
    "region": gettext_lazy("Region"),
    "organisation": gettext_lazy("Organisation"),
    "type": gettext_lazy("Type"),
    "format": gettext_lazy("Format"),
    "licence": gettext_lazy("Licence"),
    "location": gettext_lazy("Location"),
    "links": gettext_lazy("Links"),
    "access": gettext_lazy("Who may see it"),
}
SORT_NAMES: dict[str, Promise] = {
    "relevance": gettext_lazy("Best match"),
    "modified": gettext_lazy("Last edited"),
    "title": gettext_lazy("Title"),
    "extent": gettext_lazy("Smallest extent"),
}
SHOWN_AT_ONCE = 8
PAGES_AROUND = 2


@dataclass(frozen=True)
class Chip:
    """A filter in force, and the address without it."""

    name: str
    label: str
    url: str


@dataclass(frozen=True)
class FacetGroup:
    name: str
    title: str
    values: list[FacetValue]
    query: SearchQuery
    distinct: int

    @property
    def has_more(self) -> bool:
        return self.distinct > SHOWN_AT_ONCE

    @property
    def all_values(self) -> str:
        """The address of the page with all of them."""
        return reverse("facet_values", args=[self.name]) + replace(self.query, page=1).querystring

    @property
    def first(self) -> list[FacetValue]:
        """The most frequent, and what is chosen."""
        later = [value for value in self.values[SHOWN_AT_ONCE:] if value.chosen or value.excluded]
        return self.values[:SHOWN_AT_ONCE] + later

    @property
    def branches(self) -> list[tuple[FacetValue, list[FacetValue]]] | None:
        """Values with those below them; None where there is no such order."""
        return None

    @property
    def is_in_force(self) -> bool:
        return any(value.chosen for value in self.values)


@dataclass(frozen=True)
class RegionGroup(FacetGroup):
    """Countries stand below their continents."""

    parents: dict[str, str]

    @property
    def branches(self) -> list[tuple[FacetValue, list[FacetValue]]]:
        known = {value.value for value in self.values}
        inner: dict[str, list[FacetValue]] = {}
        for value in self.values:
            inner.setdefault(self.parents.get(value.value, ""), []).append(value)
        tops = [v for v in self.values if self.parents.get(v.value, "") not in known]
        return [(value, inner.get(value.value, [])) for value in tops]


@dataclass(frozen=True)
class Leaf:
    """Leafing through the pages of a result."""

    query: SearchQuery
    total: int

    @property
    def last(self) -> int:
        return max(1, -(-min(self.total, MAX_HITS) // self.query.page_size))

    @property
    def first_hit(self) -> int:
        return self.query.offset + 1

    @property
    def last_hit(self) -> int:
        return min(self.query.offset + self.query.page_size, self.total)

    def url(self, page: int) -> str:
        return replace(self.query, page=page).querystring

    @property
    def previous(self) -> str:
        return self.url(self.query.page - 1) if self.query.page > 1 else ""

    @property
    def next(self) -> str:
        return self.url(self.query.page + 1) if self.query.page < self.last else ""

    @property
    def pages(self) -> Iterator[tuple[int, str]]:
        """Numbers and addresses; number 0 stands for a gap."""
        around = range(self.query.page - PAGES_AROUND, self.query.page + PAGES_AROUND + 1)
        before = 0
        for page in sorted({1, self.last, *(p for p in around if 1 <= p <= self.last)}):
            if page > before + 1:
                yield 0, ""
            yield page, self.url(page)
            before = page


@dataclass(frozen=True)
class SearchPage:
    query: SearchQuery
    errors: Errors
    found: Found
    leaf: Leaf

    @cached_property
    def chips(self) -> list[Chip]:
        return [*self._values(), *self._box(), *self._place(), *self._time()]

    def _values(self) -> Iterator[Chip]:
        for facet in FACETS:
            name = str(FACET_NAMES[facet])
            for value in self.query.chosen.get(facet, ()):
                url = self.query.without_value(facet, value).querystring
                yield Chip(name, self._label(facet, value), url)
            for value in self.query.excluded.get(facet, ()):
                url = self.query.without_exclusion(facet, value).querystring
                yield Chip(_("%(facet)s, not") % {"facet": name}, self._label(facet, value), url)

    def _box(self) -> Iterator[Chip]:
        if self.query.bbox:
            url = replace(self.query, bbox=None, within=False, page=1).querystring
            name = _("Within the box") if self.query.within else _("Touches the box")
            yield Chip(name, ", ".join(f"{n:g}" for n in self.query.bbox.as_list), url)

    def _place(self) -> Iterator[Chip]:
        """The name of a place among the words sets a box; in quotation marks it is a word again."""
        if named := self.found.place:
            url = replace(self.query, q=named.quoted, page=1).querystring
            yield Chip(_("Place"), named.place.name, url)

    def _time(self) -> Iterator[Chip]:
        if self.query.time:
            url = replace(self.query, time=None, page=1).querystring
            yield Chip(_("Time"), str(self.query.time), url)

    def _label(self, facet: str, value: str) -> str:
        return self.found.labels.get((facet, value), value)

    @property
    def facets(self) -> list[FacetGroup]:
        return [self._group(facet) for facet in FACETS if self.found.facets.get(facet)]

    def _group(self, facet: str) -> FacetGroup:
        values, name = self.found.facets[facet], str(FACET_NAMES[facet])
        distinct = self.found.distinct.get(facet, 0)
        if facet == "region":
            return RegionGroup(facet, name, values, self.query, distinct, parents_of_places())
        return FacetGroup(facet, name, values, self.query, distinct)

    @property
    def suggestion_url(self) -> str:
        return replace(self.query, q=self.found.suggestion, page=1).querystring

    @property
    def place_url(self) -> str:
        """The same search in the place's box, without its name among the words."""
        named = self.found.place
        if named is None:
            return ""
        return replace(self.query, q=named.rest, bbox=named.place.box, page=1).querystring

    @property
    def state(self) -> str:
        """The whole question but its page, for exports, saving and the map."""
        return replace(self.query, page=1).querystring

    @property
    def time_years(self) -> tuple[str, str]:
        period = self.query.time
        return (str(period.start or ""), str(period.end or "")) if period else ("", "")

    @property
    def sorts(self) -> list[tuple[str, str]]:
        return [(sort, str(SORT_NAMES[sort])) for sort in SORTS]

    @property
    def bbox_text(self) -> str:
        return ",".join(f"{n:.7g}" for n in self.query.bbox.as_list) if self.query.bbox else ""

    @property
    def map_box(self) -> str:
        box = self.query.box
        return ",".join(f"{n:.7g}" for n in box.as_list) if box else ""

    @property
    def kept_for_words(self) -> list[tuple[str, str]]:
        left_out = {"q", "page"}
        return [(name, value) for name, value in self.query.parameters() if name not in left_out]

    @property
    def unlisted_exclusions(self) -> list[tuple[str, str]]:
        """What is excluded has no hits, so its facet may not list it."""
        listed = {(f, v.value) for f, values in self.found.facets.items() for v in values}
        return [
            (f"not_{facet}", value)
            for facet, values in self.query.excluded.items()
            for value in values
            if (facet, value) not in listed
        ]

    @property
    def kept_for_sorting(self) -> list[tuple[str, str]]:
        left_out = {"sort", "page"}
        return [(name, value) for name, value in self.query.parameters() if name not in left_out]

    @property
    def first_page(self) -> str:
        return self.leaf.url(1)

    @property
    def without_filters(self) -> str:
        return SearchQuery(q=self.query.q).querystring

    @property
    def without_words(self) -> str:
        return replace(self.query, q="", page=1).querystring

    @property
    def other_errors(self) -> Errors:
        """Those that no field of the form stands for; a page passes over unknown parameters."""
        known = {"page", "page_size", "sort", "within", *FACETS}
        return {name: texts for name, texts in self.errors.items() if name in known}


@dataclass(frozen=True)
class ValuesPage:
    """All values of one facet; each leads back to the search with or without it."""

    facet: str
    query: SearchQuery
    containing: str
    values: list[FacetValue]

    @property
    def title(self) -> str:
        return str(FACET_NAMES[self.facet])

    @property
    def links(self) -> list[tuple[FacetValue, str]]:
        return [(value, self._url(value)) for value in self.values]

    def _url(self, value: FacetValue) -> str:
        if value.chosen:
            return self.query.without_value(self.facet, value.value).querystring
        return self.query.with_value(self.facet, value.value).querystring

    @property
    def kept(self) -> list[tuple[str, str]]:
        return self.query.parameters()


@dataclass(frozen=True)
class WhyNothing:
    """Ways out of a search that finds nothing."""

    query: SearchQuery
    found: Found
    explanation: Explanation

    @property
    def without(self) -> list[tuple[str, int, str]]:
        ways = self.explanation.without
        return [(self._name(way), way.count, way.query.querystring) for way in ways]

    def _name(self, way: Way) -> str:
        if way.facet == "bbox":
            return _("the box")
        if way.facet == "time":
            return _("the time")
        facet = way.facet.removeprefix("not_")
        values = (self.query.excluded if way.facet != facet else self.query.chosen)[facet]
        labels = ", ".join(self.found.labels.get((facet, value), value) for value in values)
        return f"{FACET_NAMES[facet]}: {labels}"

    @property
    def wider(self) -> tuple[int, str] | None:
        way = self.explanation.wider
        return (way.count, way.query.querystring) if way else None

    @property
    def words(self) -> list[tuple[str, int, str]]:
        return [
            (word, count, replace(SearchQuery(), q=word).querystring)
            for word, count in self.explanation.words
        ]
