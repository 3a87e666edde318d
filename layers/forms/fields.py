"""Form fields of the editor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from layers.models import Keyword, Vocabulary
from layers.terms import Terms
from layers.texts import LONGEST_LIST, LONGEST_TEXT, distinct

FEW = 12  # as many terms are seen at a glance; of more, a page with JavaScript suggests


# Lists of hundreds of terms are written without a template for each of them.
TICK = '<label class="tick"><input type="checkbox" name="{}" value="{}"{}> {}</label>'
OPTION = '<option value="{}"{}>{}</option>'


class TermSelect(forms.Select):
    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        options = (
            (code, mark_safe(" selected") if str(code) in chosen else "", label)
            for code, label in self.choices
        )
        return format_html(
            "<select{}>{}</select>",
            flatatt(self.build_attrs(self.attrs, {"name": name} | (attrs or {}))),
            format_html_join("", OPTION, options),
        )


class TermField(forms.ChoiceField):
    """One term of a vocabulary; its value is the code, None where nothing is chosen."""

    widget = TermSelect

    def __init__(self, vocabulary: type[Vocabulary], **kwargs: Any) -> None:
        self.vocabulary = vocabulary
        kwargs.setdefault("label", capfirst(vocabulary._meta.verbose_name))
        super().__init__(**kwargs)

    def load(self, terms: Terms) -> None:
        blank = [] if self.required and self.initial else [("", _("– not said –"))]
        self.choices = [*blank, *terms.choices(self.vocabulary)]
        if len(self.choices) > FEW:
            self.widget.attrs["data-suggest"] = ""

    def clean(self, value: Any) -> str | None:
        return super().clean(value) or None


class PickList(forms.CheckboxSelectMultiple):
    """A list to tick; the terms that are chosen come first."""

    template_name = "layers/widgets/pick_list.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        chosen = set(self.format_value(value))
        ticks = [
            (name, code, mark_safe(" checked") if str(code) in chosen else "", label)
            for code, label in self.choices
        ]
        ticks.sort(key=lambda tick: not tick[2])
        widget = {"attrs": self.build_attrs(self.attrs, attrs)}
        return {"widget": widget | {"ticks": format_html_join("\n", TICK, ticks)}}


class TermsField(forms.MultipleChoiceField):
    """Several terms of a vocabulary; its value is the list of their codes."""

    widget = PickList

    def __init__(self, vocabulary: type[Vocabulary], **kwargs: Any) -> None:
        self.vocabulary = vocabulary
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def load(self, terms: Terms) -> None:
        self.choices = terms.choices(self.vocabulary)
        if len(self.choices) > FEW:
            self.widget.attrs["data-suggest"] = ""


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    item_length = 1000

    def __init__(self, *, rows: int = 2, **kwargs: Any) -> None:
        kwargs |= {"required": False, "max_length": LONGEST_TEXT}
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(map(str, value))
        return value

    def split(self, text: str) -> Iterable[str]:
        return text.splitlines()

    def clean(self, value: Any) -> Any:
        items = distinct(list(self.split(super().clean(value))))
        for item in items:
            if len(item) > self.item_length:
                message = _("“%(start)s…” is longer than %(limit)s characters: shorten it.")
                raise ValidationError(message % {"start": item[:40], "limit": self.item_length})
        if len(items) > LONGEST_LIST:
            raise ValidationError(_("These are more than %(limit)s.") % {"limit": LONGEST_LIST})
        return items


class KeywordsField(LinesField):
    """Keywords separated by commas or line breaks.

    A line that already is a keyword of the layer stays one, commas included.
    """

    item_length = 255
    known: frozenset[str] = frozenset()

    def split(self, text: str) -> Iterable[str]:
        for line in text.splitlines():
            if Keyword.fold(line) in self.known:
                yield line
            else:
                yield from line.replace(";", ",").split(",")
