"""Who calls the API: the owner of a bearer token, or whoever is signed in with the browser."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.utils import check_csrf

from accounts.models import ApiToken, User

SCHEME = "bearer"


def identify(request: HttpRequest) -> User | AnonymousUser:
    """Sets and returns `request.user`; anonymous callers are welcome to read.

    Raises HttpError 401 for a token that is not good, and 403 where a session writes without its
    CSRF token. A bearer token is never sent by a browser on its own, so it needs none.
    """
    scheme, _separator, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == SCHEME:
        request.user = _owner_of(token.strip())
    elif request.user.is_authenticated and check_csrf(request):
        raise HttpError(403, _("The CSRF token is missing or wrong: send it as X-CSRFToken."))
    return request.user


def signed_in(request: HttpRequest) -> User | None:
    """As `identify`, for what anonymous callers may not do (401)."""
    user = identify(request)
    return user if isinstance(user, User) else None


def caller_of(request: HttpRequest) -> User:
    """Whom `signed_in` has let through."""
    if not isinstance(request.user, User):
        raise HttpError(401, _("Sign in, or send a token."))
    return request.user


def _owner_of(token: str) -> User:
    user = ApiToken.objects.user_of(token)
    if user is None:
        raise HttpError(401, _("This token is unknown or was revoked."))
    return user
