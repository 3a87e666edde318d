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
from layers.terms import Terms, list_name
from layers.texts import LONGEST_LIST, LONGEST_TEXT, distinct

FEW = 12  # as many terms are seen at a glance; of more, a page with JavaScript suggests
BLANK_INPUTS = 2  # for further terms, where there is no JavaScript


# Lists of many terms are written without a template for each of them.
TICK = '<label class="tick"><input type="checkbox" name="{}" value="{}"{}> {}</label>'
OPTION = '<option value="{}"{}>{}</option>'
INPUT = '<input type="text" name="{}" value="{}" list="{}" dir="auto" aria-label="{}">'
SEVERAL = '<div class="term-inputs" id="{}" tabindex="-1" data-suggest data-search="{}">{}</div>'


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


class TermInput(forms.TextInput):
    """One term of many: written in a field, suggested by a list of the page."""

    def __init__(self, list_id: str, *, optional: bool) -> None:
        attrs = {"list": list_id, "data-suggest": True, "data-optional": optional}
        super().__init__(attrs | {"autocomplete": "off"})


class TermInputs(forms.SelectMultiple):
    """Several terms of many, each in a field of its own, and blank fields for more."""

    use_fieldset = True

    def __init__(self, list_id: str, label: Any) -> None:
        super().__init__()
        self.list_id, self.label = list_id, label

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        terms = [*(value or []), *[""] * BLANK_INPUTS]
        inputs = (
            (name, term, self.list_id, f"{self.label} {number}")
            for number, term in enumerate(terms, start=1)
        )
        search = _("Type to search")
        return format_html(
            SEVERAL, (attrs or {}).get("id"), search, format_html_join("", INPUT, inputs)
        )


class TermField(forms.ChoiceField):
    """One term of a vocabulary; its value is the code, None where nothing is chosen."""

    widget: Any = TermSelect
    terms: Terms

    def __init__(self, vocabulary: type[Vocabulary], **kwargs: Any) -> None:
        self.vocabulary = vocabulary
        kwargs.setdefault("label", capfirst(vocabulary._meta.verbose_name))
        super().__init__(**kwargs)

    def load(self, terms: Terms) -> None:
        self.terms = terms
        if terms.are_many(self.vocabulary):
            self.widget = TermInput(list_name(self.vocabulary), optional=not self.required)
        blank = [] if self.required and self.initial else [("", _("– not said –"))]
        self.choices = [*blank, *terms.choices(self.vocabulary)]
        if len(self.choices) > FEW:
            self.widget.attrs["data-suggest"] = True

    def prepare_value(self, value: Any) -> Any:
        if value and isinstance(self.widget, TermInput):
            return self.terms.label_of(self.vocabulary, value)
        return value

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value)
        return self.terms.code_of(self.vocabulary, text)

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

    widget: Any = PickList
    terms: Terms

    def __init__(self, vocabulary: type[Vocabulary], **kwargs: Any) -> None:
        self.vocabulary = vocabulary
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def load(self, terms: Terms) -> None:
        self.terms = terms
        if terms.are_many(self.vocabulary):
            self.widget = TermInputs(list_name(self.vocabulary), self.label)
        self.choices = terms.choices(self.vocabulary)
        if len(self.choices) > FEW:
            self.widget.attrs["data-suggest"] = True

    def prepare_value(self, value: Any) -> Any:
        if isinstance(self.widget, TermInputs):
            return [self.terms.label_of(self.vocabulary, term) for term in value or [] if term]
        return value

    def to_python(self, value: Any) -> list[str]:
        texts = [text for text in super().to_python(value) if text.strip()]
        return distinct([self.terms.code_of(self.vocabulary, text) for text in texts])


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
