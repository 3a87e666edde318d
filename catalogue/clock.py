"""One clock for web and worker, whose own may differ: the database's."""

from __future__ import annotations

from django.db import connection

CLOCKS = {
    "postgresql": "SELECT extract(epoch FROM clock_timestamp())",
    "sqlite": "SELECT (julianday('now') - 2440587.5) * 86400.0",
}


def database_seconds() -> float:
    """Since 1970."""
    with connection.cursor() as cursor:
        cursor.execute(CLOCKS[connection.vendor])
        return float(cursor.fetchone()[0])
