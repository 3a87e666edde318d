"""The files of a layer, on its page."""

from __future__ import annotations

from typing import Any

from django import template

from layers.access import may_edit
from layers.models import Layer
from uploads.forms import ConversionForm, CrsForm
from uploads.models import Rendition, Role, Upload

register = template.Library()


@register.inclusion_tag("uploads/_files.html", takes_context=True)
def layer_files(context: dict[str, Any], layer: Layer) -> dict[str, Any]:
    """Whoever sees the layer sees its files; who edits it also those that are not read yet."""
    user = context["user"]
    editor = may_edit(user, layer)
    rows = Upload.objects.filter(layer=layer).prefetch_related("renditions")
    shown = [_shown(upload, user) for upload in rows if editor or upload.role != Role.UNREAD]
    return {
        "files": shown,
        "layer": layer,
        "may_edit": editor,
        "user": user,
        "csrf_token": context.get("csrf_token"),
    }


def _shown(upload: Upload, user: Any) -> dict[str, Any]:
    made: dict[str, list[Rendition]] = {}
    for rendition in upload.renditions.all():
        made.setdefault(rendition.kind, []).append(rendition)
    is_data = upload.role == Role.DATA
    return {
        "upload": upload,
        "facts": upload.facts,
        "job": upload.job if upload.role == Role.UNREAD else None,
        "picture": made.get("picture", [None])[-1],
        "preview": made.get("preview", [None])[-1],
        "conversions": made.get("conversion", []),
        "crs_form": CrsForm(auto_id=f"{upload.pk}-%s") if is_data else None,
        "conversion_form": _conversion_form(upload) if is_data and user.is_authenticated else None,
    }


def _conversion_form(upload: Upload) -> ConversionForm:
    return ConversionForm(str(upload.facts.get("kind")), auto_id=f"convert-{upload.pk}-%s")
