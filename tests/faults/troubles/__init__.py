"""Each thing that can die, made from outside, and mended again. One function is one fault."""

from __future__ import annotations

from django.db import connection

from tests.faults.troubles.base import Trouble
from tests.faults.troubles.databases import POSTGRESQL, SQLITE
from tests.faults.troubles.rabbitmq import RABBITMQ
from tests.faults.troubles.solr import AUDITED, SOLR
from tests.faults.troubles.workers import WORKERS

EVERYWHERE = SOLR | AUDITED | RABBITMQ | WORKERS
# What only the next audit can find: one a minute, and the repair.
FOUND_BY_THE_AUDIT = {*AUDITED, *POSTGRESQL, *SQLITE, "old documents arrive during the replay"}


def of_this_database() -> dict[str, Trouble]:
    return EVERYWHERE | (POSTGRESQL if connection.vendor == "postgresql" else SQLITE)


__all__ = [
    "EVERYWHERE",
    "FOUND_BY_THE_AUDIT",
    "POSTGRESQL",
    "SQLITE",
    "Trouble",
    "of_this_database",
]
