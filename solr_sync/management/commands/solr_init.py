from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from solr_sync import solr_collections, targets
from solr_sync.exceptions import SyncError
from solr_sync.registry import registry


class Command(BaseCommand):
    help = "Uploads configsets, and creates collections and aliases where missing. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        for alias in sorted({document.collection for document in registry}):
            try:
                done = targets.restore(alias)
                standing = solr_collections.standing(alias)
            except SyncError as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"{alias}: {', '.join(done) or 'nothing to do'}")
            if not standing.current:
                self.stdout.write(
                    f"{alias}: {standing.collection} still has the configset {standing.configset}; "
                    f"a rebuild gives it {standing.wanted}"
                )
