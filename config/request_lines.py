"""A line of the log for each request: its route, never its address.

Searches, tokens in links and names in queries so stay out of it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)
UNKNOWN = "(no such address)"


class RequestLines:
    """Middleware, below the one that answers for static files."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        ms = round((time.perf_counter() - began) * 1000, 1)
        known = {"method": request.method, "status": response.status_code, "ms": ms}
        line = f"{request.method} {route_of(request)} {response.status_code} in {ms} ms"
        logger.info(line, extra=known)
        return response


def route_of(request: HttpRequest) -> str:
    """As the URL configuration writes it: `/layers/<slug:slug>/`."""
    match = request.resolver_match
    return f"/{match.route}" if match else UNKNOWN
