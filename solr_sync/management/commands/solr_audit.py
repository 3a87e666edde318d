from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from solr_sync.audit import Audit
from solr_sync.exceptions import SyncError
from solr_sync.processors import wake_many
from solr_sync.registry import registry
from solr_sync.status import pending_count

POLL_SECONDS = 0.2


class Command(BaseCommand):
    help = "Compares database and Solr. Exit code 0 when both agree at the end, else 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--deep", action="store_true", help="read and build every document again"
        )
        parser.add_argument(
            "--repair", action="store_true", help="put right what differs, and wait"
        )
        parser.add_argument("--timeout", type=float, default=300.0, metavar="SECONDS")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(
        self, *args: Any, deep: bool, repair: bool, timeout: float, json: bool, **options: Any
    ) -> None:
        deadline = time.monotonic() + timeout
        try:
            found, agrees = self._audit(deep=deep, repair=repair)
            if repair and not agrees:
                self._wait(deadline)
                _, agrees = self._audit(deep=deep, repair=False)
        except SyncError as error:
            raise CommandError(str(error)) from error
        self._print(found, json)
        if not agrees:
            sys.exit(1)

    def _audit(self, *, deep: bool, repair: bool) -> tuple[Counter[str], bool]:
        found: Counter[str] = Counter()
        agrees = True
        for collection in sorted({document.collection for document in registry}):
            audit = Audit(collection)
            findings = audit.run(deep=deep, repair=repair)
            found.update(findings.as_dict())
            agrees = agrees and findings.agrees
            if findings.repaired:
                for document in audit.documents:
                    wake_many(document)
        return found, agrees

    def _wait(self, deadline: float) -> None:
        while any(pending_count(document) for document in registry):
            if time.monotonic() > deadline:
                raise CommandError("the repairs are not done yet; the workers go on with them")
            time.sleep(POLL_SECONDS)

    def _print(self, found: Counter[str], as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(found))
            return
        for kind, count in found.items():
            self.stdout.write(f"{kind:9} {count}")
