"""Each thing that can die, made from outside, and mended again. One function is one fault."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from django.db import OperationalError, connection

from services.postgresql import programs
from services.service import inherited_environment
from solr_sync.models import LedgerEntry
from tests.conftest import PROJECT, test_database_url
from tests.faults.changes import Editors
from tests.faults.proxy import BlackHole, Exchange, Fault, Holding, answering, cutting_posts
from tests.faults.stand import Stand, cut_database_connections, until

HTML = b"<html><title>Bad Gateway</title></html>"
HEADER = b'{"responseHeader": {"status": 500, "QTime": 1}}'

Trouble = Callable[[Stand, Editors, random.Random], None]


def _a_while(rng: random.Random) -> None:
    time.sleep(rng.uniform(1.5, 4))


# Solr


def solr_is_killed(stand: Stand, editors: Editors, rng: random.Random) -> None:
    """It replays its log afterwards: commits are ignored, and older documents win."""
    with stand.away(stand.services.solr):
        _a_while(rng)


def solr_is_stopped(stand: Stand, editors: Editors, rng: random.Random) -> None:
    with stand.away(stand.services.solr, kill=False):
        _a_while(rng)


def solr_refuses(stand: Stand, editors: Editors, rng: random.Random) -> None:
    with stand.solr.refusing():
        _a_while(rng)


def _doing(fault: Callable[[], Fault]) -> Trouble:
    def trouble(stand: Stand, editors: Editors, rng: random.Random) -> None:
        one = fault()
        with stand.solr.doing(one):
            _a_while(rng)
        released = getattr(one, "released", None)
        if released is not None:
            released.set()

    return trouble


def _without_commits(exchange: Exchange, forward: Callable[[], None]) -> None:
    exchange.path = exchange.path.replace("commit=true&softCommit=true", "")
    forward()


def solr_loses_its_index(stand: Stand, editors: Editors, rng: random.Random) -> None:
    solr = stand.services.solr
    solr.kill()
    for folder in _cores(stand):
        shutil.rmtree(folder / "data")
    solr.start()
    solr.wait_ready(120)


def solr_gets_an_older_index(stand: Stand, editors: Editors, rng: random.Random) -> None:
    solr = stand.services.solr
    solr.stop()
    kept = stand.folder / f"older-{time.monotonic_ns()}"
    (core,) = _cores(stand)
    shutil.copytree(core / "data", kept)
    solr.start()
    solr.wait_ready(120)
    time.sleep(rng.uniform(4, 8))  # meanwhile the editors go on
    solr.kill()
    shutil.rmtree(core / "data")
    shutil.move(kept, core / "data")
    solr.start()
    solr.wait_ready(120)


def solr_loses_everything(stand: Stand, editors: Editors, rng: random.Random) -> None:
    """The disk with collections, aliases and configsets."""
    solr = stand.services.solr
    solr.kill()
    shutil.rmtree(solr.directory / "data")
    solr.start()
    solr.wait_ready(120)


def _cores(stand: Stand) -> list[Path]:
    return [p.parent for p in (stand.services.solr.directory / "data").rglob("core.properties")]


# RabbitMQ


def rabbitmq_is_killed(stand: Stand, editors: Editors, rng: random.Random) -> None:
    with stand.away(stand.services.rabbitmq):
        _a_while(rng)


def rabbitmq_refuses(stand: Stand, editors: Editors, rng: random.Random) -> None:
    stand.broker.refuse()
    _a_while(rng)
    stand.broker.open()


def rabbitmq_is_a_black_hole(stand: Stand, editors: Editors, rng: random.Random) -> None:
    stand.broker.freeze()
    _a_while(rng)
    stand.broker.open()


def rabbitmq_has_a_memory_alarm(stand: Stand, editors: Editors, rng: random.Random) -> None:
    with stand.memory_alarm():
        _a_while(rng)


def queues_are_purged(stand: Stand, editors: Editors, rng: random.Random) -> None:
    for _ in range(5):
        stand.purge()
        time.sleep(0.3)


def queues_are_deleted(stand: Stand, editors: Editors, rng: random.Random) -> None:
    stand.delete_queues()
    _a_while(rng)


# Workers


def a_worker_is_killed(stand: Stand, editors: Editors, rng: random.Random) -> None:
    victim = rng.choice([stand.live, stand.bulk])
    stand.kill(victim)
    time.sleep(1)
    stand.restart(victim)


def a_workers_child_is_killed(stand: Stand, editors: Editors, rng: random.Random) -> None:
    stand.kill(rng.choice([stand.live, stand.bulk]), children_only=True)
    time.sleep(1)


def a_worker_is_told_to_stop(stand: Stand, editors: Editors, rng: random.Random) -> None:
    victim = rng.choice([stand.live, stand.bulk])
    victim.stop()
    stand.restart(victim)


def _worker_killed_while_posting(*, arrived: bool) -> Trouble:
    def trouble(stand: Stand, editors: Editors, rng: random.Random) -> None:
        holding = Holding(lambda e: e.is_post, arrived=arrived, times=2, seconds=20)
        with stand.solr.doing(holding):
            if holding.holds.wait(15):
                stand.kill(stand.live)
                stand.kill(stand.bulk)
            holding.times = 0
        if not arrived:
            stand.solr.refuse()  # what is held never arrives
            stand.solr.accept()
        holding.released.set()
        stand.restart(stand.live)
        stand.restart(stand.bulk)

    return trouble


def a_worker_sleeps_past_its_lease(stand: Stand, editors: Editors, rng: random.Random) -> None:
    """It wakes to post an old document, long after another worker posted newer ones."""
    holding = Holding(lambda e: e.is_post, times=1, seconds=100)
    with stand.solr.doing(holding):
        held = holding.holds.wait(15)
        time.sleep(rng.uniform(1, 3))
        if held:  # as if a minute and a half went by: other leases are respected
            old = LedgerEntry.objects.filter(due_at__isnull=False).exclude(lease="")
            old.update(due_at=datetime(2020, 1, 1, tzinfo=UTC))
        time.sleep(2)
        holding.released.set()
        time.sleep(1)


def beat_is_killed(stand: Stand, editors: Editors, rng: random.Random) -> None:
    stand.kill(stand.beat)
    _a_while(rng)
    stand.restart(stand.beat)


# The web process

KILLED_AFTER_COMMIT = """
import os, signal, django
django.setup()
from layers.models import Layer
from solr_sync.publisher import publisher
for n in range(5):
    Layer.objects.create(title=f"Saved by {os.getpid()} {n}")
