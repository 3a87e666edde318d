from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import ApiToken, User


class Command(BaseCommand):
    help = "Prints a new API token of a user. It is stored nowhere and can't be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", metavar="USER", help="the user's name")
        parser.add_argument("--name", default="", help="what the token is for")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["user"]
        try:
            user = User.objects.get(username=name, is_active=True)
        except User.DoesNotExist as error:
            raise CommandError(
                _("There is no active user named %(name)s.") % {"name": name}
            ) from error
        _token, text = ApiToken.objects.issue(user, options["name"])
        self.stdout.write(text)
