"""Layers that have not been searchable for ten minutes: their owners are told, once a day."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.notice_kinds import NOT_SEARCHABLE
from accounts.notices import notify
from layers.models import Layer
from solr_sync import ledger
from solr_sync.models import LedgerEntry
from solr_sync.registry import registry

PATIENCE = timedelta(minutes=10)
# In an outage there may be any number; owners of the longest waiting ones hear of it.
LOOKED_AT = 5000


def tell_of_unsearchable_layers() -> int:
    """Returns how many owners there are to be told; a second look on the same day tells nobody."""
    late = {row.object_id: row for row in _late()}
    by_owner: dict[int, list[Layer]] = defaultdict(list)
    rows = Layer.objects.filter(pk__in=late, owner__is_active=True).order_by("updated_at")
    for layer in rows.only("pk", "slug", "title", "owner_id"):
        if layer.owner_id is not None:
            by_owner[layer.owner_id].append(layer)
    owners = {user.pk: user for user in User.objects.filter(pk__in=by_owner)}
    for pk, layers in by_owner.items():
        _tell(owners[pk], layers, late[str(layers[0].pk)].error)
    return len(by_owner)


def _late() -> list[LedgerEntry]:
    waiting = Q(due_at__isnull=False) | Q(parked_at__isnull=False)
    rows = ledger.entries(registry["layer"]).filter(waiting, changed_at__lt=Now() - PATIENCE)
    return list(rows.order_by("changed_at")[:LOOKED_AT])


def _tell(owner: User, layers: list[Layer], reason: str) -> None:
    notify(
        owner,
        NOT_SEARCHABLE,
        key=f"{timezone.localdate():%Y-%m-%d}",
        url=layers[0].get_absolute_url(),
        title=layers[0].title,
        others=len(layers) - 1,
        why=reason,
    )
