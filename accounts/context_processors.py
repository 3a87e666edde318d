from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def sign_up(request: HttpRequest) -> dict[str, bool]:
    return {"sign_up_open": settings.SIGN_UP}


def notices(request: HttpRequest) -> dict[str, int]:
    """Who signed in by the request itself was not read with the number."""
    return {"unread_notices": getattr(getattr(request, "user", None), "unread_notices", 0)}
