"""What the catalogue does when the layers' room speaks."""

from __future__ import annotations

from typing import Any

from layers.signals import layers_changed
from solr_sync.processors import wake_many
from solr_sync.registry import registry


def connect() -> None:
    layers_changed.connect(many_changed, dispatch_uid="catalogue.many_changed")


def many_changed(**_: Any) -> None:
    """A bulk change sends no signal for each layer; one message wakes a worker for all."""
    wake_many(registry["layer"])
