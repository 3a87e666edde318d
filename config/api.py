"""The API: what it is made of, and how it says what is wrong."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from accounts.authentication import identify
from catalogue.api import router as catalogue_router
from config.api_docs import ApiDocs
from jobs.api import router as jobs_router
from layers.api import router as layers_router
from reports.api import router as reports_router
from uploads.api import router as uploads_router

api = NinjaAPI(
    title="Layer catalogue", version="1.0.0", docs_url="/docs", docs=ApiDocs(), auth=identify
)
api.add_router("/layers", layers_router)
api.add_router("/jobs", jobs_router)
api.add_router("/reports", reports_router)
api.add_router("", catalogue_router)
api.add_router("/uploads", uploads_router)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors: dict[str, list[str]] = {}
    for item in error.errors:
        field, *rest = _path(item["loc"])
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in rest)
        message = _message(item)
        errors.setdefault(str(field), []).append(f"{place}: {message}" if place else message)
    return api.create_response(request, {"errors": errors}, status=422)


@api.exception_handler(AuthenticationError)
def unauthorised(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = api.create_response(
        request, {"detail": _("Sign in, or send a token.")}, status=error.status_code
    )
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return api.create_response(request, {"detail": _("The request is too big.")}, status=413)


def _path(location: tuple[Any, ...]) -> tuple[Any, ...]:
    """Without the part of the request, and without the name that the view's argument has."""
    source, *path = location
    if source == "body":
        path = path[1:]
    return tuple(path) or (source,)


def _message(item: dict[str, Any]) -> str:
    if item["type"] == "extra_forbidden":
        return str(_("There is no such field, or it can't be set."))
    return str(item["msg"]).removeprefix("Value error, ")
