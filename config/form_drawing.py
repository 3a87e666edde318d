"""Forms as HTML. Fields and their plain widgets are drawn without a template for each of them: the
editor of a layer has hundreds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

Context = dict[str, Any]
NOTHING = SafeString("")
WRITTEN = ("text", "url", "email")  # what is written there may run from the right
SHAPED = ("number", "select", "date", "textarea")  # fields of a width of their own


class FormRenderer(TemplatesSetting):
    """What is not in DRAWN has a template, as Django has it."""

    def render(self, template_name: str, context: Context, request: Any = None) -> str:
        draw = DRAWN.get(template_name)
        return draw(context) if draw else super().render(template_name, context, request)


def field_group(context: Context) -> SafeString:
    """A field with its label, help and errors. Fields of the editor say how much they are wanted,
    by `level`."""
    field: BoundField = context["field"]
    classes = "field"
    if field.widget_type in SHAPED:
        classes += f" field--{field.widget_type}"
    if field.errors:
        classes += " field--wrong"
    return format_html('<div class="{}">{}</div>\n', classes, _content_of(field))


def _content_of(field: BoundField) -> SafeString:
    errors = field.errors or NOTHING
    if field.widget_type == "checkbox":
        return format_html('{}<label class="tick">{} {}</label>', errors, field, field.label)
    about = _about(field)
    if field.use_fieldset:
        described = attributes({"aria-describedby": field.aria_describedby or None})
        html = "<fieldset{}><legend>{}</legend>{}{}{}</fieldset>"
        return format_html(html, described, about, _help_of(field), errors, field)
    html = '<label for="{}">{}</label>{}{}{}'
    return format_html(html, field.id_for_label, about, _help_of(field), errors, field)


def _about(field: BoundField) -> SafeString:
    level = getattr(field, "level", "")
    html = '{} <span class="level">{}</span>' if level else "{}"
    return format_html(html, field.label, level)


def _help_of(field: BoundField) -> SafeString:
    if not field.help_text:
        return NOTHING
    return format_html('<p class="help" id="{}_helptext">{}</p>', field.auto_id, field.help_text)


def single_line(context: Context) -> SafeString:
    widget = context["widget"]
    own = {"type": widget["type"], "name": widget["name"], "value": widget["value"]}
    if widget["type"] in WRITTEN:
        own["dir"] = "auto"
    return SafeString(f"<input{attributes(own | widget['attrs'])}>")


def several_lines(context: Context) -> SafeString:
    widget = context["widget"]
    named = attributes({"name": widget["name"], "dir": "auto"} | widget["attrs"])
    # Browsers leave out the first line break.
    return SafeString(f"<textarea{named}>\n{escape(widget['value'] or '')}</textarea>")


def attributes(named: dict[str, Any]) -> SafeString:
    """As Django's `flatatt`, in a fraction of its time."""
    return SafeString(
        "".join(
            f" {name}" if value is True else f' {name}="{escape(value)}"'
            for name, value in named.items()
            if value is not None and value is not False
        )
    )


DRAWN: dict[str, Callable[[Context], SafeString]] = {
    "django/forms/field.html": field_group,
    "django/forms/widgets/textarea.html": several_lines,
    **{
        f"django/forms/widgets/{kind}.html": single_line
        for kind in ("checkbox", "date", "email", "hidden", "number", "text", "url")
    },
}
