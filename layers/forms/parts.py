"""The repeated parts: rows of small forms. A row that is left blank is no part."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.forms.formsets import ORDERING_FIELD_NAME
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from layers.changes import Contact
from layers.forms.base import OF_THE_ROW, EditorForm
from layers.forms.fields import TermField
from layers.models import (
    Attribute,
    DateType,
    Distribution,
    Layer,
    LayerContact,
    LayerDate,
    LinkFunction,
    LinkProtocol,
    Party,
    Role,
    TemporalExtent,
)
from layers.models.parts import Part

MORE_ROWS = 5  # blank ones at once, where there is no JavaScript and somebody asks for them
MOST_ROWS = 500


PARTY_COLUMNS = ["name", "email", "position_name", "phone", "url", "orcid"]


class ContactForm(EditorForm):
    role = TermField(Role, initial="pointOfContact")
    organisation = forms.CharField(label=_("Organisation"), max_length=500, required=False)
    url = forms.URLField(
        label=_("Web page"), max_length=2000, required=False, assume_scheme="https"
    )

    class Meta:
        model = Party
        fields = PARTY_COLUMNS

    field_order = [
        "role",
        "name",
        "organisation",
        "email",
        "position_name",
        "phone",
        "url",
        "orcid",
    ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not (data.get("name") or data.get("organisation")) and "name" not in self.errors:
            self.add_error("name", _("Name a person or an organisation."))
        return data

    def contact(self) -> Contact:
        data = {name: value for name, value in self.cleaned_data.items() if name not in OF_THE_ROW}
        return Contact(position=data.pop("position_name"), **data)


class PartForm(EditorForm):
    def part(self) -> Part:
        part: Part = self.instance
        return part


class LinkForm(PartForm):
    protocol = TermField(LinkProtocol, initial="WWW:LINK", label=_("Protocol"))
    function = TermField(LinkFunction, required=False, label=_("Leads to"))

    class Meta:
        model = Distribution
        fields = ["url", "name", "description", "media_type", "size_bytes"]
        widgets = {
            "url": forms.TextInput(attrs={"inputmode": "url"}),
            "description": forms.Textarea(attrs={"rows": 2}),
        }

    field_order = ["url", "protocol", "function", "name", "description", "media_type", "size_bytes"]


class DateForm(PartForm):
    type = TermField(DateType, initial="publication", label=_("Event"))

    class Meta:
        model = LayerDate
        fields = ["date"]

    field_order = ["type", "date"]


class TemporalForm(PartForm):
    class Meta:
        model = TemporalExtent
        fields = ["start", "end"]
        help_texts = {
            "start": _("1590, 1850-03, 2024-05-17 or -0043; empty: no known beginning"),
            "end": _("empty: still going on"),
        }


class AttributeForm(PartForm):
    class Meta:
        model = Attribute
        fields = ["name", "label", "data_type", "unit", "description", "nullable"]
        widgets = {"description": forms.Textarea(attrs={"rows": 1})}


class Rows(forms.BaseFormSet):
    """Every row may be left blank, so that a person without JavaScript can empty any of them."""

    heading: Any = ""
    add_label: Any = ""
    spare = 1

    def initial_form_count(self) -> int:
        return 0

    def total_form_count(self) -> int:
        if self.is_bound:
            return super().total_form_count()
        return len(self.initial or [])

    @cached_property
    def spares(self) -> list[EditorForm]:
        """Blank rows at the end: to fill in, or where there is JavaScript to make rows of."""
        first = self.total_form_count()
        return [self._blank(index) for index in range(first, min(first + self.spare, MOST_ROWS))]

    def _blank(self, index: int) -> EditorForm:
        form: EditorForm = self.form(
            auto_id=self.auto_id,
            prefix=self.add_prefix(index),
            empty_permitted=True,
            use_required_attribute=False,
            **self.get_form_kwargs(index),
        )
        self.add_fields(form, index)
        return form

    @property
    def offered(self) -> int:
        """The rows of the page, blank ones too."""
        return self.total_form_count() + len(self.spares)

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        position = form.fields[ORDERING_FIELD_NAME]
        position.label = _("Position")
        position.widget = forms.NumberInput(attrs={"min": 1})
        if index is not None and index < len(self.initial or []):
            position.initial = index + 1

    @property
    def kept(self) -> list[Any]:
        """The rows that are parts of the layer, in the order of their positions."""
        rows = enumerate(self.forms, start=1)
        kept = [(place_of(form, number), form) for number, form in rows if self._is_kept(form)]
        return [form for _place, form in sorted(kept, key=lambda pair: pair[0])]

    def _is_kept(self, form: Any) -> bool:
        return form.has_changed() and not self.is_removed(form)

    def is_removed(self, form: Any) -> bool:
        return bool(getattr(form, "cleaned_data", {}).get("DELETE"))

    @property
    def shown(self) -> str:
        """What the rows hold, as a person reads it, one a line."""
        rows = self.kept if self.is_bound else self.forms
        return "\n".join(
            " · ".join(
                text for field in form if field.name not in OF_THE_ROW and (text := field.shown)
            )
            for form in rows
        )


def place_of(form: Any, number: int) -> tuple[float, int]:
    """Where a row goes that is the `number`th of the page.

    One that was given the position of another row goes before it when it moved up, behind it when
    it moved down; one without a position comes last.
    """
    wanted = getattr(form, "cleaned_data", {}).get(ORDERING_FIELD_NAME)
    if wanted is None:
        return math.inf, number
    moved = (wanted > number) - (wanted < number)
    return wanted + moved / 4, number


def rows_of(form: type[forms.BaseForm], heading: Any, add: Any) -> type[Rows]:
    made: Any = forms.formset_factory(
        form,
        formset=Rows,
        extra=0,
        can_delete=True,
        can_order=True,
        max_num=MOST_ROWS,
        validate_max=True,
        absolute_max=MOST_ROWS + 1,
    )
    made.heading, made.add_label = heading, add
    return cast(type[Rows], made)


PARTS: dict[str, type[Rows]] = {
    "temporal": rows_of(TemporalForm, _("Time covered"), _("Add a period")),
    "dates": rows_of(DateForm, _("Dates"), _("Add a date")),
    "contacts": rows_of(ContactForm, _("Contacts"), _("Add a contact")),
    "links": rows_of(LinkForm, _("Links"), _("Add a link")),
    "attributes": rows_of(AttributeForm, _("Attributes"), _("Add an attribute")),
}


def contact_values(contacts: Iterable[LayerContact]) -> list[dict[str, Any]]:
    rows = []
    for contact in contacts:
        party = contact.party
        organisation = party.organisation.name if party.organisation else ""
        values = {name: getattr(party, name) for name in PARTY_COLUMNS}
        rows.append(values | {"role": contact.role_id, "organisation": organisation})
    return rows


def part_values(form: type[EditorForm], parts: Iterable[Part]) -> list[dict[str, Any]]:
    names = {
        name: f"{name}_id" if isinstance(field, TermField) else name
        for name, field in form.base_fields.items()
    }
    return [{name: getattr(part, column) for name, column in names.items()} for part in parts]


def values_of(layer: Layer) -> dict[str, list[dict[str, Any]]]:
    """The rows that the layer has now, for each of PARTS."""
    if layer._state.adding:
        return {name: [] for name in PARTS}
    contacts = layer.layer_contacts.select_related("party__organisation")
    return {
        "temporal": part_values(TemporalForm, layer.temporal_extents.all()),
        "dates": part_values(DateForm, layer.dates.all()),
        "contacts": contact_values(contacts),
        "links": part_values(LinkForm, layer.distributions.all()),
        "attributes": part_values(AttributeForm, layer.attributes.all()),
    }
