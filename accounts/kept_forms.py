"""What was typed into a form that can't be taken now, kept until the person has signed in again.

The sign-in page carries it, signed, so that nobody who is not signed in can store anything here;
whoever then signs in finds it in their session, and the form's page shows it again. Nothing is ever
saved without being sent once more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import resolve
from django.utils.translation import gettext as _

from accounts.authentication import caller_of

View = TypeVar("View", bound=Callable[..., HttpResponse])

SALT = "accounts.kept_forms"
SESSION_KEY = "kept_form"
PARAMETER = "typed"
LONGEST_ABSENCE = 24 * 3600  # seconds on the sign-in page


def sign_in_keeping_form(view: View) -> View:
    """As `login_required`; a form that is sent meanwhile comes back filled after the sign-in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            if request.method == "POST":
                return ask_to_sign_in(request)
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    guarded.keeps_form = True  # type: ignore[attr-defined]
    return cast(View, guarded)


def is_kept(request: HttpRequest) -> bool:
    """Whether the page that this form was sent to can show it again."""
    view = resolve(request.path_info).func
    return request.method == "POST" and getattr(view, "keeps_form", False)


def ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    from accounts.forms import SignInForm

    context = {"form": SignInForm(request), "next": request.path, "kept": pack(request)}
    return render(request, "accounts/login.html", context, status=403)


def pack(request: HttpRequest) -> str:
    return signing.dumps([request.path, _typed(request)], salt=SALT, compress=True)


def unpack(packed: str, request: HttpRequest) -> str:
    """Puts it into the session; returns the address that shows it, nothing where it is not ours."""
    try:
        path, fields = signing.loads(packed, salt=SALT, max_age=LONGEST_ABSENCE)
    except signing.BadSignature:
        return ""
    return _keep(request, path, fields)


def keep(request: HttpRequest) -> str:
    """Of a person who is signed in; returns the address that shows it."""
    caller_of(request)
    return _keep(request, request.path, _typed(request))


def typed_before(request: HttpRequest) -> QueryDict | None:
    """What this page's form held when it could not be taken."""
    path, fields = request.session.get(SESSION_KEY, ("", {}))
    if PARAMETER not in request.GET or path != request.path:
        return None
    data = QueryDict(mutable=True)
    for name, values in fields.items():
        data.setlist(name, values)
    return data


def forget(request: HttpRequest) -> None:
    request.session.pop(SESSION_KEY, None)


def explanation() -> str:
    return _("You had been signed out. What you typed is here again; it is not saved yet.")


def _keep(request: HttpRequest, path: str, fields: dict[str, list[str]]) -> str:
    request.session[SESSION_KEY] = (path, fields)
    return f"{path}?{PARAMETER}"


def _typed(request: HttpRequest) -> dict[str, list[Any]]:
    return {
        name: values
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and "password" not in name
    }
