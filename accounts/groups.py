"""Who belongs to a group. Its managers decide, and the staff."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from accounts.models import Group, Membership, User


class GroupError(Exception):
    """Something that is refused here."""


class LastManager(GroupError):
    """A group whose last manager left could be changed by nobody but the staff."""


def may_manage(user: User, group: Group) -> bool:
    return user.is_staff or group.memberships.filter(user=user, is_manager=True).exists()


def groups_of(user: User) -> list[Membership]:
    return list(user.memberships.select_related("group").order_by("group__name"))


def person_named(text: str) -> User | None:
    """By user name, or by e-mail address where only one person has it."""
    people = User.objects.filter(is_active=True)
    found = people.filter(username=text).first()
    if found is None and "@" in text:
        several = list(people.filter(email__iexact=text)[:2])
        found = several[0] if len(several) == 1 else None
    return found


def add(group: Group, user: User) -> Membership:
    """Idempotent."""
    return Membership.objects.get_or_create(group=group, user=user)[0]


def remove(group: Group, user: User, by: User) -> None:
    """Raises LastManager, but not to the staff."""
    with transaction.atomic():
        _keep_a_manager(group, user, by)
        group.memberships.filter(user=user).delete()


def set_manager(group: Group, user: User, is_manager: bool, by: User) -> None:
    """Raises LastManager, but not to the staff."""
    with transaction.atomic():
        if not is_manager:
            _keep_a_manager(group, user, by)
        group.memberships.filter(user=user).update(is_manager=is_manager)


def _keep_a_manager(group: Group, leaving: User, by: User) -> None:
    managers = group.memberships.select_for_update().filter(~Q(user=leaving), is_manager=True)
    was = group.memberships.filter(user=leaving, is_manager=True).exists()
    if was and not by.is_staff and not list(managers):
        raise LastManager
