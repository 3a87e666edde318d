"""Solr from its official jars: one SolrCloud node with its own ZooKeeper."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from services import probes
from services.ports import LOOPBACK
from services.process import Command
from services.service import NotInstalledError, Service, inherited_environment

SCRIPT = Path(__file__).resolve().parent.parent / "solr" / "run.sh"
JARS = SCRIPT.parent / "target" / "lib"
ZOOKEEPER = 1_000  # offset of its port from Solr's


class Solr(Service):
    name = "solr"

    def __init__(self, directory: Path, port: int, *, heap: str = "1g") -> None:
        super().__init__(directory, port)
        self.heap = heap

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/solr"

    @property
    def ports(self) -> dict[str, int]:
        return {"SOLR_PORT": self.port, "Solr's ZooKeeper": self.port + ZOOKEEPER}

    def prepare(self) -> None:
        if not JARS.is_dir():
            raise NotInstalledError("Solr's jars are not there: run solr/run.sh fetch")
        if not shutil.which("java"):
            raise NotInstalledError("Java is not installed (Debian: default-jdk-headless)")

    def commands(self) -> Sequence[Command]:
        environment = inherited_environment("SOLR_") | {
            "SOLR_DATA": str(self.directory / "data"),
            "SOLR_HEAP": self.heap,
        }
        arguments = ["bash", str(SCRIPT), "cloud", str(self.port)]
        return [Command(self.name, arguments, environment, self.directory)]

    def is_ready(self) -> bool:
        """Whether it serves and has replayed its log: until then it ignores commits."""
        return probes.is_ok(self.port, "/solr/admin/info/health?requireHealthyCores=true")
