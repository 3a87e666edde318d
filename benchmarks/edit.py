"""`make bench ARGS=edit`: `benchmarks.edit_latency` against a catalogue that it starts itself."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from benchmarks import edit_latency  # noqa: E402
from benchmarks.sync import workers  # noqa: E402
from services import ports  # noqa: E402
from tests.programs import Process, answers  # noqa: E402

USER = "editor"


@contextmanager
def site() -> Iterator[tuple[str, Process]]:
    """Yields its address, and the web server."""
    port = ports.find_free()
    address = f"http://127.0.0.1:{port}"
    log = workers.log_folder() / "web.log"
    web = Process(log, "gunicorn", "config.wsgi", PORT=str(port), SITE_URL=address)
    with workers.running(web):
        if not workers.until(lambda: answers(f"{address}/healthz"), seconds=60):
            raise SystemExit(f"the web server does not answer: see {log}")
        yield address, web


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench ARGS=edit")
    parser.add_argument("--edits", type=int, default=20)
    options, _ = parser.parse_known_args()
    call_command("migrate", verbosity=0)
    call_command("solr_init", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("create_demo_accounts", verbosity=0)
    with workers.ours(), site() as (address, _web):
        edit_latency.report(
            edit_latency.run(
                argparse.Namespace(
                    url=address,
                    solr=settings.SOLR_URL,
                    user=USER,
                    password=USER,
                    edits=options.edits,
                )
            )
        )


if __name__ == "__main__":
    main()
