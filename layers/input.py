"""From a layer in JSON to an edit: what pydantic found well-formed is checked for its meaning."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Group
from layers.addresses import check_slug
from layers.changes import Changes, Contact
from layers.extent import BoundingBox
from layers.models import (
    Attribute,
    DateType,
    Distribution,
    Layer,
    LayerDate,
    LinkFunction,
    LinkProtocol,
    Party,
    Role,
    TemporalExtent,
    Vocabulary,
)
from layers.models.parts import Part
from layers.representation import COLUMNS, TERM_LISTS, TERMS
from layers.schemas import LayerPatch
from layers.terms import unknown_codes

if TYPE_CHECKING:
    from accounts.models import User

Errors = dict[str, list[str]]
NAMED_OTHERWISE = {"position": "position_name", "data_type": "type"}


class InvalidLayer(Exception):
    """The errors, by field of the JSON."""

    def __init__(self, errors: Errors) -> None:
        super().__init__(errors)
        self.errors = errors


class LayerInput:
    """Reads one payload onto a layer. `changes` raises InvalidLayer with all errors at once."""

    def __init__(self, layer: Layer, payload: LayerPatch, user: User) -> None:
        self.layer, self.payload, self.user = layer, payload, user
        self.values = payload.sent
        self.errors: defaultdict[str, list[str]] = defaultdict(list)

    def changes(self) -> Changes:
        """What is to be written beside the layer's columns, which are set."""
        self._set_columns()
        changes = self._relations()
        self._check_layer()
        if self.errors:
            raise InvalidLayer(dict(self.errors))
        return changes

    def _set_columns(self) -> None:
        for name in COLUMNS:
            # An empty address leaves the one that is there.
            if name in self.values and (name != "slug" or self.values[name]):
                setattr(self.layer, name, self.values[name])
        for name in TERMS:
            if name in self.values:
                code = self.values[name]
                self._check_codes(name, _vocabulary_of(name), [code] if code else [])
                setattr(self.layer, f"{name}_id", code)
        if "bbox" in self.values:
            self._set_bbox(self.values["bbox"])
        if "group" in self.values:
            self._set_group(self.values["group"])

    def _set_bbox(self, numbers: list[float] | None) -> None:
        try:
            self.layer.bbox = BoundingBox.of(numbers) if numbers is not None else None
        except ValidationError as error:
            self.errors["bbox"] += error.messages

    def _set_group(self, name: str | None) -> None:
        mine = Group.objects.all() if self.user.is_staff else self.user.catalogue_groups.all()
        group = mine.filter(name=name).first() if name else None
        if name and group is None and name != getattr(self.layer.group, "name", None):
            self.errors["group"].append(_("You are in no group of this name."))
        elif group is not None or not name:
            self.layer.group = group

    def _check_layer(self) -> None:
        relations = [field.name for field in Layer._meta.fields if field.is_relation]
        wrong = [name for name in self.errors if name in COLUMNS]
        try:
            self.layer.full_clean(exclude={*relations, *wrong}, validate_constraints=False)
            if "slug" in self.values:
                check_slug(self.layer.slug, self.layer)
        except ValidationError as error:
            self._add("slug", error)

    def _add(self, default: str, error: ValidationError, place: str = "") -> None:
        if not hasattr(error, "error_dict"):
            self.errors[default] += [f"{place}{message}" for message in error.messages]
            return
        for name, messages in error.message_dict.items():
            field = default if place else ("bbox" if name == "west" else name)
            self.errors[field] += [_at(place, name, message) for message in messages]

    def _check_codes(self, name: str, vocabulary: type[Vocabulary], codes: list[str]) -> None:
        for code in unknown_codes(vocabulary, codes):
            message = _("“%(code)s” is no code of the vocabulary “%(vocabulary)s”.")
            named = {"code": code, "vocabulary": vocabulary._meta.verbose_name}
            self.errors[name].append(message % named)

    def _relations(self) -> Changes:
        changes = Changes(keywords=self.values.get("keywords"))
        for name in TERM_LISTS:
            if name in self.values:
                codes = list(dict.fromkeys(self.values[name]))
                self._check_codes(name, _vocabulary_of(name), codes)
                changes.terms[name] = codes
        if "organisation" in self.values:
            changes.organisation = self.values["organisation"] or ""
        if "contacts" in self.values:
            changes.contacts = self._contacts()
        self._check_part_terms()
        changes.parts = self._parts()
        return changes

    def _contacts(self) -> list[Contact]:
        rows = [
            {name: value or "" for name, value in row.items()} for row in self.values["contacts"]
        ]
        self._check_codes("contacts", Role, _codes(rows, "role"))
        for number, row in enumerate(rows):
            if not (row["name"] or row["organisation"]):
                message = _("Name a person or an organisation.")
                self.errors["contacts"].append(f"[{number}]: {message}")
            party = {NAMED_OTHERWISE.get(name, name): value for name, value in row.items()}
            del party["role"], party["organisation"]
            self._check("contacts", number, Party(**party), ["organisation"])
        return [Contact(**row) for row in rows]

    def _parts(self) -> dict[type[Part], list[Part]]:
        return {
            model: [
                self._part(name, number, row, model) for number, row in enumerate(self.values[name])
            ]
            for name, model in PARTS.items()
            if name in self.values
        }

    def _check_part_terms(self) -> None:
        for name, terms in PART_TERMS.items():
            for column, vocabulary in terms.items():
                self._check_codes(name, vocabulary, _codes(self.values.get(name, []), column))

    def _part(self, name: str, number: int, row: dict[str, Any], model: type[Part]) -> Part:
        terms = PART_TERMS.get(name, {})
        columns = {_column(name, key, terms): _plain(key, value) for key, value in row.items()}
        part = model(**columns)
        self._check(name, number, part, ["layer", *terms])
        return part

    def _check(self, name: str, number: int, row: Part | Party, exclude: list[str]) -> None:
        try:
            row.full_clean(exclude=exclude, validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            self._add(name, error, place=f"[{number}]")


PARTS: dict[str, type[Part]] = {
    "temporal": TemporalExtent,
    "dates": LayerDate,
    "links": Distribution,
    "attributes": Attribute,
}
PART_TERMS: dict[str, dict[str, type[Vocabulary]]] = {
    "dates": {"type": DateType},
    "links": {"protocol": LinkProtocol, "function": LinkFunction},
}


def _vocabulary_of(name: str) -> type[Vocabulary]:
    return Layer._meta.get_field(name).related_model  # type: ignore[return-value]


def _codes(rows: list[dict[str, Any]], column: str) -> list[str]:
    return list(dict.fromkeys(row[column] for row in rows if row[column]))


def _column(name: str, key: str, terms: dict[str, type[Vocabulary]]) -> str:
    if key in terms:
        return f"{key}_id"
    return "data_type" if (name, key) == ("attributes", "type") else key


def _plain(key: str, value: Any) -> Any:
    """An open end is null in JSON and an empty text in the table."""
    return "" if value is None and key in {"start", "end"} else value


def _at(place: str, name: str, message: str) -> str:
    if not place:
        return message
    return f"{place}: {message}" if name == "__all__" else f"{place}.{name}: {message}"


def differing(payload: LayerPatch, current: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The fields of a payload that are not as the layer has them: what was sent, what is there."""
    return {
        name: {"sent": value, "current": current[name]}
        for name, value in payload.sent.items()
        if value != current[name]
    }
