"""Web and workers must see the same folder of files: it carries a mark that the database knows."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any
from uuid import UUID

from celery.signals import worker_ready
from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import DatabaseError
from django.utils.translation import gettext as _

from uploads.models import MediaFolder

logger = logging.getLogger(__name__)

MARK = ".catalogue"


def connect() -> None:
    worker_ready.connect(complain, dispatch_uid="uploads.media")


def difference() -> str:
    """Why this process has another folder than the others, or nothing.

    The first process that asks marks the folder.
    """
    known, made = MediaFolder.objects.get_or_create(pk=1)
    file = Path(settings.MEDIA_ROOT) / MARK
    if made:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{known.mark}\n", encoding="ascii")
    if _mark(file) == known.mark:
        return ""
    return _(
        "MEDIA_ROOT is %(folder)s here, which is not the folder that the other processes use: "
        "uploads would not be found. Share one folder; if this is the right one, write %(mark)s "
        "into its file %(file)s."
    ) % {"folder": settings.MEDIA_ROOT, "mark": known.mark, "file": MARK}


def _mark(file: Path) -> UUID | None:
    try:
        return UUID(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None


def complain(**_: Any) -> None:
    """At the start of web and workers; a database that is away says so itself."""
    try:
        if text := difference():
            logger.error("%s", text)
    except (DatabaseError, OSError) as error:
        logger.warning("the folder of files could not be compared: %s", error)


@register(Tags.database)
def folder_is_shared(*, databases: Any = None, **_kwargs: Any) -> list[Error]:
    """By `manage.py check --database default`."""
    if not databases or "default" not in databases:
        return []
    try:
        text = difference()
    except DatabaseError:
        return []  # not migrated yet
    return [Error(text, id="uploads.E001")] if text else []
