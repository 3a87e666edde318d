"""Labels of facet values, in the reader's language, of all vocabularies in one query."""

from __future__ import annotations

import time
from typing import Any

from django.db.models import CharField, Value
from django.utils.translation import get_language, gettext_lazy

from catalogue.search.query import SearchQuery
from catalogue.search.results import Counts, FacetValue, Labels
from layers.models import Licence, Region, ResourceType, TopicCategory, Visibility, Vocabulary

VOCABULARIES: dict[str, type[Vocabulary]] = {
    "topic": TopicCategory,
    "region": Region,
    "type": ResourceType,
    "licence": Licence,
}

Term = tuple[str, dict[str, str]]  # the label, and those in other languages
KEPT_SECONDS = 60
MAX_KEPT = 5000

LOCATIONS = {
    "area": gettext_lazy("An area"),
    "point": gettext_lazy("A point"),
    "world": gettext_lazy("The whole world"),
    "none": gettext_lazy("No location"),
}
LINKS = {
    "present": gettext_lazy("With links"),
    "dead": gettext_lazy("With a dead link"),
    "none": gettext_lazy("Without links"),
}


def labelled(
    query: SearchQuery, counts: dict[str, Counts], labels: Labels
) -> dict[str, list[FacetValue]]:
    return {
        facet: [
            FacetValue(
                value,
                labels.get((facet, value), value),
                count,
                chosen=value in query.chosen.get(facet, ()),
                excluded=value in query.excluded.get(facet, ()),
            )
            for value, count in found.items()
        ]
        for facet, found in counts.items()
    }


def labels_of(query: SearchQuery, counts: dict[str, Counts]) -> Labels:
    language = (get_language() or "en").partition("-")[0]
    found = {("access", str(value)): str(label) for value, label in Visibility.choices}
    found |= {("location", value): str(label) for value, label in LOCATIONS.items()}
    found |= {("links", value): str(label) for value, label in LINKS.items()}
    for key, (label, labels) in terms.of(_codes(query, counts)).items():
        found[key] = labels.get(language, label)
    return found


class Terms:
    """Terms of the vocabularies that were asked for of late: they hardly ever change."""

    def __init__(self) -> None:
        self.emptied_at = 0.0
        self.known: dict[tuple[str, str], Term] = {}

    def of(self, codes: dict[str, set[str]]) -> dict[tuple[str, str], Term]:
        if time.monotonic() - self.emptied_at > KEPT_SECONDS or len(self.known) > MAX_KEPT:
            self.known, self.emptied_at = {}, time.monotonic()
        wanted = {(facet, code) for facet, found in codes.items() for code in found}
        self._read({key for key in wanted if key not in self.known})
        return {key: self.known[key] for key in wanted if key in self.known}

    def _read(self, missing: set[tuple[str, str]]) -> None:
        by_facet: dict[str, list[str]] = {}
        for facet, code in missing:
            by_facet.setdefault(facet, []).append(code)
        parts = [_rows(facet, codes) for facet, codes in by_facet.items()]
        if parts:
            rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
            for facet, code, label, labels in rows:
                self.known[facet, code] = (label, labels)


terms = Terms()


def _codes(query: SearchQuery, counts: dict[str, Counts]) -> dict[str, set[str]]:
    return {
        facet: {
            *counts.get(facet, ()),
            *query.chosen.get(facet, ()),
            *query.excluded.get(facet, ()),
        }
        for facet in VOCABULARIES
    }


def _rows(facet: str, codes: list[str]) -> Any:
    name = Value(facet, output_field=CharField())
    return (
        VOCABULARIES[facet]
        .objects.filter(pk__in=codes)  # type: ignore[attr-defined]
        .order_by()
        .annotate(facet=name)
        .values_list("facet", "code", "label", "labels")
    )
