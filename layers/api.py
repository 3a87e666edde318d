"""One layer as JSON: create, read, change, delete."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Router
from ninja.errors import HttpError

from accounts.authentication import caller_of, signed_in
from layers import services
from layers.access import may_edit
from layers.addresses import ADDRESS_TAKEN
from layers.input import InvalidLayer, LayerInput, differing
from layers.models import Layer
from layers.preconditions import etag_of, expected_version
from layers.representation import for_json, layer_as_json
from layers.schemas import LayerIn, LayerPatch

router = Router(tags=["layers"])


@router.post("/", url_name="layers", auth=signed_in)
def create_layer(request: HttpRequest, payload: LayerIn) -> HttpResponse:
    layer = Layer()
    try:
        changes = LayerInput(layer, payload, caller_of(request)).changes()
        services.create(layer, changes, caller_of(request))
    except InvalidLayer as error:
        return JsonResponse({"errors": error.errors}, status=422)
    except services.AddressTaken:
        return _address_taken()
    response = _answer(request, layer.pk, status=201)
    response["Location"] = reverse("api-1.0.0:layer", args=[layer.pk])
    return response


@router.get("/{uuid:identity}", url_name="layer")
def read_layer(request: HttpRequest, identity: uuid.UUID) -> HttpResponse:
    return _answer(request, identity)


@router.patch("/{uuid:identity}", auth=signed_in)
def change_layer(request: HttpRequest, identity: uuid.UUID, payload: LayerPatch) -> HttpResponse:
    layer = _editable(request, identity)
    expected = expected_version(request, layer)
    if expected != layer.version:
        return _conflict(request, layer, payload)
    try:
        changes = LayerInput(layer, payload, caller_of(request)).changes()
        services.edit(layer, changes, caller_of(request), expected)
    except InvalidLayer as error:
        return JsonResponse({"errors": error.errors}, status=422)
    except services.EditConflict as conflict:
        return _conflict(request, conflict.current, payload)
    except services.AddressTaken:
        return _address_taken()
    return _answer(request, identity)


@router.delete("/{uuid:identity}", auth=signed_in)
def delete_layer(request: HttpRequest, identity: uuid.UUID) -> HttpResponse:
    layer = _editable(request, identity)
    try:
        services.delete(layer, expected_version(request, layer))
    except services.EditConflict as conflict:
        return _conflict(request, conflict.current)
    return HttpResponse(status=204, headers={"ETag": etag_of(layer)})


def _readable(request: HttpRequest, identity: uuid.UUID) -> Layer:
    """A layer that the caller may not read is not there."""
    return get_object_or_404(for_json(Layer.objects.readable_by(request.user)), pk=identity)


def _editable(request: HttpRequest, identity: uuid.UUID) -> Layer:
    layer = get_object_or_404(
        Layer.objects.select_related("group").readable_by(request.user), pk=identity
    )
    if not may_edit(request.user, layer):
        raise HttpError(403, _("Only its owner and the staff may change this layer."))
    return layer


def _answer(request: HttpRequest, identity: uuid.UUID, status: int = 200) -> HttpResponse:
    layer = _readable(request, identity)
    content = layer_as_json(layer, emails=request.user.is_authenticated)
    return _json(content, status, layer)


def _address_taken() -> HttpResponse:
    return JsonResponse({"errors": {"slug": [str(ADDRESS_TAKEN)]}}, status=422)


def _conflict(
    request: HttpRequest, layer: Layer, payload: LayerPatch | None = None
) -> HttpResponse:
    """412, with the fields whose values are not what the caller sent."""
    current = layer_as_json(_readable(request, layer.pk), emails=True)
    fields = differing(payload, current) if payload else {}
    detail = _(
        "The layer was saved since the version that you know; its version is now %(version)s."
    )
    content = {
        "detail": detail % {"version": layer.version},
        "version": layer.version,
        "fields": fields,
    }
    return _json(content, 412, layer)


def _json(content: dict[str, Any], status: int, layer: Layer) -> HttpResponse:
    headers = {"ETag": etag_of(layer), "Vary": "Cookie, Authorization", "Cache-Control": "private"}
    return JsonResponse(content, status=status, headers=headers)
