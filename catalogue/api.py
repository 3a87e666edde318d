"""The catalogue's questions as JSON: search, and where a layer stands on its way to Solr."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Router
from ninja.errors import HttpError

from accounts.authentication import signed_in
from accounts.models import User
from catalogue.search.asking import search
from catalogue.search.parameters import DESCRIBED
from catalogue.search.query import SearchQuery, parse
from catalogue.search.results import Found, Hit
from layers.access import may_edit
from layers.models import Layer
from layers.representation import for_json, layer_as_json
from solr_sync.status import SyncStatus, status_of

router = Router(tags=["search"])


@router.get("/search", url_name="search", openapi_extra={"parameters": DESCRIBED})
def search_layers(request: HttpRequest) -> HttpResponse:
    """Layers that the caller may read and that match, with counts for further filters."""
    query, errors = parse(request.GET)
    if errors:
        return JsonResponse({"errors": errors}, status=422)
    found = search(query, request.user, for_json(Layer.objects.all()))
    return _private(_search_as_json(query, found, request.user))


def _search_as_json(query: SearchQuery, found: Found, user: User | AnonymousUser) -> dict[str, Any]:
    return {
        "total": found.total,
        "page": query.page,
        "page_size": query.page_size,
        "next_cursor": None,
        "took_ms": found.took_ms,
        "solr_ms": found.solr_ms,
        "source": found.source,
        "partial": found.is_partial,
        "suggestion": None,
        "results": [_hit_as_json(hit, user) for hit in found.hits],
        "facets": {
            facet: [{"value": v.value, "label": v.label, "count": v.count} for v in values]
            for facet, values in found.facets.items()
        },
    }


def _hit_as_json(hit: Hit, user: User | AnonymousUser) -> dict[str, Any]:
    found = layer_as_json(hit.layer, emails=user.is_authenticated)
    highlight = {"title": str(hit.title), "abstract": str(hit.snippet)}
    return found | {"score": hit.score, "highlight": highlight}


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
    return JsonResponse(
        content, headers={"Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"}
    )
