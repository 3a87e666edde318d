from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.notices import unread


def sign_up(request: HttpRequest) -> dict[str, bool]:
    return {"sign_up_open": settings.SIGN_UP}


def notices(request: HttpRequest) -> dict[str, Any]:
    """Counted only where a page says it."""
    return {"unread_notices": SimpleLazyObject(lambda: _unread(request))}


def _unread(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    return unread(user).count() if isinstance(user, User) else 0
