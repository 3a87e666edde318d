"""Is it alive, and what it depends on. Both are public: no message tells more than it must."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

from celery import current_app
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection

from solr_sync.solr import require_healthy

SECONDS = 1.0  # for each step of a probe
DEADLINE = 2.5  # for all of them together
ONE_TRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


@dataclass(frozen=True)
class Health:
    ok: bool
    ms: int
    message: str


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """503 only where no page could be served: without the database."""
    found = examine(PROBES)
    content = {name: asdict(health) for name, health in found.items()}
    return JsonResponse(content, status=200 if found["database"].ok else 503)


def database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()  # it belongs to the thread of this probe


def broker() -> None:
    with _broker_connection() as found:
        found.ensure_connection(max_retries=1, interval_start=0, interval_step=0)


def worker() -> None:
    with _broker_connection() as found:
        answers = current_app.control.broadcast(
            "ping", reply=True, timeout=SECONDS, limit=1, connection=found
        )
    if not answers:
        raise NoWorker


class NoWorker(Exception):
    """no worker answers"""


def _broker_connection() -> Connection:
    url = current_app.conf.broker_write_url or current_app.conf.broker_url
    options = {"read_timeout": SECONDS, "write_timeout": SECONDS} | ONE_TRY
    return Connection(url, connect_timeout=SECONDS, transport_options=options)


PROBES: dict[str, Callable[[], None]] = {
    "database": database,
    "broker": broker,
    "solr": require_healthy,
    "worker": worker,
}


def examine(probes: dict[str, Callable[[], None]]) -> dict[str, Health]:
    """Runs the probes side by side; what has not answered by the deadline is not well."""
    found: dict[str, Health] = {}
    threads = [
        threading.Thread(target=_run, args=(name, probe, found), name=f"probe-{name}", daemon=True)
        for name, probe in probes.items()
    ]
    until = time.monotonic() + DEADLINE
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(until - time.monotonic(), 0))
    late = Health(ok=False, ms=round(DEADLINE * 1000), message="no answer in time")
    return {name: found.get(name, late) for name in probes}


def _run(name: str, probe: Callable[[], None], found: dict[str, Health]) -> None:
    began = time.monotonic()
    ok, message = True, ""
    try:
        probe()
    except Exception as error:  # noqa: BLE001 - whatever it is, this is not well
        ok, message = False, _in_words(error)
    found[name] = Health(ok, round((time.monotonic() - began) * 1000), message)


def _in_words(error: Exception) -> str:
    """The kind of the error; its text may hold addresses and credentials."""
    if isinstance(error, NoWorker):
        return "no worker answers"
    return f"does not answer as it should ({type(error).__name__})"
