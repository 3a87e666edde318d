"""The one way to change a layer, for the editor, the API and whatever comes later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from layers.changes import Changes
from layers.models import Layer
from layers.models.layer import free_slug

if TYPE_CHECKING:
    from accounts.models import User


class LayerError(Exception):
    """Something that this room refuses to do."""


class AddressTaken(LayerError):
    """Another layer took the address (slug) since it was checked."""


class EditConflict(LayerError):
    """Somebody else saved the layer since the version that this edit began with."""

    def __init__(self, current: Layer) -> None:
        super().__init__(f"{current.pk} is at version {current.version}")
        self.current = current


@contextmanager
def editing(layer: Layer, by: User, expected_version: int | None = None) -> Iterator[Layer]:
    """One edit in one transaction: the block writes parts and relations, its end saves the layer.

    `layer` may carry changed columns already. Its row is locked, where the database can do so, and
    must still be at `expected_version` (by default the one that `layer` was read with). The version
    grows by one, whatever the block does; nothing is kept when it raises.
    Raises EditConflict, AddressTaken, and Layer.DoesNotExist when the layer was deleted meanwhile.
    """
    with noticing_taken_address(layer), transaction.atomic():
        _lock(layer, layer.version if expected_version is None else expected_version)
        yield layer
        layer.updated_by = by
        layer.save()


def edit(layer: Layer, changes: Changes, by: User, expected_version: int | None = None) -> Layer:
    """Raises what `editing` raises."""
    with editing(layer, by, expected_version):
        changes.write_columns(layer)
        changes.write_relations(layer)
    return layer


def create(layer: Layer, changes: Changes, by: User) -> Layer:
    """Saves a new layer with all its parts as version 1; it belongs to its creator.

    Raises AddressTaken where the address was chosen; one of the title is made unlike all others.
    """
    layer.created_by = layer.updated_by = by
    if layer.owner_id is None:
        layer.owner = by
    with noticing_taken_address(layer), transaction.atomic():
        changes.write_columns(layer)
        insert(layer)
        changes.write_relations(layer)
    return layer


def delete(layer: Layer, expected_version: int | None = None) -> None:
    """Raises what `editing` raises."""
    with transaction.atomic():
        _lock(layer, layer.version if expected_version is None else expected_version)
        layer.delete()


def _lock(layer: Layer, expected_version: int) -> None:
    current = Layer.objects.select_for_update(of=("self",)).get(pk=layer.pk)
    if current.version != expected_version or layer.version != expected_version:
        raise EditConflict(current)


def insert(layer: Layer) -> None:
    """Two layers of one title may be created in the same moment: the second gets a longer slug."""
    if layer.slug:
        layer.save(force_insert=True)
        return
    try:
        with transaction.atomic():
            layer.save(force_insert=True)
    except IntegrityError:
        if not _is_taken(layer):
            raise
        layer.slug = free_slug(layer.title, layer.pk)
        layer.save(force_insert=True)


@contextmanager
def noticing_taken_address(layer: Layer) -> Iterator[None]:
    """Around a transaction that saves the layer; raises AddressTaken where it fails by that."""
    try:
        yield
    except IntegrityError as error:
        if _is_taken(layer):
            raise AddressTaken(layer.slug) from error
        raise


def _is_taken(layer: Layer) -> bool:
    return Layer.objects.filter(slug=layer.slug).exclude(pk=layer.pk).exists()
