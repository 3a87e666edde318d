"""What the API takes: the shape of a layer in JSON. The meaning is checked in `layers.input`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from layers.texts import LONGEST_LIST, LONGEST_TEXT, validate_text, validate_visible


def _fit(text: str) -> str:
    _raise_plainly(validate_text, text)
    return text


def _visible(text: str) -> str:
    _raise_plainly(validate_visible, text)
    return text


def _raise_plainly(check: object, text: str) -> None:
    try:
        check(text)  # type: ignore[operator]
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from error


Fit = AfterValidator(_fit)
Text = Annotated[str, StringConstraints(max_length=LONGEST_TEXT, strip_whitespace=True), Fit]
Line = Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True), Fit]
Code = Annotated[str, StringConstraints(max_length=64), Fit]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
Scale = Annotated[int, Field(strict=True, ge=1, lt=2**31)]
Title = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1000, strip_whitespace=True),
    Fit,
    AfterValidator(_visible),
]
Keyword = Annotated[str, StringConstraints(max_length=255, strip_whitespace=True), Fit]
Many = Field(max_length=LONGEST_LIST)


class Strict(BaseModel):
    """Unknown names are errors: a misspelt one would otherwise be lost without a word."""

    model_config = ConfigDict(extra="forbid")


class ContactIn(Strict):
    role: Code = "pointOfContact"
    name: Line = ""
    organisation: Line = ""
    position: Line = ""
    email: Line | None = None
    phone: Line | None = None
    url: Text = ""
    orcid: Line = ""


class PeriodIn(Strict):
    start: Line | None = None
    end: Line | None = None


class DateIn(Strict):
    type: Code
    date: Line


class LinkIn(Strict):
    url: Text
    protocol: Code = "WWW:LINK"
    function: Code | None = None
    name: Line = ""
    description: Text = ""
    media_type: Line = ""
    size_bytes: Whole | None = None


class AttributeIn(Strict):
    name: Line
    label: Line = ""
    description: Text = ""
    type: Line = ""
    unit: Line = ""
    nullable: Annotated[bool, Field(strict=True)] = True


class IdentifierIn(Strict):
    scheme: Line
    value: Line


class RelationIn(Strict):
    type: Line
    target: Line


class LayerPatch(Strict):
    """Names that are missing leave what is there; lists are replaced as a whole."""

    title: Title = ""
    slug: Line = ""
    name: Line = ""
    alternative_titles: Annotated[list[Line], Many] = []
    abstract: Text = ""
    purpose: Text = ""
    supplemental_information: Text = ""
    lineage: Text = ""
    edition: Line = ""
    identifiers: Annotated[list[Line | IdentifierIn], Many] = []
    resource_type: Code = "dataset"
    languages: Annotated[list[Code], Many] = []
    metadata_language: Code = "eng"
    status: Code | None = None

    topic_categories: Annotated[list[Code], Many] = []
    keywords: Annotated[list[Keyword], Many] = []
    regions: Annotated[list[Code], Many] = []

    bbox: Annotated[list[Number], Field(min_length=4, max_length=4)] | None = None
    crs: Annotated[list[Line], Many] = []
    spatial_representation: Code | None = None
    geometry_type: Code = ""
    scale_denominator: Scale | None = None
    resolution_m: Annotated[Number, Field(ge=0)] | None = None
    temporal: Annotated[list[PeriodIn], Many] = []
    dates: Annotated[list[DateIn], Many] = []
    maintenance_frequency: Code | None = None
    next_update: date | None = None

    organisation: Annotated[Line, Field(max_length=500)] | None = None
    contacts: Annotated[list[ContactIn], Many] = []
    licence: Code | None = None
    access_constraints: Annotated[list[Code], Many] = []
    use_constraints: Annotated[list[Code], Many] = []
    other_constraints: Text = ""
    classification: Code | None = None
    attribution: Text = ""
    links: Annotated[list[LinkIn], Many] = []
    format: Line = ""
    attributes: Annotated[list[AttributeIn], Many] = []
    relations: Annotated[list[RelationIn], Many] = []

    state: Literal["draft", "published"] = "published"
    visibility: Literal["public", "registered", "group", "private"] = "public"
    group: Line | None = None

    @property
    def sent(self) -> dict[str, Any]:
        """What the caller sent, with the defaults of the parts' own fields."""
        values = self.model_dump()
        return {name: values[name] for name in self.model_fields_set}


class LayerIn(LayerPatch):
    """A new layer. Only the title is needed: without more it is published and public."""

    title: Title
