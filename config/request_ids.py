"""One id for all that a request sets off: it goes from the browser into tasks and on to Solr.

It is taken from the header `X-Request-ID`, or made here, and given back in the answer. Messages
carry it as a header; a worker has it while it runs the task.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
IN_MESSAGES = "request_id"
# What a browser or a proxy sends is written into logs: nothing else may come with it.
GOOD = re.compile(r"[A-Za-z0-9._-]{1,64}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """Empty outside of a request and of what one has set off."""
    return _current.get()


def headers() -> dict[str, str]:
    """For calls of other programs."""
    return {HEADER: current()} if current() else {}


class RequestIds:
    """Middleware; the first of all, so that every line of a log has the id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        token = _current.set(given if GOOD.fullmatch(given) else uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response[HEADER] = current()
            return response
        finally:
            _current.reset(token)


@before_task_publish.connect(dispatch_uid="config.request_ids.publish")
def send_along(headers: dict[str, Any] | None = None, **_: Any) -> None:
    if headers is not None and current():
        headers.setdefault(IN_MESSAGES, current())


@task_prerun.connect(dispatch_uid="config.request_ids.begin")
def take_up(task: Any = None, **_: Any) -> None:
    carried = task.request.headers or {}  # of a message; in a process of tests beside it
    given = str(task.request.get(IN_MESSAGES) or carried.get(IN_MESSAGES) or "")
    _current.set(given if GOOD.fullmatch(given) else "")


@task_postrun.connect(dispatch_uid="config.request_ids.end")
def put_down(**_: Any) -> None:
    _current.set("")
