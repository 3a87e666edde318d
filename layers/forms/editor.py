"""The whole editor: the layer's form and its rows, in the sections of the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.addresses import ADDRESS_TAKEN
from layers.changes import Changes
from layers.forms.base import EditorField
from layers.forms.layer import LayerForm
from layers.forms.parts import MORE_ROWS, PARTS, Rows, values_of
from layers.models import Attribute, Distribution, Layer, LayerDate, TemporalExtent
from layers.terms import Choices, Terms

if TYPE_CHECKING:
    from accounts.models import User

Text = str | Promise

# Names of fields, and of rows.
SECTIONS: dict[str, tuple[Text, list[str]]] = {
    "description": (
        gettext_lazy("Description"),
        [
            "title", "abstract", "alternative_titles", "resource_type", "status", "languages",
            "metadata_language", "purpose", "lineage", "supplemental_information", "edition",
            "identifiers", "name", "slug",
        ],
    ),
    "classification": (
        gettext_lazy("Classification"), ["topic_categories", "keywords", "regions"],
    ),
    "extent": (
        gettext_lazy("Extent"),
        [
            "west", "south", "east", "north", "crs", "spatial_representation", "geometry_type",
            "scale_denominator", "resolution_m",
        ],
    ),
    "time": (
        gettext_lazy("Time"), ["temporal", "dates", "maintenance_frequency", "next_update"],
    ),
    "people": (gettext_lazy("People"), ["organisation", "contacts"]),
    "rights": (
        gettext_lazy("Rights"),
        [
            "licence", "attribution", "access_constraints", "use_constraints", "other_constraints",
            "classification",
        ],
    ),
    "links": (gettext_lazy("Links"), ["links", "format"]),
    "attributes": (gettext_lazy("Attributes"), ["attributes"]),
    "publication": (gettext_lazy("Publication"), ["state", "visibility", "group"]),
}  # fmt: skip

PART_MODELS: dict[str, Any] = {
    "temporal": TemporalExtent,
    "dates": LayerDate,
    "links": Distribution,
    "attributes": Attribute,
}


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    title: Text
    items: list[EditorField | Rows]


@dataclass(frozen=True, slots=True)
class Problem:
    """An error, and the field that it is said at."""

    target: str
    label: Text
    message: str


@dataclass(frozen=True, slots=True)
class Difference:
    label: Text
    typed: str
    saved: str


class LayerEditor:
    def __init__(
        self,
        layer: Layer,
        user: User,
        data: QueryDict | None = None,
        terms: Terms | None = None,
    ) -> None:
        self.layer, self.user, self.terms = layer, user, terms or Terms()
        self.form = LayerForm(data, instance=layer, user=user, terms=self.terms)
        values = values_of(layer) if data is None else dict.fromkeys(PARTS)
        self.rows = {
            name: rows(data, prefix=name, initial=values[name], form_kwargs={"terms": self.terms})
            for name, rows in PARTS.items()
        }

    @property
    def expected_version(self) -> int | None:
        """The version that the person began with; None where the form does not say."""
        self.form.is_valid()
        return self.form.cleaned_data.get("version")

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), *(rows.is_valid() for rows in self.rows.values())])

    def changes(self) -> Changes:
        """Of an editor that is valid; the layer carries the changed columns already."""
        changes = self.form.changes()
        changes.contacts = [form.contact() for form in self.rows["contacts"].kept]
        changes.parts = {
            model: [form.part() for form in self.rows[name].kept]
            for name, model in PART_MODELS.items()
        }
        return changes

    def with_more_rows(self, name: str) -> LayerEditor:
        """What was typed, unchecked, and blank rows besides: for pages without JavaScript."""
        if name in self.rows:
            self.rows[name].spare = MORE_ROWS
        return self.unchecked()

    def unchecked(self) -> LayerEditor:
        """What was typed, without a word about it yet."""
        for form in [self.form, *(form for rows in self.rows.values() for form in rows.forms)]:
            form._errors, form.cleaned_data = ErrorDict(), {}
        for rows in self.rows.values():
            rows._errors, rows._non_form_errors = [], ErrorList()  # type: ignore[attr-defined]
        return self

    def refuse_address(self) -> None:
        """Says at its field that another layer took the address after it was checked."""
        self.form.add_error("slug", str(ADDRESS_TAKEN))

    @property
    def lists(self) -> list[tuple[str, Choices]]:
        """Of terms, shared by the fields that name them."""
        return list(self.terms.lists())

    @property
    def sections(self) -> list[Section]:
        return [
            Section(name, title, [self._item(item) for item in items])
            for name, (title, items) in SECTIONS.items()
        ]

    def _item(self, name: str) -> EditorField | Rows:
        return self.rows[name] if name in self.rows else cast(EditorField, self.form[name])

    @cached_property
    def problem_list(self) -> list[Problem]:
        return list(self.problems())

    def problems(self) -> Iterator[Problem]:
        """All errors, in the order of the page."""
        for message in self.form.non_field_errors():
            yield Problem("editor", "", str(message))
        for section in self.sections:
            for item in section.items:
                yield from self._of_rows(item) if isinstance(item, Rows) else _of_field(item)
        yield from _of_field(self.form["version"])

    def _of_rows(self, rows: Rows) -> Iterator[Problem]:
        for message in rows.non_form_errors():
            yield Problem(f"rows-{rows.prefix}", rows.heading, str(message))
        for form in rows.forms:
            if form.errors and not rows.is_removed(form):
                for message in form.non_field_errors():
                    yield Problem(f"rows-{rows.prefix}", rows.heading, str(message))
                for field in form:
                    yield from _of_field(field)

    def differences(self, saved: LayerEditor) -> list[Difference]:
        """Where what was typed is not what is saved now."""
        pairs = zip(self.sections, saved.sections, strict=True)
        items = (
            pair for mine, theirs in pairs for pair in zip(mine.items, theirs.items, strict=True)
        )
        return [
            Difference(_label(mine), mine.shown, theirs.shown)
            for mine, theirs in items
            if mine.shown != theirs.shown
        ]


def _label(item: EditorField | Rows) -> Text:
    return item.heading if isinstance(item, Rows) else item.label


def _of_field(field: BoundField) -> Iterator[Problem]:
    for message in field.errors:
        label = _("Version") if field.is_hidden else field.label
        yield Problem(field.auto_id, label, str(message))
