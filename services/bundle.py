"""The three services that tests and benchmarks share, in one folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services import ports, rabbitmq, solr
from services.postgresql import PostgreSQL
from services.rabbitmq import RabbitMQ
from services.service import Service, ServiceError
from services.solr import Solr

VARIABLE = "CATALOGUE_SERVICES"
PORTS_FILE = "ports.json"
HEAP = "512m"


@dataclass(frozen=True)
class Services:
    postgresql: PostgreSQL
    rabbitmq: RabbitMQ
    solr: Solr

    def __iter__(self) -> Iterator[Service]:
        return iter((self.postgresql, self.rabbitmq, self.solr))

    def stop(self) -> None:
        for service in self:
            service.stop()


def in_folder(folder: Path, *, heap: str = HEAP) -> Services:
    """The services of a folder, on the ports that were chosen when it was first asked for."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers = _stored_ports(folder) or _choose_ports(folder)
    return Services(
        PostgreSQL(folder / "postgresql", numbers["postgresql"], durable=False),
        RabbitMQ(folder / "rabbitmq", numbers["rabbitmq"]),
        Solr(folder / "solr", numbers["solr"], heap=heap),
    )


def found_in(folder: Path) -> list[Services]:
    """Those of the folder and of the folders in it."""
    return [in_folder(each) for each in (folder, *folder.iterdir()) if (each / PORTS_FILE).exists()]


def from_environment() -> Services:
    """The services in the folder that CATALOGUE_SERVICES names, as `make test` sets it."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        raise ServiceError(f"{VARIABLE} names no folder: run the tests by `make test`")
    return in_folder(Path(folder))


def _stored_ports(folder: Path) -> dict[str, int]:
    file = folder / PORTS_FILE
    return dict(json.loads(file.read_text(encoding="ascii"))) if file.exists() else {}


def _choose_ports(folder: Path) -> dict[str, int]:
    postgresql = ports.find_free()
    broker = ports.find_free(rabbitmq.OFFSETS, avoid={postgresql})
    search = ports.find_free([solr.ZOOKEEPER], avoid={postgresql, broker})
    chosen = {"postgresql": postgresql, "rabbitmq": broker, "solr": search}
    (folder / PORTS_FILE).write_text(json.dumps(chosen), encoding="ascii")
    return chosen
