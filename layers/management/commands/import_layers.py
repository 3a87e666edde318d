from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils.translation import gettext as _

from accounts.models import User
from layers.importing.importer import Importer
from layers.progress import Progress


class Command(BaseCommand):
    help = (
        "Imports layers from OpenGeoMetadata records (Aardvark and GeoBlacklight 1.0) in files "
        "of JSON or JSON lines, gzipped or not. A record that is restricted becomes visible to its "
        "owner and staff alone, a suppressed one becomes a draft, all others are public and "
        "published."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--owner", metavar="NAME", help="user whom new layers belong to")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be done, do nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        progress = Progress(self.stderr, _("records"))  # type: ignore[arg-type]
        importer = Importer(_user(options["owner"]), dry_run=options["dry_run"], progress=progress)
        try:
            report = importer.run(options["files"])
        except OperationalError as error:
            raise CommandError(
                _(
                    "The database can't be written to now (%(error)s). What was written stays; run "
                    "the command again to go on."
                )
                % {"error": " ".join(str(error).split())}
            ) from error
        progress.finish()
        for line in report.lines(dry_run=options["dry_run"]):
            self.stdout.write(line)
        if report.failed:
            raise CommandError(
                _("Not everything could be read: see above.")
                if report.read
                else _("No layer could be read: see above.")
            )


def _user(name: str | None) -> User | None:
    if not name:
        return None
    try:
        return get_user_model().objects.get(username=name)
    except get_user_model().DoesNotExist as error:
        raise CommandError(_("There is no user named %(name)s.") % {"name": name}) from error
