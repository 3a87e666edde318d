"""The layer's Solr document. `docs/reference/fields.md` is the table of what goes where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, ClassVar, TypeGuard

from django.contrib.auth import get_user_model

from catalogue import spans
from catalogue.layer_records import LayerRecord, read
from catalogue.solr_values import (
    cell,
    clean,
    cut,
    date_range,
    instant,
    links,
    location,
    names_of,
    openings,
    sort_key,
    strings,
    texts,
    year_gaps,
    year_words,
)
from layers.access import labels_of_layer
from layers.extent import BoundingBox
from layers.models import (
    Attribute,
    Distribution,
    Keyword,
    Layer,
    LayerContact,
    Organisation,
    Party,
    Region,
    TemporalExtent,
    TopicCategory,
)
from reports.models import DeadLinks
from solr_sync.documents import Related, SolrDocument
from solr_sync.registry import registry

# Languages that the schema stems (*_stem_…); a record in another one is found by text_all alone.
STEMMED = {
    "eng": "en",
    "deu": "de",
    "fra": "fr",
    "spa": "es",
    "por": "pt",
    "ita": "it",
    "nld": "nl",
    "rus": "ru",
    "ara": "ar",
}
MAX_STEMMED = 2  # of each record: the language of its description, then those of its content


@registry.register(Layer)
class LayerDocument(SolrDocument):
    collection = "layers"
    definition = 4
    related: ClassVar = {
        TopicCategory: Related("topic_categories", fields=("label",)),
        Keyword: Related("keywords", fields=("name",)),
        Region: Related("regions", fields=("label", "labels", "parent")),
        Organisation: (
            Related("organisation", fields=("name",)),
            Related("layer_contacts__party__organisation", fields=("name",)),
        ),
        get_user_model(): Related("owner", fields=("username",)),
        LayerContact: "layer_contacts",
        Party: Related("layer_contacts__party", fields=("name", "organisation")),
        TemporalExtent: "temporal_extents",
        Attribute: "attributes",
        Distribution: "distributions",
        DeadLinks: "dead_links",
    }

    def read(self, keys: Sequence[Any]) -> Iterator[tuple[Any, LayerRecord]]:
        return ((record.id, record) for record in read(keys))

    def prepare(self, layer: LayerRecord) -> dict[str, Any]:
        """Scalars and lists of scalars only; what is empty is left out."""
        description = _description(layer)
        fields = (
            _identity(layer)
            | description
            | _stems(layer, description)
            | _facets(layer, description["keywords"])
            | space_of(layer.bbox)
            | _time(layer)
        )
        return {name: value for name, value in fields.items() if value or value == 0}


def _identity(layer: LayerRecord) -> dict[str, Any]:
    return {
        "id": layer.id,
        "slug": layer.slug,
        "name": cut(clean(layer.name)) or layer.slug,
        "username": layer.username,
        "created_date": instant(layer.created_at),
        "modified_date": instant(layer.updated_at),
        "identifiers": strings(_identifier_values(layer)),
    }


def _identifier_values(layer: LayerRecord) -> list[object]:
    return [item.get("value", "") if isinstance(item, dict) else item for item in layer.identifiers]


def _description(layer: LayerRecord) -> dict[str, Any]:
    return {
        "title": clean(layer.title),
        "title_sort": sort_key(layer.title),
        "alternative_titles": texts(layer.alternative_titles),
        "abstract": clean(layer.abstract),
        "category": list(names_of(tuple(topic.label for topic in layer.topics))),
        "keywords": texts(layer.keywords),
        "regions": list(names_of(tuple(region.names[0] for region in layer.regions))),
        "region_names": list(
            dict.fromkeys(name for region in layer.regions for name in names_of(region.names))
        ),
        "contact_names": list(names_of(tuple(layer.contact_names))),
        "attribute_names": texts(layer.attribute_names),
        "details": texts(
            [
                layer.name,
                *_identifier_values(layer),
                layer.purpose,
                layer.supplemental_information,
                layer.lineage,
                layer.edition,
                layer.attribution,
                layer.other_constraints,
            ]
        ),
    }


def _stems(layer: LayerRecord, description: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for suffix in _suffixes((layer.metadata_language_id, *layer.languages)):
        for name in ("title", "abstract", "keywords"):
            fields[f"{name}_stem_{suffix}"] = description[name]
    return fields


@lru_cache(maxsize=1_000)
def _suffixes(languages: tuple[str, ...]) -> tuple[str, ...]:
    stemmed = dict.fromkeys(STEMMED[code] for code in languages if code in STEMMED)
    return tuple(stemmed)[:MAX_STEMMED]


def _facets(layer: LayerRecord, keywords: list[str]) -> dict[str, Any]:
    terms = list(dict.fromkeys(map(cut, keywords)))
    organisation = cut(clean(layer.organisation or ""))
    return {
        "acl": labels_of_layer(layer.state, layer.visibility, layer.group_id, layer.owner_id),
        "topic": [topic.code for topic in layer.topics],
        "keyword": terms,
        "region": [region.code for region in layer.regions],
        "region_tree": _region_tree(layer),
        "organisation": organisation,
        "suggest_keyword": openings(terms),
        "suggest_organisation": openings([organisation]),
        "resource_type": layer.resource_type_id,
        "format": cut(clean(layer.format)),
        "licence": layer.licence_id,
        "access": layer.visibility,
        "state": layer.state,
        "language": layer.languages,
        "geometry_type": layer.geometry_type,
        "protocol": list(names_of(tuple(layer.protocols))),
        "links": links(layer.dead_links, bool(layer.protocols)),
    }


def _region_tree(layer: LayerRecord) -> list[str]:
    """A country lies in its continent; that everything lies in the world says nothing."""
    continents = [region.continent for region in layer.regions if region.continent]
    return list(dict.fromkeys([*(region.code for region in layer.regions), *continents]))


def space_of(box: BoundingBox | None) -> dict[str, Any]:
    """All fields that say where a layer lies."""
    if box is None:
        return {"location": location(box)}
    return {
        "location": location(box),
        "bbox": box.envelope,
        **spans.of(box),
        "area": round(box.area_km2, 3),
        "cell5": cell(box, 5),
        "cell1": cell(box, 1),
    }


def _time(layer: LayerRecord) -> dict[str, Any]:
    extents = layer.periods
    ranges = [date_range(extent.start, extent.end) for extent in extents]
    # The years from the first to the last of all periods. An open side has none.
    starts, ends = [e.start_year for e in extents], [e.end_year for e in extents]
    return {
        "temporal": [text for text in ranges if text],
        "start_year": None if None in starts else min(filter(_is_known, starts), default=None),
        "end_year": None if None in ends else max(filter(_is_known, ends), default=None),
        "year_gap": year_gaps((e.start_year, e.end_year) for e in extents),
        "year_words": year_words((e.start_year, e.end_year) for e in extents),
    }


def _is_known(year: int | None) -> TypeGuard[int]:
    return year is not None
