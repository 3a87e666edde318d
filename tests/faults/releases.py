"""The catalogue as another release of it: `celery -A tests.faults.releases worker …`.

Its layers have a document of a newer definition.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps

from config.celery import app
from solr_sync.registry import registry

NEWER = 1000
EDITION = "Newer: "


def become_newer() -> None:
    """Titles begin with another word in this release."""
    document = type(registry["layer"])
    prepare = document.prepare

    def newer(self: Any, layer: Any) -> dict[str, Any]:
        fields: dict[str, Any] = prepare(self, layer)
        return fields | {"title": EDITION + fields["title"]}

    document.definition = NEWER
    document.prepare = newer  # type: ignore[method-assign, assignment]


if not apps.ready:
    import django

    django.setup()
become_newer()

__all__ = ["app"]
