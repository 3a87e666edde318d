"""gunicorn as in production, on the database and the collection of a benchmark.

`application` is what it serves: the catalogue, asking a collection of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from django.core.handlers.wsgi import WSGIHandler

from tests.programs import answers, eventually

COLLECTION = "bench_search"
READY_SECONDS = 180


def application() -> WSGIHandler:
    found: WSGIHandler = import_module("config.wsgi").application  # sets Django up
    from catalogue.search import solr

    solr.COLLECTION = COLLECTION
    return found


@contextmanager
def running() -> Iterator[str]:
    """Yields its address."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from services import ports

    call_command("collectstatic", interactive=False, verbosity=0)
    port = ports.find_free()
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    given = {
        "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}",
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "gunicorn", "benchmarks.server:application()"]
    log = Path(settings.DATA_DIR) / "bench-web.log"
    with log.open("ab") as output:
        child = subprocess.Popen(
            command, env=os.environ | given, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        address = f"http://127.0.0.1:{port}"
        eventually(lambda: answers(f"{address}/healthz"), within=READY_SECONDS, what="gunicorn")
        yield address
    finally:
        child.terminate()
        child.wait(40)
