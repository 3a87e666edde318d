from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from solr_sync import solr_collections
from solr_sync.exceptions import SyncError
from solr_sync.registry import registry
from solr_sync.status import Overview, overview_of, pending_count

POLL_SECONDS = 0.2


class Command(BaseCommand):
    help = "Says where the way to Solr stands; with --wait, returns once nothing is pending."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--wait",
            type=float,
            metavar="SECONDS",
            help="wait until nothing is pending: exit 0, or 1 when the time is up",
        )

    def handle(self, *args: Any, json: bool, wait: float | None, **options: Any) -> None:
        settled = wait is None or self._wait(wait)
        overviews = [
            (overview_of(document), _configset(document.collection)) for document in registry
        ]
        if json:
            self._print_json(overviews)
        else:
            for overview, configset in overviews:
                self._print(overview, configset)
        if not settled:
            sys.exit(1)

    def _wait(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while any(pending_count(document) for document in registry):
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def _print_json(self, overviews: list[tuple[Overview, dict[str, Any]]]) -> None:
        documents = [o.as_dict() | {"configset": configset} for o, configset in overviews]
        totals = {
            "pending": sum(o.pending for o, _ in overviews),
            "parked": sum(o.parked for o, _ in overviews),
            "oldest_pending_age": max((o.oldest_pending_age for o, _ in overviews), default=0.0),
            "rate": round(sum(o.rate for o, _ in overviews), 2),
            "last_audit": next((o.last_audit for o, _ in overviews if o.last_audit), None),
        }
        self.stdout.write(json.dumps(totals | {"documents": documents}, default=str))

    def _print(self, overview: Overview, configset: dict[str, Any]) -> None:
        self.stdout.write(f"{overview.document_type} → {overview.collection}")
        self.stdout.write(f"  documents   {overview.total}")
        self.stdout.write(
            f"  pending     {overview.pending}, the oldest for {overview.oldest_pending_age:.0f} s"
        )
        self.stdout.write(f"  parked      {overview.parked}")
        for example in overview.parked_examples:
            self.stdout.write(f"    {example['object_id']}: {example['error']}")
        self.stdout.write(f"  rate        {overview.rate} a second over the last minute")
        if overview.unavailable_since:
            self.stdout.write(
                f"  Solr        away since {overview.unavailable_since}: {overview.reason}"
            )
        if audit := overview.last_audit:
            self.stdout.write(
                f"  last audit  {audit['at']:%Y-%m-%d %H:%M:%S}, drift {audit['drift']}"
            )
        self.stdout.write(f"  configset   {configset.get('message')}")


def _configset(alias: str) -> dict[str, Any]:
    try:
        standing = solr_collections.standing(alias)
    except SyncError as error:
        return {"ok": False, "message": str(error)}
    message = f"{standing.configset} on {standing.collection}"
    if not standing.current:
        message += f"; the code has {standing.wanted}: a rebuild takes it over"
    return {"ok": standing.current, "message": message}
