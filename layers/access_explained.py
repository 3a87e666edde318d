"""Who may see and edit a layer, and why, in words: what `layers.access` decides, told to people."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from layers.access import PUBLIC, REGISTERED, STAFF, group_label, labels_of_layer, user_label
from layers.models import Layer

MOST_NAMES = 50


@dataclass(frozen=True, slots=True)
class Party:
    """Some people, and the reason for which they may."""

    label: str  # the access label they hold
    who: str | Promise
    why: str | Promise
    names: list[str] = field(default_factory=list)
    count: int = 0

    @property
    def unnamed(self) -> int:
        return max(0, self.count - len(self.names))


def readers_of(layer: Layer) -> list[Party]:
    """One party for each label that the layer carries."""
    labels = labels_of_layer(layer.state, layer.visibility, layer.group_id, layer.owner_id)
    return [_reader(layer, label) for label in sorted(labels, key=_widest_first)]


def editors_of(layer: Layer) -> list[Party]:
    labels = [user_label(layer.owner_id)] if layer.owner_id is not None else []
    return [_editor(layer, label) for label in [*labels, STAFF]]


def _reader(layer: Layer, label: str) -> Party:
    if label == PUBLIC:
        return Party(label, _("Everyone"), _("It is published, and everyone may see it."))
    if label == REGISTERED:
        why = _("It is published, and everyone who is signed in may see it.")
        return Party(label, _("Everyone who is signed in"), why)
    if layer.group_id is not None and label == group_label(layer.group_id):
        why = _("It is published, and the members of its group may see it.")
        who = _("The members of “%(group)s”") % {"group": layer.group}
        return _named(label, who, why, User.objects.filter(catalogue_groups=layer.group_id))
    return _editor(layer, label)


def _editor(layer: Layer, label: str) -> Party:
    if label == STAFF:
        why = _("The staff look after all layers.")
        return _named(label, _("The staff"), why, User.objects.filter(is_staff=True))
    why = _("The layer belongs to this person.")
    return _named(label, _("Its owner"), why, User.objects.filter(layers=layer))


def _named(label: str, who: str, why: str, people: object) -> Party:
    active = people.filter(is_active=True).order_by("username")  # type: ignore[attr-defined]
    found = list(active[: MOST_NAMES + 1])
    names = [user.display_name for user in found[:MOST_NAMES]]
    count = len(found) if len(found) <= MOST_NAMES else active.count()
    return Party(label, who, why, names, count)


def _widest_first(label: str) -> int:
    order = [PUBLIC, REGISTERED, "group", "user", STAFF]
    return order.index(label.partition(":")[0])
