"""`make bench ARGS=reports`: the report on a large catalogue, the cost of noting a view, and a
round of link checks at the politeness limit.

It fills a database of its own, and keeps it. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Process, Queue
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")
VIEW_ROUNDS = 20_000
SAMPLES = "layers/samples/samples.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench ARGS=reports")
    parser.add_argument("--layers", type=int, default=100_000)
    parser.add_argument("--views", type=int, default=1_000_000)
    parser.add_argument("--links", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=100)
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between two of a host")
    options, _ = parser.parse_known_args()
    django.setup()
    from django.db import connection

    connection.settings_dict["TEST"]["NAME"] = "reports_bench"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, keepdb=True, serialize=False)
    prepare(options.layers, options.views)
    found = report() | page() | view() | links(options.links, options.hosts, options.pause)
    print(json.dumps(found))


@contextmanager
def timed(name: str, into: dict[str, float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    into[name] = round(time.perf_counter() - began, 3)
    print(f"{name:>28}  {into[name]:9.3f} s", flush=True)


def prepare(layers: int, views: int) -> None:
    from django.core.management import call_command

    from benchmarks.copies import copy_of, originals, store
    from layers.models import Layer
    from reports.models import PageView

    call_command("collectstatic", interactive=False, verbosity=0)
    if Layer.objects.count() < layers:
        call_command("import_layers", SAMPLES, verbosity=0)
        found = originals()
        store(copy_of(found, number) for number in range(layers - len(found)))
    if (missing := views - PageView.objects.count()) > 0:
        add_views(missing)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def add_views(count: int) -> None:
    """Over 30 days; a tenth of all layers gets most of the views; one of 200 is slow."""
    from django.utils import timezone

    from layers.models import Layer
    from reports.models import EmptySearch, PageView

    chance = random.Random(8)
    rows = list(Layer.objects.order_by("pk").values_list("pk", "slug")[:50_000])
    now = timezone.now()
    made: list[PageView] = []
    for number in range(count):
        at = now - timedelta(seconds=chance.random() * 30 * 86_400)
        pk, slug = rows[int(len(rows) * chance.random() ** 3)]
        is_layer = chance.random() < 0.6
        ms = int(chance.lognormvariate(3.7, 0.6)) if chance.random() > 0.005 else 1500
        url = f"/layers/{slug}/" if is_layer else chance.choice(["/", "/search", "/my/"])
        made.append(
            PageView(
                day=at.date(), at=at, url=url, layer=pk if is_layer else None, status=200, ms=ms
            )
        )
        if len(made) == 5000 or number == count - 1:
            PageView.objects.bulk_create(made)
            made = []
    EmptySearch.objects.bulk_create(
        [EmptySearch(day=now.date(), words=f"words {n % 3000}") for n in range(20_000)], 5000
    )


def report() -> dict[str, float]:
    from django.db.models.functions import Now

    from reports.figures import SECTIONS, section
    from reports.jobs import _as_json
    from reports.models import CatalogueReport
    from reports.periods import Period

    times: dict[str, float] = {}
    content: dict[str, Any] = {}
    began = time.perf_counter()
    for name in SECTIONS:
        with timed(name, times):
            content |= section(name, Period())
    CatalogueReport.objects.update_or_create(
        days=30, url="", defaults={"content": _as_json(content), "made_at": Now()}
    )
    total = round(time.perf_counter() - began, 3)
    print(f"{'report':>28}  {total:9.3f} s")
    return {"report_s": total}


def page() -> dict[str, float]:
    from django.test import Client

    client = Client(HTTP_HOST="localhost")
    found = {}
    for name, path in (
        ("report_page_ms", "/reports/catalogue/"),
        ("report_api_ms", "/api/reports/catalogue"),
        ("report_pdf_ms", "/reports/catalogue.pdf"),
    ):
        times = []
        for _round in range(5 if "pdf" in path else 30):
            began = time.perf_counter()
            assert client.get(path).status_code == 200
            times.append((time.perf_counter() - began) * 1000)
        found[name] = round(statistics.median(times), 1)
        print(f"{name:>28}  {found[name]:9.1f} ms")
    return found


def view() -> dict[str, float]:
    """What noting a view adds to a request, while the thread writes beside it."""
    from django.http import HttpResponse
    from django.test import RequestFactory
    from django.urls import resolve

    from reports.middleware import PageViews
    from reports.models import PageView
    from reports.recording import recorder

    request = RequestFactory().get("/search")
    request.resolver_match = resolve("/search")
    answer = HttpResponse("", content_type="text/html; charset=utf-8")
    middleware = PageViews(lambda _request: answer)
    last = PageView.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    times = []
    for _round in range(VIEW_ROUNDS):
        began = time.perf_counter()
        middleware(request)
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.0005)
    recorder.flush()
    written = PageView.objects.filter(pk__gt=last).count()
    PageView.objects.filter(pk__gt=last).delete()
    found = {
        "view_p50_ms": round(statistics.median(times), 4),
        "view_p99_ms": round(statistics.quantiles(times, n=100)[98], 4),
        "views_lost": VIEW_ROUNDS - written,
    }
    print(found)
    return found


class Quiet(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response(200 if hash(self.path) % 10 else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def serve(port: Queue[int]) -> None:
    ThreadingHTTPServer.request_queue_size = 512
    server = ThreadingHTTPServer(("0.0.0.0", 0), Quiet)
    port.put(server.server_port)
    server.serve_forever()


def links(count: int, hosts: int, pause: float) -> dict[str, float]:
    """Hosts are addresses of the loopback, so the rule of public addresses is off here."""
    from django.conf import settings
    from django.db.models.functions import Now

    from reports.link_round import Round
    from reports.models import Link

    settings.LINK_CHECK_PRIVATE, settings.LINK_CHECK_PAUSE = True, pause
    ports: Queue[int] = Queue()
    server = Process(target=serve, args=(ports,), daemon=True)
    server.start()
    port = ports.get()
    Link.objects.all().delete()
    urls = [f"http://127.0.1.{n % hosts + 1}:{port}/{n}" for n in range(count)]
    Link.objects.bulk_create(
        [
            Link(digest=Link.digest_of(url), url=url, host=url.split("/")[2], due_at=Now())
            for url in urls
        ],
        5000,
    )
    grown = Memory()
    began = time.perf_counter()
    found = Round(lambda _checked: grown.look(), lambda: False).run(3600)
    seconds = time.perf_counter() - began
    server.terminate()
    limit = (count / hosts - 1) * pause
    figures = {
        "links_checked": found.checked,
        "links_s": round(seconds, 1),
        "links_limit_s": round(limit, 1),
        "links_memory_growth_mb": round(grown.growth, 1),
        "links_threads": threading.active_count(),
    }
    print(figures)
    return figures


class Memory:
    """How much the process grew between a tenth of the way and its end."""

    def __init__(self) -> None:
        self.looks = 0
        self.first = self.last = 0.0

    def look(self) -> None:
        self.looks += 1
        if self.looks % 500:
            return
        self.last = resident_mb()
        self.first = self.first or self.last

    @property
    def growth(self) -> float:
        return self.last - self.first


def resident_mb() -> float:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main()
