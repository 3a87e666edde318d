"""The page for what nobody foresaw, made without the database, which may be the reason."""

from __future__ import annotations

import sys
from enum import Enum

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

RETRY_AFTER = "5"  # seconds
# SQLSTATE class of transactions that the database ended for the sake of others
ROLLED_BACK = "40"


class Problem(Enum):
    AWAY = 503
    CONFLICT = 409
    OURS = 500


def server_error(request: HttpRequest) -> HttpResponse:
    """503 where the database is away, 409 where two changed the same at once, else 500.

    A form that was sent can be sent once more, unless the fault is ours.
    """
    problem = _problem(sys.exc_info()[1])
    says = _words(problem)
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse({"detail": says}, status=problem.value)
    else:
        is_ours = problem is Problem.OURS
        context = {"says": says, "is_ours": is_ours, "typed": [] if is_ours else _typed(request)}
        response = HttpResponse(render_to_string("500.html", context), status=problem.value)
    if problem is Problem.AWAY:
        response["Retry-After"] = RETRY_AFTER
    return response


def _problem(error: BaseException | None) -> Problem:
    """Also the driver's own, which Django passes on as they are where rows are read in parts."""
    driver = connection.Database  # type: ignore[attr-defined]
    state = getattr(error, "pgcode", None) or getattr(error and error.__cause__, "pgcode", None)
    # The first two: a row that was there has just been removed, or a name has just been given.
    at_once = isinstance(error, ObjectDoesNotExist | IntegrityError)
    if at_once or (state or "").startswith(ROLLED_BACK):
        return Problem.CONFLICT
    kinds = (OperationalError, InterfaceError, driver.OperationalError, driver.InterfaceError)
    return Problem.AWAY if isinstance(error, kinds) else Problem.OURS


def _words(problem: Problem) -> str:
    if problem is Problem.AWAY:
        return _("The database does not answer.")
    if problem is Problem.CONFLICT:
        return _("Somebody else changed the same at the same moment. Nothing was saved.")
    return _("Something went wrong")


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of a form, without those that a page must not hold or can't."""
    try:
        fields = list(request.POST.lists())
    except (UnreadablePostError, RequestDataTooBig):
        return []
    if request.FILES or any("password" in name for name, _values in fields):
        return []
    return [(name, str(value)) for name, values in fields for value in values]
