from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from solr_sync import garbage, rebuild
from solr_sync.exceptions import SyncError
from solr_sync.rebuild import Progress
from solr_sync.registry import registry


class Command(BaseCommand):
    help = "Fills a new collection, verifies it, and moves the alias; takes up a rebuild that died."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("alias", nargs="?", help="which one, if there are several")
        parser.add_argument("--yes", action="store_true", help="don't ask")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--back", action="store_true", help="move the alias back")
        what.add_argument("--drop-old", action="store_true", help="delete the old collection")
        what.add_argument("--abandon", action="store_true", help="end a rebuild under way")

    def handle(self, *args: Any, alias: str | None, yes: bool, **options: Any) -> None:
        name = alias or self._only_alias()
        try:
            self._do(name, yes, options)
        except SyncError as error:
            raise CommandError(str(error)) from error

    def _do(self, alias: str, yes: bool, options: dict[str, Any]) -> None:
        if options["back"]:
            self.stdout.write(f"{alias} leads to {rebuild.go_back(alias)} again")
        elif options["drop_old"]:
            self._confirm(yes, f"Delete the old collection of {alias}?")
            self.stdout.write(f"deleted {rebuild.drop_old(alias)}")
        elif options["abandon"]:
            self._confirm(yes, f"Abandon the rebuild of {alias}?")
            self.stdout.write(f"abandoned {rebuild.abandon(alias)}")
        else:
            self._confirm(yes, f"Rebuild {alias}? Searches go on meanwhile.")
            garbage.leave_what_is_there()
            job = rebuild.rebuild(alias, report=self._report)
            self.stdout.write(f"\n{alias} leads to {job.target}; the old collection is kept")

    def _only_alias(self) -> str:
        names = sorted({document.collection for document in registry})
        if len(names) != 1:
            raise CommandError(f"name one of {', '.join(names)}")
        return names[0]

    def _confirm(self, yes: bool, question: str) -> None:
        if yes:
            return
        if not sys.stdin.isatty():
            raise CommandError(f"{question} Say --yes.")
        if input(f"{question} [y/N] ").strip().lower() not in {"y", "yes"}:
            raise CommandError("nothing was done")

    def _report(self, progress: Progress) -> None:
        left = progress.seconds_left
        text = f"{progress.phase} {progress.done} of {progress.total}"
        if left is not None:
            text += f", {progress.rate:.0f} a second, {left:.0f} s left"
        self.stdout.write(f"\r{text:<70}", ending="" if self.stdout.isatty() else "\n")
        self.stdout.flush()
