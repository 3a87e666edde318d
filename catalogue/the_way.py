"""From web through broker and worker to Solr and back: how long does each part take?"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from celery.exceptions import TimeoutError as NoAnswer
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from kombu.exceptions import OperationalError

from accounts.authentication import caller_of
from catalogue.clock import database_seconds
from catalogue.tasks import way_there

PATIENCE_SECONDS = 10
LOOK_EVERY_SECONDS = 0.02


@dataclass
class Way:
    """The milliseconds of each part, as far as the message came, and what stopped it."""

    parts: list[tuple[str, float]] = field(default_factory=list)
    problem: str = ""

    @property
    def total(self) -> float:
        return sum(ms for _name, ms in self.parts)


def try_the_way() -> Way:
    """Sends one message on the way of a saved layer and waits for its answer."""
    way = Way()
    began = time.perf_counter()
    try:
        answer = way_there.apply_async(expiration=PATIENCE_SECONDS)
    except (OSError, OperationalError) as error:
        way.problem = _("RabbitMQ does not take the message (%(error)s).") % {
            "error": type(error).__name__
        }
        return way
    way.parts.append((_("Web to broker, confirmed"), _since(began)))
    _wait(way, answer, database_seconds())
    return way


def _wait(way: Way, result: Any, sent: float) -> None:
    began = time.perf_counter()
    try:
        found = result.get(timeout=PATIENCE_SECONDS, interval=LOOK_EVERY_SECONDS)
    except NoAnswer:
        way.problem = _("No worker answered within %(seconds)s seconds.") % {
            "seconds": PATIENCE_SECONDS
        }
        return
    except Exception as error:  # noqa: BLE001 - whatever the task raised, Solr mostly
        way.problem = _("The worker took the message, but Solr did not answer (%(error)s).") % {
            "error": type(error).__name__
        }
        return
    finally:
        result.forget()
    waited, there = _since(began), max(found["arrived"] - sent, 0) * 1000
    way.parts += [
        (_("Broker to worker"), there),
        (_("Worker to Solr and back"), found["solr_ms"]),
        (_("Worker to web"), max(waited - there - found["solr_ms"], 0)),
    ]


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def the_way(request: HttpRequest) -> HttpResponse:
    """For the staff; a POST sends the message."""
    if not caller_of(request).is_staff:
        raise PermissionDenied
    way = try_the_way() if request.method == "POST" else None
    return render(request, "catalogue/the_way.html", {"way": way})
