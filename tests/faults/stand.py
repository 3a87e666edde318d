"""The whole way from a save to Solr as separate processes, with a proxy before each server."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from django.core.management import call_command
from django.db import connection

from services import process
from services.bundle import Services
from solr_sync.models import LedgerEntry, RelatedChange
from tests.faults.comparing import Difference, compare, everything
from tests.faults.proxy import LOOPBACK, Gate, SolrProxy
from tests.programs import PROJECT, Process, celery_beat, celery_worker, test_database_url

QUEUES = ("index.live", "index.bulk")


class Stand:
    """Workers and beat as supervisord starts them, but for the addresses of Solr and RabbitMQ."""

    def __init__(self, services: Services, folder: Path) -> None:
        self.services, self.folder = services, folder
        self.kills = 0
        self.alarmed = False
        self.solr = SolrProxy(services.solr.port)
        self.broker = Gate(services.rabbitmq.port)
        self.environment = {"SOLR_URL": self.solr.url, "BROKER_URL": self.broker_url}
        self.live = self.worker("index.live", 2)
        self.bulk = self.worker("index.bulk", 1)
        self.beat = celery_beat(folder, **self.environment)

    @property
    def broker_url(self) -> str:
        parts = urlsplit(self.services.rabbitmq.url)
        account = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{account}@{LOOPBACK}:{self.broker.port}"))

    def worker(
        self, queues: str, concurrency: int, app: str = "config", **environment: str
    ) -> Process:
        given = self.environment | environment
        return celery_worker(self.folder, queues, concurrency, app=app, **given)

    @property
    def processes(self) -> tuple[Process, ...]:
        return self.live, self.bulk, self.beat

    def start(self) -> None:
        for one in self.processes:
            one.start()
        for worker in (self.live, self.bulk):
            worker.wait_until_logged(" ready.")

    def stop(self) -> None:
        for one in self.processes:
            if one.child and one.child.poll() is None:
                process.send(signal.SIGCONT, family(one))
                one.child.terminate()
        for one in self.processes:
            one.stop(within=50)  # a task that runs has 30 s, and the pool its own time
        self.solr.close()
        self.broker.close()

    # What may be asked

    def status(self, *arguments: str, within: float = 120) -> subprocess.CompletedProcess[str]:
        return self.manage("solr_status", *arguments, within=within)

    def manage(self, *arguments: str, within: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=os.environ | {"DATABASE_URL": test_database_url()},
            capture_output=True,
            text=True,
            check=False,
            timeout=within,
        )

    def wait(self, seconds: float = 100) -> None:
        """Until nothing is pending, by the command that people use."""
        said = StringIO()
        try:
            call_command("solr_status", wait=seconds, stdout=said)
        except SystemExit:
            raise AssertionError(said.getvalue() + self.pending()) from None

    def pending(self) -> str:
        rows = LedgerEntry.objects.filter(due_at__isnull=False).values()[:3]
        changes = RelatedChange.objects.filter(due_at__isnull=False).values()[:3]
        return f"\n{list(rows)}\n{list(changes)}"

    def compare(self, document_type: str = "layer") -> Difference:
        return compare(self.services.solr.url, document_type)

    def everything_in_solr(self) -> dict[str, dict[str, Any]]:
        return everything(f"{self.services.solr.url}/layers")

    def settle(self, *, shown_within: float = 40, seconds: float = 100) -> Difference:
        """Waits until nothing is pending, and looks until all of it is shown."""
        self.wait(seconds)
        deadline = time.monotonic() + shown_within
        while not (found := self.compare()).nothing and time.monotonic() < deadline:
            time.sleep(0.5)
        return found

    # What may be done to it

    @contextmanager
    def away(self, service: Any, *, kill: bool = True) -> Iterator[None]:
        if kill:
            self.kill_service(service)
        else:
            service.stop()
        try:
            yield
        finally:
            service.start()
            service.wait_ready(120)

    @contextmanager
    def frozen(self, one: Process) -> Iterator[None]:
        pids = family(one)
        process.send(signal.SIGSTOP, pids)
        try:
            yield
        finally:
            process.send(signal.SIGCONT, pids)

    def kill_service(self, service: Any) -> None:
        service.kill()
        self.kills += 1

    def kill(self, one: Process, *, children_only: bool = False) -> None:
        pids = family(one)
        process.send(signal.SIGKILL, pids[1:] if children_only else pids)
        self.kills += 1
        if not children_only and one.child:
            one.child.wait(10)

    def restart(self, one: Process) -> None:
        """Without waiting until it is ready, as an operator's supervisor does."""
        if one.child is None or one.child.poll() is not None:
            one.start()

    def mend(self) -> None:
        """Whatever a fault that failed half-way left: all proxies open, everything running."""
        self.solr.fault = None
        self.solr.accept()
        self.broker.open()
        for service in self.services:
            if service is not self.services.postgresql or connection.vendor == "postgresql":
                service.start()
                service.wait_ready(120)
        self.end_alarm()
        for one in self.processes:
            process.send(signal.SIGCONT, family(one))
            self.restart(one)

    # RabbitMQ

    def manage_broker(self, method: str, path: str, body: Any = None) -> Any:
        account = self.services.rabbitmq.account
        credentials = base64.b64encode(f"{account.user}:{account.password}".encode()).decode()
        request = Request(
            self.services.rabbitmq.management_url + path,
            data=json.dumps(body).encode() if body is not None else None,
            method=method,
            headers={"Authorization": f"Basic {credentials}", "Content-Type": "application/json"},
        )
        with urlopen(request, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def purge(self) -> None:
        for queue in QUEUES:
            self.manage_broker("DELETE", f"queues/{self._vhost}/{queue}/contents")

    def delete_queues(self) -> None:
        for queue in QUEUES:
            self.manage_broker("DELETE", f"queues/{self._vhost}/{queue}")

    @property
    def _vhost(self) -> str:
        return quote(self.services.rabbitmq.account.vhost, safe="")

    @contextmanager
    def memory_alarm(self) -> Iterator[None]:
        self.alarmed = True
        self.rabbitmqctl("set_vm_memory_high_watermark", "0")
        try:
            yield
        finally:
            self.end_alarm()

    def end_alarm(self) -> None:
        if self.alarmed:
            self.rabbitmqctl("set_vm_memory_high_watermark", "0.4")
            self.alarmed = False

    def rabbitmqctl(self, *arguments: str) -> None:
        rabbitmq = self.services.rabbitmq
        command = rabbitmq.commands()[-1]
        program = Path(command.arguments[0]).with_name("rabbitmqctl")
        subprocess.run(
            [str(program), "-n", rabbitmq.node_name, *arguments],
            cwd=command.directory,
            env=dict(command.environment),
            check=True,
            capture_output=True,
            timeout=60,
        )


def family(one: Process) -> list[int]:
    return process.family(one.child.pid) if one.child and one.child.poll() is None else []


def cut_database_connections() -> int:
    """Ends every connection of others to this database, as a restart of a load balancer does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])
