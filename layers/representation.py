"""A layer as JSON, the same wherever the API gives one."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from layers.models import Attribute, Distribution, Layer, LayerContact
from layers.querysets import LayerQuerySet

COLUMNS = (
    "slug", "name", "title", "alternative_titles", "abstract", "purpose",
    "supplemental_information", "lineage", "edition", "identifiers", "crs", "geometry_type",
    "scale_denominator", "resolution_m", "next_update", "other_constraints", "attribution",
    "format", "relations", "state", "visibility",
)  # fmt: skip
TERMS = (
    "resource_type", "metadata_language", "status", "spatial_representation",
    "maintenance_frequency", "licence", "classification",
)  # fmt: skip
TERM_LISTS = ("topic_categories", "regions", "languages", "access_constraints", "use_constraints")


def for_json(layers: LayerQuerySet) -> LayerQuerySet:
    """Reads beforehand, in a number of queries that does not grow, what `layer_as_json` needs."""
    return layers.select_related("organisation", "group", "owner", "updated_by").prefetch_related(
        *TERM_LISTS,
        "keywords",
        "layer_contacts__party__organisation",
        "temporal_extents",
        "dates",
        "distributions",
        "attributes",
    )


def layer_as_json(layer: Layer, *, emails: bool = False) -> dict[str, Any]:
    """`emails` only for callers who are signed in."""
    return (
        {"id": str(layer.pk)}
        | {name: getattr(layer, name) for name in COLUMNS}
        | {name: getattr(layer, f"{name}_id") for name in TERMS}
        | {name: [term.pk for term in getattr(layer, name).all()] for name in TERM_LISTS}
        | _relations_of(layer, emails)
        | _administration_of(layer, emails)
    )


def _relations_of(layer: Layer, emails: bool) -> dict[str, Any]:
    return {
        "bbox": layer.bbox.as_list if layer.bbox else None,
        "keywords": [keyword.name for keyword in layer.keywords.all()],
        "organisation": layer.organisation.name if layer.organisation else None,
        "contacts": [_contact(contact, emails) for contact in layer.layer_contacts.all()],
        "temporal": [
            {"start": extent.start or None, "end": extent.end or None}
            for extent in layer.temporal_extents.all()
        ],
        "dates": [{"type": date.type_id, "date": date.date} for date in layer.dates.all()],
        "links": [_link(link) for link in layer.distributions.all()],
        "attributes": [_attribute(attribute) for attribute in layer.attributes.all()],
    }


def _administration_of(layer: Layer, emails: bool) -> dict[str, Any]:
    return {
        "group": layer.group.name if layer.group else None,
        "owner": account(layer.owner, emails),
        "source": layer.source or None,
        "version": layer.version,
        "created_at": layer.created_at,
        "updated_at": layer.updated_at,
        "updated_by": account(layer.updated_by, emails),
    }


def account(user: User | str | None, emails: bool) -> str | None:
    """Some sign up with their e-mail address for a name."""
    username = str(user or "")
    return username if username and (emails or "@" not in username) else None


def _contact(contact: LayerContact, emails: bool) -> dict[str, Any]:
    party = contact.party
    return {
        "role": contact.role_id,
        "name": party.name,
        "organisation": party.organisation.name if party.organisation else "",
        "position": party.position_name,
        "email": party.email if emails else None,
        "phone": party.phone if emails else None,
        "url": party.url,
        "orcid": party.orcid,
    }


def _link(link: Distribution) -> dict[str, Any]:
    return {
        "url": link.url,
        "protocol": link.protocol_id,
        "function": link.function_id,
        "name": link.name,
        "description": link.description,
        "media_type": link.media_type,
        "size_bytes": link.size_bytes,
    }


def _attribute(attribute: Attribute) -> dict[str, Any]:
    return {
        "name": attribute.name,
        "label": attribute.label,
        "description": attribute.description,
        "type": attribute.data_type,
        "unit": attribute.unit,
        "nullable": attribute.nullable,
    }
