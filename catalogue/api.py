"""The catalogue's questions as JSON: search, and where a layer stands on its way to Solr."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

import orjson
from django.contrib.auth.models import AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router
from ninja.errors import HttpError

from accounts.authentication import signed_in
from accounts.models import User
from catalogue.search.asking import search_and_read
from catalogue.search.density import Overview, overview
from catalogue.search.parameters import DESCRIBED, TYPED, VIEW
from catalogue.search.patience import hurried
from catalogue.search.places import Place
from catalogue.search.query import SearchQuery
from catalogue.search.reading import parse, read_box
from catalogue.search.results import Found, Hit
from catalogue.search.suggesting import Suggestions, suggest
from layers.access import labels_of_user, may_edit
from layers.listed import ListedLayer, listed
from layers.models import Layer
from solr_sync.exceptions import SyncError
from solr_sync.status import SyncStatus, status_of

router = Router(tags=["search"])


@router.get("/search", url_name="search", openapi_extra={"parameters": DESCRIBED})
@hurried
def search_layers(request: HttpRequest) -> HttpResponse:
    """Layers that the caller may read and that match, with counts for further filters."""
    query, errors = parse(request.GET)
    if errors:
        return JsonResponse({"errors": errors}, status=422)
    try:
        found = search_and_read(query, request.user, partial(_read, request.user))
    except SyncError as error:
        raise HttpError(503, _("A cursor needs the search engine, which is away.")) from error
    return _private(_search_as_json(query, found))


def _read(user: User | AnonymousUser, keys: Sequence[str]) -> dict[str, ListedLayer]:
    return listed(keys, user, emails=user.is_authenticated)


def _search_as_json(query: SearchQuery, found: Found[ListedLayer]) -> dict[str, Any]:
    return {
        "total": found.total,
        "page": query.page,
        "page_size": query.page_size,
        "next_cursor": found.next_cursor,
        "took_ms": found.took_ms,
        "solr_ms": found.solr_ms,
        "source": found.source,
        "partial": found.is_partial,
        "suggestion": found.suggestion or None,
        "place": _place_as_json(found.place.place) if found.place else None,
        "results": [_hit_as_json(hit) for hit in found.hits],
        "facets": {
            facet: [{"value": v.value, "label": v.label, "count": v.count} for v in values]
            for facet, values in found.facets.items()
        },
    }


def _hit_as_json(hit: Hit[ListedLayer]) -> dict[str, Any]:
    highlight = {"title": str(hit.title), "abstract": str(hit.snippet)}
    return hit.layer.content | {"score": hit.score, "highlight": highlight}


def _place_as_json(place: Place) -> dict[str, Any]:
    return {"code": place.code, "name": place.name, "bbox": place.box.as_list}


@router.get("/overview", url_name="overview", openapi_extra={"parameters": [*DESCRIBED, VIEW]})
@hurried
def overview_of_hits(request: HttpRequest) -> HttpResponse:
    """All hits of a search, counted by cells of the world and by columns of years."""
    asked = request.GET.copy()
    text = asked.pop("view", [""])[-1]
    query, errors = parse(asked)
    view, wrong = read_box(text)
    if wrong:
        errors["view"] = wrong
    if errors:
        return JsonResponse({"errors": errors}, status=422)
    try:
        found = overview(query, labels_of_user(request.user), view)
    except SyncError as error:
        raise HttpError(503, _("The search engine is away.")) from error
    return _private(_overview_as_json(found))


def _overview_as_json(found: Overview) -> dict[str, Any]:
    columns = found.timeline.columns
    return {
        "total": found.total,
        "cell_size": found.size,
        "cells": [[cell.west, cell.south, cell.count] for cell in found.cells],
        "with_time": found.timeline.known,
        "years": [[column.start, column.end, column.count] for column in columns],
        "solr_ms": found.solr_ms,
    }


@router.get("/suggest", url_name="suggest", openapi_extra={"parameters": [TYPED]})
@hurried
def suggestions(request: HttpRequest) -> HttpResponse:
    """What may be meant, in groups, from the second letter on."""
    unknown = {name: [_("There is no such parameter.")] for name in request.GET if name != "q"}
    if unknown:
        return JsonResponse({"errors": unknown}, status=422)
    return _private(_suggestions_as_json(suggest(request.GET.get("q", ""), request.user)))


def _suggestions_as_json(found: Suggestions) -> dict[str, Any]:
    return {
        "layers": [
            {"id": str(layer.pk), "title": layer.title, "url": layer.get_absolute_url()}
            for layer in found.layers
        ],
        "keywords": [{"value": item.text, "count": item.count} for item in found.keywords],
        "places": [_place_as_json(place) for place in found.places],
        "organisations": [
            {"value": item.text, "count": item.count} for item in found.organisations
        ],
    }


@router.get("/layers/{uuid:identity}/sync", url_name="sync", auth=signed_in)
def sync(request: HttpRequest, identity: uuid.UUID) -> HttpResponse:
    """Where the layer's document stands. Of a deleted layer only the staff may ask."""
    layer = Layer.objects.readable_by(request.user).filter(pk=identity).first()
    if layer is not None and not may_edit(request.user, layer):
        raise HttpError(403, _("Only its owner and the staff may see this."))
    if layer is None and not _asks_for_a_deleted_one(request, identity):
        raise Http404
    status = status_of("layer", str(identity))
    if status is None:
        raise Http404
    return _private(sync_as_json(status))


def _asks_for_a_deleted_one(request: HttpRequest, identity: uuid.UUID) -> bool:
    return bool(
        getattr(request.user, "is_staff", False) and not Layer.objects.filter(pk=identity).exists()
    )


def sync_as_json(status: SyncStatus) -> dict[str, Any]:
    return {
        "version": status.version,
        "indexed_version": status.indexed_version,
        "state": str(status.state),
        "saved_at": status.saved_at,
        "searchable_at": status.searchable_at,
        "error": status.error or None,
        "next_attempt_at": status.next_attempt_at,
    }


def _private(content: dict[str, Any]) -> HttpResponse:
    """Each answer is made for its asker: no proxy may give it to another."""
    text = orjson.dumps(content, default=_encode, option=orjson.OPT_PASSTHROUGH_DATETIME)
    headers = {"Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
    return HttpResponse(text, content_type="application/json", headers=headers)


# Dates as everywhere in the API
_encode = DjangoJSONEncoder().default
