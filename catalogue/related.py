"""The layers that a layer's description names: what it is part of, was made of, replaces."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from layers.links import is_live
from layers.models import Layer

NAMES: dict[str, Promise] = {
    "memberOf": _("Member of"),
    "isPartOf": _("Part of"),
    "source": _("Made from"),
    "replaces": _("Replaces"),
    "isReplacedBy": _("Replaced by"),
    "isVersionOf": _("Version of"),
    "relation": _("Related"),
}
MOST = 50


@dataclass(frozen=True)
class Relation:
    name: str | Promise
    title: str
    url: str


def relations_of(layer: Layer, reader: User | AnonymousUser) -> list[Relation]:
    """Those that lead somewhere: layers that the reader may see, and web addresses. One query."""
    pairs = [(str(r.get("type")), str(r.get("target"))) for r in layer.relations[:MOST] if r]
    known = _layers({target for _type, target in pairs}, reader) if pairs else {}
    found = []
    for kind, target in pairs:
        name = NAMES.get(kind, NAMES["relation"])
        if other := known.get(target):
            found.append(Relation(name, other.title, other.get_absolute_url()))
        elif is_live(target):
            found.append(Relation(name, target, target))
    return found


def _layers(targets: set[str], reader: User | AnonymousUser) -> dict[str, Layer]:
    """By whatever they may be called: UUID, address, or their id at the source."""
    ids = [target for target in targets if _is_uuid(target)]
    named = Q(pk__in=ids) | Q(slug__in=targets) | Q(source_id__in=targets)
    rows = Layer.objects.readable_by(reader).filter(named).only("title", "slug", "source_id")
    return {
        name: row for row in rows for name in (str(row.pk), row.slug, row.source_id or row.slug)
    }


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
