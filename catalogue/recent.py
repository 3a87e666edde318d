"""The layers that a reader looked at last, in a cookie of the reader's browser alone.

The cookie holds ids, nothing else; what is shown of them is read under the rights of the moment.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse

from catalogue.search.asking import cards
from layers.models import Layer

COOKIE = "recent_layers"
KEPT = 8
SECONDS = 60 * 60 * 24 * 60


def remember(request: HttpRequest, response: HttpResponse, layer: Layer) -> None:
    others = [identity for identity in _ids(request) if identity != layer.pk]
    response.set_cookie(
        COOKIE,
        ".".join(_short(identity) for identity in [layer.pk, *others][:KEPT]),
        max_age=SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def recently_viewed(request: HttpRequest, but: Layer | None = None) -> list[Layer]:
    ids = [identity for identity in _ids(request) if but is None or identity != but.pk]
    if not ids:
        return []
    found = {row.pk: row for row in cards().readable_by(request.user).filter(pk__in=ids)}
    return [found[identity] for identity in ids if identity in found]


def _ids(request: HttpRequest) -> list[uuid.UUID]:
    """Whatever else a cookie may hold is passed over."""
    return list(_read(request.COOKIES.get(COOKIE, "").split(".")[:KEPT]))


def _read(texts: Iterable[str]) -> Iterable[uuid.UUID]:
    for text in texts:
        try:
            yield uuid.UUID(bytes=base64.urlsafe_b64decode(text + "=="))
        except ValueError:
            continue


def _short(identity: uuid.UUID) -> str:
    return base64.urlsafe_b64encode(identity.bytes).decode().rstrip("=")
