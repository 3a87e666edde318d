"""A record: who it is, whether it says anything new, and what it says of its layer."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from layers.bulk import DescribedLayer
from layers.importing import notes
from layers.importing.aardvark import AARDVARK
from layers.importing.cleaning import storable, visible
from layers.importing.fields import Fields
from layers.importing.gbl1 import GEOBLACKLIGHT_1
from layers.importing.mapping import describe
from layers.importing.notes import Note
from layers.importing.record import Record
from layers.importing.terms import Terms
from layers.importing.times import instant_of

# Ids of OpenGeoMetadata are unique among its institutions, so one source has them all, and a record
# keeps its layer when it comes in the other schema or its institution spells itself differently.
SOURCE = "opengeometadata"
NAMESPACE = uuid.UUID("6f1d1f0e-52a5-5a0b-9d3e-0a4c1a7b8e52")
LONGEST_ID = 500
# Raise it to have every record read anew though it did not change.
MAPPING = 1
# Under this name `extra` says what the last import did.
MARK = "_import"


class RefusedError(Exception):
    """A record that can't become a layer; the message says why."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A record of which no more is known than who it is and whether it changed."""

    place: str
    value: dict[str, Any]
    fields: Fields
    source_id: str
    digest: str

    @property
    def layer_id(self) -> uuid.UUID:
        """The same at every import, so that a layer that was deleted gets its address back."""
        return uuid.uuid5(NAMESPACE, f"{SOURCE} {self.source_id}")


@dataclass(slots=True)
class Understood:
    """What a record says of its layer."""

    incoming: Incoming
    described: DescribedLayer
    modified: datetime | None
    left_over: dict[str, Any]
    notes: list[Note]

    def set_extra(self) -> None:
        """Once version, state and visibility of the layer are settled."""
        layer = self.described.layer
        mark = {
            "format": self.incoming.fields.format,
            "digest": self.incoming.digest,
            "version": layer.version,
            "state": str(layer.state),
            "visibility": str(layer.visibility),
            "notes": [str(note) for note in self.notes],
        }
        layer.extra = self.left_over | {MARK: mark}


def recognise(place: str, value: Any) -> Incoming:
    """Raises RefusedError."""
    if not isinstance(value, dict):
        raise RefusedError(_("a record is a JSON object, this is something else"))
    fields = fields_of(value)
    return Incoming(place, value, fields, identity(value, fields), digest_of(value, fields))


def understand(incoming: Incoming, terms: Terms) -> Understood:
    """Raises RefusedError."""
    record = Record(incoming.value)
    record.values(*incoming.fields.id[:1], "gbl_mdVersion_s", "geoblacklight_version")
    described = describe(record, incoming.fields, terms)
    if not described.layer.title:
        raise RefusedError(_("the record has no title"))
    modified = _modified(record, incoming.fields)
    return Understood(incoming, described, modified, record.left_over, record.notes)


def fields_of(value: dict[str, Any]) -> Fields:
    """Records lie about their version or leave it out; the name of the title does not."""
    if "dct_title_s" in value or value.get("gbl_mdVersion_s") == "Aardvark":
        return AARDVARK
    if "dc_title_s" in value or "geoblacklight_version" in value:
        return GEOBLACKLIGHT_1
    raise RefusedError(_("the record is neither Aardvark nor GeoBlacklight 1.0"))


def identity(value: dict[str, Any], fields: Fields) -> str:
    """As it stands in the record: ids are compared exactly."""
    for name in (*fields.id, *fields.identifiers):
        found = value.get(name)
        found = found[0] if isinstance(found, list) and found else found
        if isinstance(found, str | int) and str(found).strip():
            text = str(storable(str(found)))
            if len(text) > LONGEST_ID:
                reason = _("the record's id is longer than %(limit)s characters")
                raise RefusedError(reason % {"limit": LONGEST_ID})
            return text
    raise RefusedError(_("the record has no id"))


def digest_of(value: dict[str, Any], fields: Fields) -> str:
    """Of the content: no time stamp counts, no blank, nor whether a single value is in a list."""
    content = {
        name: plain
        for name, raw in value.items()
        if name not in fields.modified and (plain := _plain(raw)) not in (None, "", [], {})
    }
    text = json.dumps([MAPPING, fields.format, content], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value).strip()
    if isinstance(value, list):
        plain = [item for item in map(_plain, value) if item not in (None, "", [], {})]
        return plain[0] if len(plain) == 1 else plain
    return storable(value)


def _modified(record: Record, fields: Fields) -> datetime | None:
    """When the record was changed; None where it does not say, or says a time to come."""
    text = record.first(*fields.modified)
    record.keep(*fields.modified)
    moment = instant_of(text) if text else None
    if text and (moment is None or moment > timezone.now()):
        record.note(notes.STAMP_UNUSABLE, text)
        return None
    return moment
