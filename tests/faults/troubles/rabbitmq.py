"""RabbitMQ dies, does not answer, or forgets what it was told."""

from __future__ import annotations

import random
import time

from tests.faults.editors import Editors
from tests.faults.stand import Stand
from tests.faults.troubles.base import Trouble, a_while


def rabbitmq_is_killed(stand: Stand, editors: Editors, rng: random.Random) -> None:
    with stand.away(stand.services.rabbitmq):
        a_while(rng)


def rabbitmq_refuses(stand: Stand, editors: Editors, rng: random.Random) -> None:
    stand.broker.refuse()
    a_while(rng)
    stand.broker.open()


def rabbitmq_is_a_black_hole(stand: Stand, editors: Editors, rng: random.Random) -> None:
    stand.broker.freeze()
    a_while(rng)
    stand.broker.open()


def rabbitmq_has_a_memory_alarm(stand: Stand, editors: Editors, rng: random.Random) -> None:
    with stand.memory_alarm():
        a_while(rng)


def queues_are_purged(stand: Stand, editors: Editors, rng: random.Random) -> None:
    for _ in range(5):
        stand.purge()
        time.sleep(0.3)


def queues_are_deleted(stand: Stand, editors: Editors, rng: random.Random) -> None:
    stand.delete_queues()
    a_while(rng)


RABBITMQ: dict[str, Trouble] = {
    "rabbitmq is killed": rabbitmq_is_killed,
    "rabbitmq refuses": rabbitmq_refuses,
    "rabbitmq is a black hole": rabbitmq_is_a_black_hole,
    "rabbitmq has a memory alarm": rabbitmq_has_a_memory_alarm,
    "queues are purged": queues_are_purged,
    "queues are deleted": queues_are_deleted,
}
