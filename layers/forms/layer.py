"""The fields of the layer itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Group
from layers.addresses import check_slug
from layers.changes import Changes
from layers.forms.base import EditorForm
from layers.forms.fields import KeywordsField, LinesField, TermField, TermsField
from layers.models import (
    Classification,
    Frequency,
    GeometryType,
    Keyword,
    Language,
    Layer,
    Licence,
    Progress,
    Region,
    RepresentationType,
    ResourceType,
    Restriction,
    TopicCategory,
)
from layers.texts import validate_visible

if TYPE_CHECKING:
    from accounts.models import User

TERM_LISTS = ("languages", "topic_categories", "regions", "access_constraints", "use_constraints")
BOX = ("west", "south", "east", "north")


def degrees(limit: int) -> forms.NumberInput:
    return forms.NumberInput(attrs={"step": "any", "min": -limit, "max": limit})


class LayerForm(EditorForm):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    alternative_titles = LinesField(
        label=gettext_lazy("Alternative titles"), help_text=gettext_lazy("One a line.")
    )
    identifiers = LinesField(
        label=gettext_lazy("Identifiers"),
        help_text=gettext_lazy("DOI, handle, call number: one a line."),
    )
    crs = LinesField(
        label=gettext_lazy("Coordinate reference systems"),
        help_text=gettext_lazy("EPSG codes, one a line: EPSG:4326"),
    )
    keywords = KeywordsField(
        rows=4,
        label=gettext_lazy("Keywords"),
        help_text=gettext_lazy(
            "Separated by commas or line breaks. Three or more help to find it."
        ),
    )
    organisation = forms.CharField(
        max_length=500,
        required=False,
        label=gettext_lazy("Organisation"),
        help_text=gettext_lazy("Whose layer it is. A new name is added to the catalogue."),
    )

    resource_type = TermField(ResourceType, initial="dataset")
    metadata_language = TermField(
        Language, initial="eng", label=gettext_lazy("Language of this description")
    )
    status = TermField(Progress, required=False)
    spatial_representation = TermField(RepresentationType, required=False)
    maintenance_frequency = TermField(Frequency, required=False, label=gettext_lazy("Updated"))
    licence = TermField(Licence, required=False)
    classification = TermField(Classification, required=False)
    languages = TermsField(Language, label=gettext_lazy("Languages of the content"))
    topic_categories = TermsField(TopicCategory, label=gettext_lazy("Topic categories"))
    regions = TermsField(Region, label=gettext_lazy("Regions"))
    access_constraints = TermsField(Restriction, label=gettext_lazy("Access constraints"))
    use_constraints = TermsField(Restriction, label=gettext_lazy("Use constraints"))
    group = forms.TypedChoiceField(
        coerce=int, empty_value=None, required=False, label=gettext_lazy("Group")
    )

    class Meta:
        model = Layer
        fields = [
            "title", "alternative_titles", "abstract", "purpose", "supplemental_information",
            "lineage", "edition", "identifiers", "name", "slug", *BOX, "crs", "geometry_type",
            "scale_denominator", "resolution_m", "next_update", "other_constraints", "attribution",
            "format", "state", "visibility",
        ]  # fmt: skip
        widgets = {
            "abstract": forms.Textarea(attrs={"rows": 8}),
            "purpose": forms.Textarea(attrs={"rows": 2}),
            "supplemental_information": forms.Textarea(attrs={"rows": 3}),
            "lineage": forms.Textarea(attrs={"rows": 4}),
            "other_constraints": forms.Textarea(attrs={"rows": 2}),
            "attribution": forms.Textarea(attrs={"rows": 2}),
            "west": degrees(180),
            "east": degrees(180),
            "south": degrees(90),
            "north": degrees(90),
            "scale_denominator": forms.NumberInput(attrs={"min": 1}),
            "resolution_m": forms.NumberInput(attrs={"step": "any", "min": 0}),
            "next_update": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "abstract": gettext_lazy(
                "What the layer shows, where its data come from, what it is good for."
            ),
            "lineage": gettext_lazy("How the data were made: sources, methods, quality."),
            "slug": gettext_lazy("The last part of its web address. Old addresses go on working."),
            "name": gettext_lazy("As the map service knows it: workspace:name"),
            "state": gettext_lazy("A draft is seen by its owner and the staff alone."),
            "attribution": gettext_lazy("The words to name the source with."),
        }
        labels = {"state": gettext_lazy("State"), "slug": gettext_lazy("Address")}

    def __init__(self, *args: Any, user: User, instance: Layer, **kwargs: Any) -> None:
        kwargs["initial"] = initial_of(instance) | (kwargs.get("initial") or {})
        super().__init__(*args, instance=instance, **kwargs)
        groups = Group.objects.all() if user.is_staff else user.catalogue_groups.all()
        self.fields["group"].choices = group_choices(instance, groups)  # type: ignore[attr-defined]
        self.fields["geometry_type"].choices = [("", _("– not said –")), *GeometryType.choices]  # type: ignore[attr-defined]
        self.fields["title"].validators.append(validate_visible)
        words = self.initial.get("keywords", [])
        self.fields["keywords"].known = frozenset(map(Keyword.fold, words))  # type: ignore[attr-defined]

    def clean_slug(self) -> str:
        """An address that is left empty stays as it is; a new layer gets one of its title."""
        slug: str = self.cleaned_data["slug"] or self.instance.slug
        check_slug(slug, self.instance)
        return slug

    def clean_identifiers(self) -> list[Any]:
        """A line that was not touched keeps its scheme."""
        present = {shown_identifier(item): item for item in self.instance.identifiers}
        return [present.get(line, line) for line in self.cleaned_data["identifiers"]]

    def _post_clean(self) -> None:
        if "group" in self.cleaned_data:
            self.instance.group_id = self.cleaned_data["group"]
        said = {name: self.errors[name].copy() for name in BOX if name in self.errors}
        super()._post_clean()
        if said:  # a number that can't be read is not a number that is missing
            for name in BOX:
                self.errors.pop(name, None)
            self.errors.update(said)

    def changes(self) -> Changes:
        """Of a form that is valid."""
        data = self.cleaned_data
        return Changes(
            terms={name: data[name] for name in TERM_LISTS},
            keywords=data["keywords"],
            organisation=data["organisation"],
        )


def initial_of(layer: Layer) -> dict[str, Any]:
    """What the fields show that are no columns of the form's model."""
    initial: dict[str, Any] = {
        "version": layer.version,
        "identifiers": [shown_identifier(item) for item in layer.identifiers],
        "group": layer.group_id,
        "organisation": layer.organisation.name if layer.organisation else "",
    }
    for name in BOX:
        side = getattr(layer, name)
        initial[name] = None if side is None else f"{side:.7f}".rstrip("0").rstrip(".")
    for name, field in LayerForm.base_fields.items():
        if isinstance(field, TermField):
            initial[name] = getattr(layer, f"{name}_id")
    if not layer._state.adding:
        initial |= {name: [term.pk for term in getattr(layer, name).all()] for name in TERM_LISTS}
        initial["keywords"] = [keyword.name for keyword in layer.keywords.all()]
    return initial


def shown_identifier(item: Any) -> str:
    if not isinstance(item, dict):
        return str(item)
    return ": ".join(str(item[key]) for key in ("scheme", "value") if item.get(key))


def group_choices(layer: Layer, groups: Any) -> list[tuple[Any, Any]]:
    """The groups that the editor may choose, and the one that is chosen already."""
    choices = {group.pk: group.name for group in groups}
    if layer.group is not None:
        choices.setdefault(layer.group.pk, layer.group.name)
    return [("", _("– none –")), *choices.items()]
