"""The page for what went wrong on our side, made without the database, which may be the reason."""

from __future__ import annotations

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

RETRY_AFTER = "5"  # seconds


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 where the database is away; a form that was sent can then be sent once more."""
    away = _is_of_the_database(sys.exc_info()[1])
    status = 503 if away else 500
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse({"detail": _detail(away)}, status=status)
    else:
        context = {"database_away": away, "typed": _typed(request) if away else []}
        response = HttpResponse(render_to_string("500.html", context), status=status)
    if away:
        response["Retry-After"] = RETRY_AFTER
    return response


def _is_of_the_database(error: BaseException | None) -> bool:
    """Also the driver's own, which Django passes on as they are where rows are read in parts."""
    driver = connection.Database  # type: ignore[attr-defined]
    kinds = (OperationalError, InterfaceError, driver.OperationalError, driver.InterfaceError)
    return isinstance(error, kinds)


def _detail(away: bool) -> str:
    return _("The database does not answer.") if away else _("Something went wrong")


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of a form, without those that a page must not hold or can't."""
    try:
        fields = list(request.POST.lists())
    except (UnreadablePostError, RequestDataTooBig):
        return []
    if request.FILES or any("password" in name for name, _values in fields):
        return []
    return [(name, str(value)) for name, values in fields for value in values]
