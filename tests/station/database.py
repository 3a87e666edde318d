"""A database beside that of the tests, of the same kind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

NAME = "station_site"


@contextmanager
def another_database(folder: Path) -> Iterator[str]:
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / 'station.sqlite3'}"
        return
    import psycopg2

    server = os.environ["DATABASE_URL"]
    control = psycopg2.connect(server.replace("postgres://", "postgresql://"))
    control.autocommit = True
    try:
        with control.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {NAME}")
            cursor.execute(f"CREATE DATABASE {NAME}")
            yield server.rpartition("/")[0] + f"/{NAME}"
            cursor.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
    finally:
        control.close()
