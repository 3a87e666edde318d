"""What an edit changes beside the layer's own columns, said alike by the form and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from layers.models import (
    Keyword,
    Layer,
    LayerContact,
    Organisation,
    Party,
    TemporalExtent,
)
from layers.models.parts import Part
from layers.texts import distinct, one_line


@dataclass(frozen=True, slots=True)
class Contact:
    """A responsible party as an editor describes it, and its role."""

    role: str
    name: str = ""
    organisation: str = ""
    position: str = ""
    email: str = ""
    phone: str = ""
    url: str = ""
    orcid: str = ""


@dataclass(slots=True)
class Changes:
    """None, or a name that is missing, leaves what is there.

    The layer's own columns are set by the caller.
    """

    terms: dict[str, list[str]] = field(default_factory=dict)
    keywords: list[str] | None = None
    organisation: str | None = None
    contacts: list[Contact] | None = None
    parts: dict[type[Part], list[Part]] = field(default_factory=dict)

    def write_columns(self, layer: Layer) -> None:
        """Before the layer is saved."""
        if self.organisation is not None:
            layer.organisation = organisation_named(self.organisation)

    def write_relations(self, layer: Layer) -> None:
        """Of a layer that has its row, inside the transaction of the edit."""
        for name, codes in self.terms.items():
            getattr(layer, name).set(codes)
        if self.keywords is not None:
            layer.keywords.set(keywords_named(self.keywords))
        if self.contacts is not None:
            write_parts(layer, LayerContact, contact_rows(self.contacts))
        for part, rows in self.parts.items():
            write_parts(layer, part, rows)


def organisation_named(name: str) -> Organisation | None:
    """The organisation, made when there is none of that name; case does not tell two apart."""
    name = one_line(name)
    if not name:
        return None
    known = Organisation.objects.filter(name=name).first()
    known = known or Organisation.objects.filter(name__iexact=name).first()
    return known or Organisation.objects.get_or_create(name=name)[0]


def keywords_named(names: Sequence[str]) -> list[Keyword]:
    """The keywords, made where there are none of that name; case does not tell two apart."""
    wanted = {Keyword.fold(name): name for name in reversed(distinct(list(names)))}
    known = set(Keyword.objects.filter(folded__in=wanted).values_list("folded", flat=True))
    new = [Keyword(name=wanted[key], folded=key) for key in sorted(wanted) if key not in known]
    # Somebody else may be adding the same keyword at this moment.
    Keyword.objects.bulk_create(new, ignore_conflicts=True)
    return list(Keyword.objects.filter(folded__in=wanted))


def party_described(contact: Contact) -> Party:
    """The party that is described just so, or a new one.

    A party may be named by layers of several owners, so an editor never changes one: other details
    are another party. Only the admin changes parties.
    """
    details = {
        "name": one_line(contact.name),
        "organisation": organisation_named(contact.organisation),
        "position_name": one_line(contact.position),
        "email": contact.email,
        "phone": one_line(contact.phone),
        "url": contact.url,
        "orcid": contact.orcid,
    }
    return Party.objects.filter(**details).first() or Party.objects.create(**details)


def contact_rows(contacts: Sequence[Contact]) -> list[Part]:
    """One row for each party and role."""
    rows: dict[tuple[int, str], Part] = {}
    for contact in contacts:
        party = party_described(contact)
        row = LayerContact(party=party, role_id=contact.role)
        rows.setdefault((party.pk, contact.role), row)
    return list(rows.values())


def write_parts(layer: Layer, part: type[Part], rows: Sequence[Part]) -> None:
    """Makes the layer's parts equal to the rows, in their order; parts that are so already stay."""
    for position, row in enumerate(rows):
        row.position = position
        row.layer_id = layer.pk  # type: ignore[attr-defined]
        if isinstance(row, TemporalExtent):
            row.set_years()
    present = list(part._default_manager.filter(layer=layer))  # type: ignore[misc]
    same = 0
    while same < min(len(present), len(rows)) and _content(present[same]) == _content(rows[same]):
        same += 1
    part._default_manager.filter(pk__in=[row.pk for row in present[same:]]).delete()
    part._default_manager.bulk_create(rows[same:])


def _content(row: Part) -> list[object]:
    fields = row._meta.concrete_fields
    return [getattr(row, column.attname) for column in fields if not column.primary_key]
