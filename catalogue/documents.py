"""The layer's Solr document. `docs/reference/fields.md` is the table of what goes where."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from catalogue.solr_values import cell, clean, cut, date_range, instant, sort_key, strings, texts
from layers.access import labels_of_layer
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
    definition = 1
    related: ClassVar = {
        TopicCategory: Related("topic_categories", fields=("label",)),
        Keyword: Related("keywords", fields=("name",)),
        Region: Related("regions", fields=("label", "labels")),
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
    }

    def queryset(self) -> QuerySet[Layer]:
        return Layer.objects.select_related("organisation", "owner").prefetch_related(
            "topic_categories",
            "keywords",
            "regions",
            "languages",
            "layer_contacts__party__organisation",
            "temporal_extents",
            "attributes",
            "distributions",
        )

    def prepare(self, layer: Layer) -> dict[str, Any]:
        """Scalars and lists of scalars only; what is empty is left out."""
        fields = (
            _identity(layer)
            | _description(layer)
            | _stems(layer)
            | _facets(layer)
            | _space(layer)
            | _time(layer)
        )
        return {name: value for name, value in fields.items() if value not in (None, "", [])}


def _identity(layer: Layer) -> dict[str, Any]:
    return {
        "id": str(layer.pk),
        "slug": layer.slug,
        "name": cut(clean(layer.name)) or layer.slug,
        "username": layer.owner.username if layer.owner else None,
        "created_date": instant(layer.created_at),
        "modified_date": instant(layer.updated_at),
        "identifiers": strings(_identifier_values(layer)),
    }


def _identifier_values(layer: Layer) -> list[object]:
    return [item.get("value", "") if isinstance(item, dict) else item for item in layer.identifiers]


def _description(layer: Layer) -> dict[str, Any]:
    regions = layer.regions.all()
    attributes = layer.attributes.all()
    return {
        "title": clean(layer.title),
        "title_sort": sort_key(layer.title),
        "alternative_titles": texts(layer.alternative_titles),
        "abstract": clean(layer.abstract),
        "category": texts(topic.label for topic in layer.topic_categories.all()),
        "keywords": texts(keyword.name for keyword in layer.keywords.all()),
        "regions": texts(region.label for region in regions),
        "region_names": texts(
            name for region in regions for name in (region.label, *region.labels.values())
        ),
        "contact_names": texts(_contact_names(layer)),
        "attribute_names": texts(
            text for attribute in attributes for text in (attribute.name, attribute.label)
        ),
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


def _contact_names(layer: Layer) -> list[str]:
    parties = [contact.party for contact in layer.layer_contacts.all()]
    organisations = [party.organisation.name for party in parties if party.organisation]
    return [*(party.name for party in parties), *organisations]


def _stems(layer: Layer) -> dict[str, Any]:
    codes = [layer.metadata_language_id, *(language.code for language in layer.languages.all())]
    suffixes = dict.fromkeys(STEMMED[code] for code in codes if code in STEMMED)
    fields: dict[str, Any] = {}
    for suffix in list(suffixes)[:MAX_STEMMED]:
        fields[f"title_stem_{suffix}"] = clean(layer.title)
        fields[f"abstract_stem_{suffix}"] = clean(layer.abstract)
        fields[f"keywords_stem_{suffix}"] = texts(word.name for word in layer.keywords.all())
    return fields


def _facets(layer: Layer) -> dict[str, Any]:
    return {
        "acl": labels_of_layer(layer.state, layer.visibility, layer.group_id, layer.owner_id),
        "topic": [topic.code for topic in layer.topic_categories.all()],
        "keyword": strings(keyword.name for keyword in layer.keywords.all()),
        "region": [region.code for region in layer.regions.all()],
        "organisation": cut(clean(layer.organisation.name)) if layer.organisation else None,
        "resource_type": layer.resource_type_id,
        "format": cut(clean(layer.format)),
        "licence": layer.licence_id,
        "access": layer.visibility,
        "state": layer.state,
        "language": [language.code for language in layer.languages.all()],
        "geometry_type": layer.geometry_type,
        "protocol": strings(link.protocol_id for link in layer.distributions.all()),
    }


def _space(layer: Layer) -> dict[str, Any]:
    box = layer.bbox
    if box is None:
        return {}
    return {
        "bbox": box.envelope,
        "area": round(box.area_km2, 3),
        "cell5": cell(box, 5),
        "cell1": cell(box, 1),
    }


def _time(layer: Layer) -> dict[str, Any]:
    extents = layer.temporal_extents.all()
    ranges = [date_range(extent.start, extent.end) for extent in extents]
    starts = [extent.start_year for extent in extents if extent.start_year is not None]
    ends = [extent.end_year for extent in extents if extent.end_year is not None]
    return {
        "temporal": [text for text in ranges if text],
        "start_year": min(starts, default=None),
        "end_year": max(ends, default=None),
    }
