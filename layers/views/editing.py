"""The pages that change a layer."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import kept_forms
from accounts.authentication import caller_of
from layers import services
from layers.access import may_edit
from layers.addresses import layer_at
from layers.completeness import completeness_of
from layers.forms import LayerEditor
from layers.models import Layer

MORE_ROWS = "more"  # the button of a page without JavaScript that adds rows to a repeated part


@kept_forms.sign_in_keeping_form
@require_http_methods(["GET", "HEAD", "POST"])
def layer_new(request: HttpRequest) -> HttpResponse:
    user = caller_of(request)
    editor = LayerEditor(Layer(owner=user), user, typed(request))
    if MORE_ROWS in request.POST:
        editor = editor.with_more_rows(request.POST[MORE_ROWS])
    elif request.method == "POST" and editor.is_valid():
        try:
            layer = services.create(editor.layer, editor.changes(), user)
        except services.AddressTaken:
            editor.refuse_address()
        else:
            return _saved(request, layer, _("“%(title)s” was created."))
    return render(request, "layers/edit.html", {"editor": editor, "is_new": True})


@kept_forms.sign_in_keeping_form
@require_http_methods(["GET", "HEAD", "POST"])
def layer_edit(request: HttpRequest, slug: str) -> HttpResponse:
    user = caller_of(request)
    try:
        layer = editable(request, slug)
    except (Http404, PermissionDenied) as error:
        if "title" not in request.POST:
            raise
        return out_of_reach(request, 403 if isinstance(error, PermissionDenied) else 404)
    # The form puts what was typed onto the layer.
    context = {"address": slug, "heading": layer.title, "completeness": completeness_of(layer)}
    editor = LayerEditor(layer, user, typed(request))
    if MORE_ROWS in request.POST:
        editor = editor.with_more_rows(request.POST[MORE_ROWS])
    if request.method != "POST" or MORE_ROWS in request.POST:
        return render(request, "layers/edit.html", context | {"editor": editor})
    if editor.expected_version not in (None, layer.version):
        return conflict(request, editor)
    if not editor.is_valid():
        return render(request, "layers/edit.html", context | {"editor": editor})
    try:
        services.edit(layer, editor.changes(), user, editor.expected_version)
    except services.EditConflict:
        return conflict(request, editor)
    except services.AddressTaken:
        editor.refuse_address()
        return render(request, "layers/edit.html", context | {"editor": editor})
    return _saved(request, layer, _("“%(title)s” was saved."))


def out_of_reach(request: HttpRequest, status: int) -> HttpResponse:
    """A form of a layer that was deleted, or is no longer this person's to edit, as a new one."""
    user = caller_of(request)
    data = cast(QueryDict, typed(request)).copy()
    data["version"], data["slug"] = "1", ""
    editor = LayerEditor(Layer(owner=user), user, data).unchecked()
    messages.warning(
        request,
        _(
            "The layer can't be saved: it was deleted meanwhile, or you may no longer edit it. "
            "What you typed is here; as a new layer it can be saved."
        ),
    )
    return render(request, "layers/edit.html", {"editor": editor, "is_new": True}, status=status)


def _saved(request: HttpRequest, layer: Layer, message: str) -> HttpResponse:
    kept_forms.forget(request)
    messages.success(request, message % {"title": layer.title})
    return redirect("layer", layer.slug)


@login_required
@require_http_methods(["GET", "POST"])
def layer_delete(request: HttpRequest, slug: str) -> HttpResponse:
    layer = editable(request, slug)
    if request.method == "GET":
        return render(request, "layers/delete.html", {"layer": layer})
    try:
        services.delete(layer, _number(request.POST.get("version", "")))
    except services.EditConflict as error:
        context = {"layer": error.current, "changed": True}
        return render(request, "layers/delete.html", context, status=409)
    messages.success(request, _("“%(title)s” was deleted.") % {"title": layer.title})
    return redirect("home")


def editable(request: HttpRequest, slug: str) -> Layer:
    """404 for a layer that the person may not read, 403 for one that is only for reading."""
    layers = Layer.objects.readable_by(request.user)
    layer = layer_at(slug, layers.select_related("organisation", "group", "updated_by"))
    if not may_edit(request.user, layer):
        raise PermissionDenied
    return layer


def conflict(request: HttpRequest, editor: LayerEditor) -> HttpResponse:
    """Both versions side by side. What was typed stays in the form, which now continues from the
    version that is saved: sending it again is a decision."""
    saved = LayerEditor(_as_saved(editor.layer), editor.user, terms=editor.terms)
    data = cast(QueryDict, editor.form.data).copy()
    data["version"] = str(saved.layer.version)
    again = LayerEditor(_as_saved(editor.layer), editor.user, data, editor.terms)
    context: dict[str, Any] = {
        "editor": again,
        "saved": saved.layer,
        "differences": again.differences(saved),
    }
    return render(request, "layers/conflict.html", context, status=409)


def _as_saved(layer: Layer) -> Layer:
    layers = Layer.objects.select_related("organisation", "group", "updated_by")
    return get_object_or_404(layers, pk=layer.pk)


def typed(request: HttpRequest) -> QueryDict | None:
    """What was sent, with line breaks as the catalogue keeps them."""
    sent = request.POST if request.method == "POST" else kept_forms.typed_before(request)
    if sent is None:
        return None
    if request.method != "POST":
        messages.warning(request, kept_forms.explanation())
    data = sent.copy()
    for name, values in sent.lists():
        data.setlist(name, [value.replace("\r\n", "\n") for value in values])
    return data


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
