"""What the search page shows around its results: filters in force, facets, other pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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

    @property
    def first(self) -> list[FacetValue]:
        return self.values[:SHOWN_AT_ONCE]

    @property
    def rest(self) -> list[FacetValue]:
        return self.values[SHOWN_AT_ONCE:]

    @property
    def is_in_force(self) -> bool:
        return any(value.chosen for value in self.values)


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

    @property
    def chips(self) -> list[Chip]:
        return [*self._values(), *self._box(), *self._time()]

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

    def _time(self) -> Iterator[Chip]:
        if self.query.time:
            url = replace(self.query, time=None, page=1).querystring
            yield Chip(_("Time"), str(self.query.time), url)

    def _label(self, facet: str, value: str) -> str:
        return self.found.labels.get((facet, value), value)

    @property
    def facets(self) -> list[FacetGroup]:
        groups = [
            FacetGroup(facet, str(FACET_NAMES[facet]), self.found.facets.get(facet, []))
            for facet in FACETS
        ]
        return [group for group in groups if group.values]

    @property
    def sorts(self) -> list[tuple[str, str]]:
        return [(sort, str(SORT_NAMES[sort])) for sort in SORTS]

    @property
    def bbox_text(self) -> str:
        return ",".join(f"{n:.7g}" for n in self.query.bbox.as_list) if self.query.bbox else ""

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
