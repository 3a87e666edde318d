"""Labels of facet values, in the reader's language, of all vocabularies in one query."""

from __future__ import annotations

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

LOCATIONS = {
    "area": gettext_lazy("An area"),
    "point": gettext_lazy("A point"),
    "world": gettext_lazy("The whole world"),
    "none": gettext_lazy("No location"),
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
    parts = [_rows(facet, list(codes)) for facet, codes in _codes(query, counts).items() if codes]
    if parts:
        rows = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
        for facet, code, label, labels in rows:
            found[facet, code] = labels.get(language, label)
    return found


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
