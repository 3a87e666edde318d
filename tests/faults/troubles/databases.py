"""The database dies, cuts connections, refuses transactions, or is an older one."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from uuid import UUID

from django.db import OperationalError, connection, transaction

from layers.models import Layer
from services.postgresql import programs
from services.service import inherited_environment
from tests.faults.editors import Editors
from tests.faults.stand import Stand, cut_database_connections
from tests.faults.troubles.base import Trouble
from tests.programs import eventually, test_database_url
from tests.threads import at_once


def postgresql_is_restarted(stand: Stand, editors: Editors, rng: random.Random) -> None:
    with editors.expecting_a_dead_database():
        with stand.away(stand.services.postgresql, kill=False):
            time.sleep(0.5)
        eventually(_database_answers, within=20, what="the database")


def postgresql_is_killed(stand: Stand, editors: Editors, rng: random.Random) -> None:
    """Without synchronous commits it loses the last moments: Solr may be ahead of it."""
    with editors.expecting_a_dead_database():
        with stand.away(stand.services.postgresql):
            time.sleep(0.5)
        eventually(_database_answers, within=20, what="the database")


def database_connections_are_cut(stand: Stand, editors: Editors, rng: random.Random) -> None:
    with editors.expecting_a_dead_database():
        for _ in range(3):
            cut_database_connections()
            time.sleep(0.5)


def database_is_restored_from_a_dump(stand: Stand, editors: Editors, rng: random.Random) -> None:
    """An older state of everything, ledger included; Solr is ahead of it."""
    dump = stand.folder / f"dump-{time.monotonic_ns()}"
    _postgresql("pg_dump", "--format=custom", f"--file={dump}")
    time.sleep(rng.uniform(3, 6))
    with editors.expecting_a_dead_database():
        cut_database_connections()
        _postgresql("pg_restore", "--clean", "--if-exists", "--single-transaction", str(dump))
        eventually(_database_answers, within=20, what="the database")
    connection.close()


def _postgresql(program: str, *arguments: str) -> None:
    target = ["-d", test_database_url().replace("postgres://", "postgresql://")]
    command = [str(programs() / program), *target, *arguments]
    for attempt in range(5):  # editors at work may hold it off
        done = subprocess.run(
            command, env=inherited_environment("PG"), capture_output=True, check=False, timeout=60
        )
        if done.returncode == 0:
            return
        time.sleep(0.5 * attempt)
        if program == "pg_restore":
            cut_database_connections()
    raise AssertionError(done.stderr.decode()[-1000:])


def _database_answers() -> bool:
    try:
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return False
    return True


def transactions_deadlock(stand: Stand, editors: Editors, rng: random.Random) -> None:
    for n in range(3):
        keys = list(Layer.objects.order_by("pk").values_list("pk", flat=True)[:2])
        deadlock(keys[0], keys[1], f"Deadlock {n}")


def deadlock(first: UUID, second: UUID, title: str) -> list[Exception]:
    """Two transactions change two layers in opposite order; returns the errors of the victims."""
    victims: list[Exception] = []
    meeting = threading.Barrier(2)

    def change(keys: tuple[UUID, UUID], words: str) -> None:
        try:
            with transaction.atomic():
                Layer.objects.filter(pk=keys[0]).update(title=words)
                meeting.wait(10)
                Layer.objects.filter(pk=keys[1]).update(title=words)
        except (OperationalError, threading.BrokenBarrierError) as error:
            meeting.abort()
            victims.append(error)

    at_once(
        lambda: change((first, second), f"{title} one"),
        lambda: change((second, first), f"{title} two"),
    )
    return victims


def transactions_fail_to_serialise(stand: Stand, editors: Editors, rng: random.Random) -> None:
    for _ in range(5):
        key = Layer.objects.order_by("pk").values_list("pk", flat=True)[0]
        serialisation_failure(key)


def serialisation_failure(key: UUID) -> OperationalError | None:
    """A transaction has read what another one changes before it does; returns its error."""

    def theirs() -> None:
        with suppress(OperationalError):
            Layer.objects.filter(pk=key).update(title="Theirs")
        connection.close()

    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            list(Layer.objects.filter(pk=key))
            other = threading.Thread(target=theirs)
            other.start()
            other.join(10)
            Layer.objects.filter(pk=key).update(title="Mine")
    except OperationalError as error:
        return error
    return None


def an_older_copy_is_restored(stand: Stand, editors: Editors, rng: random.Random) -> None:
    """SQLite's own way, while everybody has the file open."""
    copy = stand.folder / f"copy-{time.monotonic_ns()}.sqlite3"
    live = Path(str(connection.settings_dict["NAME"]))
    _copy(live, copy)
    time.sleep(rng.uniform(3, 6))
    with editors.expecting_a_dead_database():
        _copy(copy, live)
        time.sleep(1)  # a change that was half done finds its first half gone


def _copy(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(source, timeout=20)) as one,
        closing(sqlite3.connect(target, timeout=20)) as other,
    ):
        one.backup(other)


POSTGRESQL: dict[str, Trouble] = {
    "postgresql is restarted": postgresql_is_restarted,
    "postgresql is killed": postgresql_is_killed,
    "connections are cut": database_connections_are_cut,
    "an older dump is restored": database_is_restored_from_a_dump,
    "transactions deadlock": transactions_deadlock,
    "transactions fail to serialise": transactions_fail_to_serialise,
}
SQLITE: dict[str, Trouble] = {"an older copy is restored": an_older_copy_is_restored}
