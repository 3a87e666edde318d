from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from accounts.models import Group, Membership, User

NAMES = ("editor", "editor2", "reviewer", "visitor", "admin")
# The two editors share no group, so that one can try what the other must not see.
GROUPS = {"Hydrology": ("editor", "reviewer"), "Planning": ("editor2",)}


class Command(BaseCommand):
    help = (
        "Makes the demo accounts, each with its name as password: for trying the catalogue out on "
        "one's own machine, never where others reach it. Accounts that exist stay as they are."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        made = [name for name in NAMES if self._make(name)]
        self._join_groups(made)
        self.stdout.write(
            _("Demo accounts made: %(names)s") % {"names": ", ".join(made)}
            if made
            else _("The demo accounts were there already.")
        )

    def _make(self, name: str) -> bool:
        if User.objects.filter(username=name).exists():
            return False
        email = f"{name}@example.org"
        if name == "admin":
            User.objects.create_superuser(name, email, password=name)
        else:
            User.objects.create_user(name, email, password=name)
        return True

    def _join_groups(self, made: list[str]) -> None:
        for title, members in GROUPS.items():
            for name in set(members) & set(made):
                group, _created = Group.objects.get_or_create(name=title)
                user = User.objects.get(username=name)
                Membership.objects.get_or_create(group=group, user=user)
