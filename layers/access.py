"""Who may see and change what. Everything that shows layers asks here.

Each layer carries access labels, each user holds some; a user may read a layer if they share one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

if TYPE_CHECKING:
    from accounts.models import User
    from layers.models import Layer

PUBLIC = "public"
REGISTERED = "registered"
STAFF = "staff"


def group_label(group_id: int) -> str:
    return f"group:{group_id}"


def user_label(user_id: int) -> str:
    return f"user:{user_id}"


def labels_of_user(user: User | AnonymousUser) -> list[str]:
    """The labels a user holds, computed at each request so that changes take effect at once."""
    if not user.is_authenticated:
        return [PUBLIC]
    groups = user.memberships.order_by("group_id").values_list("group_id", flat=True)
    labels = [PUBLIC, REGISTERED, user_label(user.pk), *map(group_label, groups)]
    return [*labels, STAFF] if user.is_staff else labels


def labels_of_layer(
    state: str, visibility: str, group_id: int | None, owner_id: int | None
) -> list[str]:
    """The labels that may read a layer: staff and owner always, others once it is published."""
    labels = [STAFF]
    if owner_id is not None:
        labels.append(user_label(owner_id))
    if state == "published":
        if visibility in {PUBLIC, REGISTERED}:
            labels.append(visibility)
        elif visibility == "group" and group_id is not None:
            labels.append(group_label(group_id))
    return labels


def readable_by(user: User | AnonymousUser) -> Q:
    """The same rule as a condition on the table of layers."""
    published = Q(state="published")
    if not user.is_authenticated:
        return published & Q(visibility=PUBLIC)
    if user.is_staff:
        return Q()
    return (
        published & Q(visibility__in=[PUBLIC, REGISTERED])
        | published & Q(visibility="group", group__in=user.memberships.values("group"))
        | Q(owner=user.pk)
    )


def may_edit(user: User | AnonymousUser, layer: Layer) -> bool:
    return bool(user.is_authenticated and (user.is_staff or layer.owner_id == user.pk))
