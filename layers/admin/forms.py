"""The admin's form of a layer, which no more overwrites another's save than the editor does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from layers.addresses import check_slug
from layers.models import Layer


class LayerAdminForm(forms.ModelForm):
    opened_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opened_version"].initial = self.instance.version

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        check_slug(slug, self.instance)
        return slug

    def clean(self) -> dict[str, Any]:
        """The admin checks and saves in one transaction: until its end the row stays locked."""
        data = super().clean() or {}
        if not self.instance._state.adding:
            saved = Layer.objects.select_for_update(of=("self",)).get(pk=self.instance.pk)
            if saved.version != data.get("opened_version"):
                self._continue_from(saved)
                raise ValidationError(list(self._what_happened(saved)))
        return data

    def _continue_from(self, saved: Layer) -> None:
        """Sending the form once more is a decision: it then replaces what is saved now."""
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("opened_version")] = str(saved.version)
        self.data = data

    def _what_happened(self, saved: Layer) -> Iterator[str]:
        who = saved.updated_by.display_name if saved.updated_by else "?"
        yield _(
            "%(who)s saved this layer on %(when)s, after you had opened it. Nothing of yours is "
            "saved yet; what you typed stands below. Saving again replaces what is saved now:"
        ) % {"who": who, "when": date_format(localtime(saved.updated_at), "DATETIME_FORMAT")}
        for name, typed in self.cleaned_data.items():
            if name in {field.name for field in Layer._meta.get_fields()}:
                now = _shown(forms.models.model_to_dict(saved, [name])[name])
                if _shown(typed) != now:
                    yield f"{self.fields[name].label}: {now or '–'}"


def _shown(value: Any) -> str:
    """Alike for what a form holds and what a row holds."""
    if isinstance(value, Model):
        return str(value.pk)
    if hasattr(value, "__iter__") and not isinstance(value, str | dict):
        return ", ".join(sorted(str(getattr(item, "pk", item)) for item in value))
    return "" if value is None else str(value).replace("\r\n", "\n")
