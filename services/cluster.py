"""Several Solr nodes and a ZooKeeper on one machine, for tests of what a cluster does."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services import ports
from services.ports import LOOPBACK
from services.process import Command
from services.service import inherited_environment
from services.solr import SCRIPT, Solr

NODES = 3
HEAP = "512m"


class ZooKeeper(Solr):
    """From the jars that Solr brings with it."""

    name = "zookeeper"

    @property
    def ports(self) -> dict[str, int]:
        return {"ZooKeeper": self.port}

    def commands(self) -> Sequence[Command]:
        environment = inherited_environment("SOLR_") | {"SOLR_DATA": str(self.directory / "data")}
        arguments = ["bash", str(SCRIPT), "zookeeper", str(self.port)]
        return [Command(self.name, arguments, environment, self.directory)]

    def is_ready(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex((LOOPBACK, self.port)) == 0


class SolrNode(Solr):
    def __init__(self, directory: Path, port: int, zookeeper: int) -> None:
        super().__init__(directory, port, heap=HEAP)
        self.zookeeper = zookeeper

    @property
    def ports(self) -> dict[str, int]:
        return {"Solr": self.port}

    def commands(self) -> Sequence[Command]:
        (command,) = super().commands()
        address = f"{LOOPBACK}:{self.zookeeper}"
        arguments = ["bash", str(SCRIPT), "node", str(self.port), address]
        return [Command(self.name, arguments, command.environment, self.directory)]


@dataclass(frozen=True)
class Cluster:
    zookeeper: ZooKeeper
    nodes: tuple[SolrNode, ...]

    def start(self) -> None:
        self.zookeeper.start()
        self.zookeeper.wait_ready()
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait_ready(180)

    def stop(self) -> None:
        for service in (*self.nodes, self.zookeeper):
            service.stop()


def in_folder(folder: Path) -> Cluster:
    """On free ports: each call makes another cluster."""
    taken = [ports.find_free()]
    while len(taken) <= NODES:
        taken.append(ports.find_free(avoid=set(taken)))
    zookeeper = ZooKeeper(folder / "zookeeper", taken[0])
    nodes = (SolrNode(folder / f"node{n}", port, taken[0]) for n, port in enumerate(taken[1:], 1))
    return Cluster(zookeeper, tuple(nodes))
