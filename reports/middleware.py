"""Notes which pages are seen, and how long they took."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from reports.recording import NothingFound, View, recorder

LAYER_PAGE = "layer"
# Whoever pastes an e-mail address or a telephone number into the search must not find it in a
# report one day.
PERSONAL = re.compile(r"@|\d[\d\s()/.-]{6,}\d")
LONGEST_WORDS = 200


class PageViews:
    """Middleware. Pages are answers in HTML; only those of layers are told apart by address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        if settings.RECORD_PAGE_VIEWS and is_page(request, response):
            recorder.put(view_of(request, response, time.perf_counter() - began))
        return response


def is_page(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        request.method == "GET"
        and request.resolver_match is not None
        and response.headers.get("Content-Type", "").startswith("text/html")
        and (response.status_code < 400 or response.status_code >= 500)
    )


def view_of(request: HttpRequest, response: HttpResponse, seconds: float) -> View:
    match = request.resolver_match
    assert match is not None  # noqa: S101 - `is_page` has seen to it
    slug, url = "", f"/{match.route}"
    if match.view_name == LAYER_PAGE and response.status_code == 200:
        slug, url = match.kwargs["slug"], request.path
    return View(timezone.now(), url, slug, response.status_code, round(seconds * 1000))


def nothing_found(words: str) -> None:
    """Notes words of a search without hits."""
    folded = " ".join(words.split()).casefold()[:LONGEST_WORDS]
    if settings.RECORD_PAGE_VIEWS and folded and not PERSONAL.search(folded):
        recorder.put(NothingFound(timezone.now(), folded))