layer = Layer.objects.order_by("pk")[0]
layer.title = f"Last words of {os.getpid()}"
layer.save()
os.kill(os.getpid(), signal.SIGKILL)
"""


def a_web_process_is_killed(stand: Stand, editors: Editors, rng: random.Random) -> None:
    """After its commit, before the thread that tells RabbitMQ had its turn."""
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AFTER_COMMIT],
        cwd=PROJECT,
        env=os.environ | stand.environment | {"DATABASE_URL": test_database_url()},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()


# PostgreSQL


def postgresql_is_restarted(stand: Stand, editors: Editors, rng: random.Random) -> None:
    with editors.expecting_a_dead_database():
        with stand.away(stand.services.postgresql, kill=False):
            time.sleep(0.5)
        until(_database_answers, 20, "the database")


def postgresql_is_killed(stand: Stand, editors: Editors, rng: random.Random) -> None:
    """Without synchronous commits it loses the last moments: Solr may be ahead of it."""
    with editors.expecting_a_dead_database():
        with stand.away(stand.services.postgresql):
            time.sleep(0.5)
        until(_database_answers, 20, "the database")


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
        until(_database_answers, 20, "the database")
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


def a_worker_is_frozen(stand: Stand, editors: Editors, rng: random.Random) -> None:
    with stand.frozen(stand.live):
        _a_while(rng)


SOLR: dict[str, Trouble] = {
    "solr is killed": solr_is_killed,
    "solr is stopped": solr_is_stopped,
    "solr refuses": solr_refuses,
    "solr is a black hole": _doing(lambda: BlackHole(10)),
    "solr answers 500": _doing(lambda: answering(500, HTML, "text/html")),
    "solr answers 503": _doing(lambda: answering(503, b"")),
    "solr answers 404": _doing(lambda: answering(404, HTML, "text/html", only_posts=True)),
    "solr answers 200 with HTML": _doing(lambda: answering(200, HTML, "text/html")),
    "solr answers 200 with a status": _doing(lambda: answering(200, HEADER, only_posts=True)),
    "solr is cut before posts arrive": _doing(lambda: cutting_posts(arrived=False)),
    "solr is cut after posts arrived": _doing(lambda: cutting_posts(arrived=True)),
    "solr answers too late": _doing(
        lambda: Holding(lambda e: e.is_post, arrived=True, times=3, seconds=35)
    ),
    "commits are answered and ignored": _doing(lambda: _without_commits),
}
AUDITED: dict[str, Trouble] = {
    "solr loses its index": solr_loses_its_index,
    "solr gets an older index": solr_gets_an_older_index,
    "solr loses everything": solr_loses_everything,
}
RABBITMQ: dict[str, Trouble] = {
    "rabbitmq is killed": rabbitmq_is_killed,
    "rabbitmq refuses": rabbitmq_refuses,
    "rabbitmq is a black hole": rabbitmq_is_a_black_hole,
    "rabbitmq has a memory alarm": rabbitmq_has_a_memory_alarm,
    "queues are purged": queues_are_purged,
    "queues are deleted": queues_are_deleted,
}
WORKERS: dict[str, Trouble] = {
    "a worker is killed": a_worker_is_killed,
    "a worker's child is killed": a_workers_child_is_killed,
    "a worker is told to stop": a_worker_is_told_to_stop,
    "a worker is frozen": a_worker_is_frozen,
    "workers are killed before posts arrive": _worker_killed_while_posting(arrived=False),
    "workers are killed after posts arrived": _worker_killed_while_posting(arrived=True),
    "a worker sleeps past its lease": a_worker_sleeps_past_its_lease,
    "beat is killed": beat_is_killed,
    "a web process is killed": a_web_process_is_killed,
}
POSTGRESQL: dict[str, Trouble] = {
    "postgresql is restarted": postgresql_is_restarted,
    "postgresql is killed": postgresql_is_killed,
    "connections are cut": database_connections_are_cut,
    "an older dump is restored": database_is_restored_from_a_dump,
}
EVERYWHERE = SOLR | AUDITED | RABBITMQ | WORKERS
