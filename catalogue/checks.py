"""What would fail only later, and silently, is refused at the start."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.utils.translation import gettext as _

OF_ONE_PROCESS = ("locmem.LocMemCache", "dummy.DummyCache")


@register(Tags.caches)
def cache_is_shared(**_kwargs: Any) -> list[Error]:
    """Locks and flags of web and workers depend on a cache that all of them see."""
    backend = settings.CACHES["default"]["BACKEND"]
    if not backend.endswith(OF_ONE_PROCESS):
        return []
    return [
        Error(
            _("The cache %(backend)s is not shared between processes.") % {"backend": backend},
            hint=_("Use the database cache, Memcached or Redis."),
            id="catalogue.E001",
        )
    ]
