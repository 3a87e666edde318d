"""Workers, beat and web processes die, freeze, or are late."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

from layers.models import Layer
from solr_sync.models import LedgerEntry
from tests.faults.editors import Editors
from tests.faults.proxy import Holding
from tests.faults.stand import Stand
from tests.faults.troubles.base import Trouble, a_while
from tests.programs import PROJECT, test_database_url


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


def two_workers_race_over_one_object(stand: Stand, editors: Editors, rng: random.Random) -> None:
    """The old one is held between reading and posting, while its objects are changed again."""
    held = Holding(lambda e: e.is_post, times=1)
    with stand.solr.doing(held):
        held.holds.wait(15)
        for n in range(4):
            keys = Layer.objects.order_by("pk").values_list("pk", flat=True)[:5]
            Layer.objects.filter(pk__in=list(keys)).update(lineage=f"Race {n}")
            time.sleep(0.7)
        held.released.set()
        time.sleep(1)


def beat_is_killed(stand: Stand, editors: Editors, rng: random.Random) -> None:
    stand.kill(stand.beat)
    a_while(rng)
    stand.restart(stand.beat)


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
    stand.kills += 1


def a_worker_is_frozen(stand: Stand, editors: Editors, rng: random.Random) -> None:
    with stand.frozen(stand.live):
        a_while(rng)


WORKERS: dict[str, Trouble] = {
    "a worker is killed": a_worker_is_killed,
    "a worker's child is killed": a_workers_child_is_killed,
    "a worker is told to stop": a_worker_is_told_to_stop,
    "a worker is frozen": a_worker_is_frozen,
    "workers are killed before posts arrive": _worker_killed_while_posting(arrived=False),
    "workers are killed after posts arrived": _worker_killed_while_posting(arrived=True),
    "a worker sleeps past its lease": a_worker_sleeps_past_its_lease,
    "two workers race over one object": two_workers_race_over_one_object,
    "beat is killed": beat_is_killed,
    "a web process is killed": a_web_process_is_killed,
}
