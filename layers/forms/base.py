"""What the layer's form and the forms of its parts share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import validators
from django.forms.boundfield import BoundField
from django.forms.formsets import DELETION_FIELD_NAME, ORDERING_FIELD_NAME
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _

from layers.forms.fields import TermField, TermsField
from layers.terms import Terms
from layers.texts import LONGEST_TEXT, validate_text

RECOMMENDED = frozenset(
    {
        "abstract", "topic_categories", "keywords", "west", "licence", "organisation",
        "maintenance_frequency", "lineage", "languages", "status",
    }
)  # fmt: skip


# Fields that say something about a row of the form, and nothing about the layer.
OF_THE_ROW = (ORDERING_FIELD_NAME, DELETION_FIELD_NAME)


class EditorField(BoundField):
    @property
    def level(self) -> str | Promise:
        """How much the field is wanted, in a word; a row's field that is not required says
        nothing, since the page says it once for all of them."""
        if self.field.required:
            return _("required")
        if self.form.prefix:
            return ""
        return _("recommended") if self.name in RECOMMENDED else _("optional")

    @property
    def shown(self) -> str:
        """What the field holds, as a person reads it."""
        value = self.value()
        values = value if isinstance(value, list | tuple) else [value]
        labels = {str(code): str(label) for code, label in getattr(self.field, "choices", [])}
        texts = (labels.get(str(item), str(item)) for item in values if item not in (None, ""))
        return ", ".join(sorted(texts) if len(values) > 1 else texts).replace("\r\n", "\n").strip()


class EditorForm(forms.ModelForm):
    """A model form whose terms are codes, checked against vocabularies that were read once."""

    bound_field_class = EditorField

    def __init__(self, *args: Any, terms: Terms, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, TermField | TermsField):
                field.load(terms)
            elif isinstance(field, forms.CharField):
                _refuse_unfit(field)
                if field.max_length is None:
                    _limit(field, LONGEST_TEXT)

    @cached_property
    def changed_data(self) -> list[str]:
        """A row that has a position and nothing else is blank."""
        return [name for name in super().changed_data if name != ORDERING_FIELD_NAME]

    @property
    def said(self) -> list[BoundField]:
        """What the row says about the layer."""
        return [field for field in self.visible_fields() if field.name not in OF_THE_ROW]

    @property
    def of_the_row(self) -> list[BoundField]:
        return [self[name] for name in OF_THE_ROW if name in self.fields]

    def _post_clean(self) -> None:
        for name, field in self.fields.items():
            if isinstance(field, TermField) and name in self.cleaned_data:
                setattr(self.instance, f"{name}_id", self.cleaned_data[name])
        super()._post_clean()  # type: ignore[misc]


def _refuse_unfit(field: forms.CharField) -> None:
    """In the place of Django's own check, which knows of one character alone."""
    others = [
        check
        for check in field.validators
        if not isinstance(check, validators.ProhibitNullCharactersValidator)
    ]
    field.validators = [*others, validate_text]


def _limit(field: forms.CharField, length: int) -> None:
    field.max_length = length
    field.validators.append(validators.MaxLengthValidator(length))
    field.widget.attrs["maxlength"] = str(length)
