"""supervisord for `make run`: the project's supervisord.conf, fitted to one copy."""

from __future__ import annotations

import hashlib
import http.client
import os
import shlex
import signal
import socket
import tempfile
import xmlrpc.client
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

from services import process
from services.environment import Environment
from services.installation import VENV
from services.process import Command, PidFile
from services.service import ServiceError

# Every process of a copy carries this variable, so that none is left behind.
MARK = "CATALOGUE_RUN"
SERVERS = ("rabbitmq", "solr")
RELOADED = ("worker-live", "worker-bulk", "worker-jobs", "beat")
# The path of a socket may have 107 letters; supervisord appends its pid for a moment.
LONGEST_SOCKET_PATH = 95
UNREACHABLE = (OSError, xmlrpc.client.Error, http.client.HTTPException)
PATIENCE = 250  # longer than all the stopwaitsecs together


class Supervisor:
    def __init__(self, environment: Environment) -> None:
        self.project = environment.project
        self.data_dir = environment.data_dir
        self.reload = environment.flag("DEV")
        self.pid_file = PidFile(self.data_dir / "make-run.pid")
        self.child: int | None = None

    @property
    def configuration(self) -> Path:
        return self.data_dir / "supervisord.conf"

    @property
    def log(self) -> Path:
        return self.data_dir / "log" / "supervisord.log"

    @property
    def running(self) -> bool:
        return self.pid_file.read() is not None

    @property
    def ended_in_order(self) -> bool:
        """Whether someone asked it to end, by `make stop` or supervisorctl."""
        return self.child is not None and process.exit_status(self.child) == 0

    @property
    def socket(self) -> str:
        if self.data_dir.is_relative_to(self.project):
            return f"/proc/self/cwd/{self.data_dir.relative_to(self.project)}/supervisor.sock"
        path = str(self.data_dir / "supervisor.sock")
        if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
            return path
        name = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
        return str(Path(tempfile.gettempdir()) / f"catalogue-{name}.sock")

    def start(self) -> None:
        """Starts supervisord and, by it, the servers; the programs wait for `start_programs`."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.write_configuration()
        supervisord = [str(VENV / "bin" / "supervisord"), "--nodaemon", "--silent"]
        arguments = [*supervisord, "--configuration", str(self.configuration)]
        environment = os.environ | {MARK: str(self.data_dir)}
        command = Command("supervisord", arguments, environment, self.project)
        self.child = process.spawn(command, None, detached=False)
        self.pid_file.write(self.child)
        if not process.wait_until(self._answers, 30):
            raise ServiceError(f"supervisord did not start: see {self.log}")

    def write_configuration(self) -> None:
        parser = RawConfigParser(inline_comment_prefixes=(" ;",))
        parser.read(self.project / "supervisord.conf", encoding="utf-8")
        for section in parser.sections():
            for option, value in parser.items(section):
                parser.set(section, option, self._fitted(value))
        for name in _programs_of(parser):
            parser.set(f"program:{name}", "autostart", str(name in SERVERS).lower())
        if self.reload:
            self._reload_on_change(parser)
        with self.configuration.open("w", encoding="utf-8") as file:
            parser.write(file)

    def _fitted(self, value: str) -> str:
        data_dir, project = (str(path).replace("%", "%%") for path in (self.data_dir, self.project))
        fitted = value.replace("/proc/self/cwd/var/supervisor.sock", self.socket)
        return fitted.replace("%(here)s/var", data_dir).replace("%(here)s", project)

    def _reload_on_change(self, parser: RawConfigParser) -> None:
        """Web reloads by itself when DEBUG is on; Celery has nothing of that kind."""
        rooms = sorted(path.parent.name for path in self.project.glob("*/apps.py"))
        for name in RELOADED:
            section = f"program:{name}"
            command = shlex.quote(parser.get(section, "command"))
            watched = " ".join(["config", *rooms])
            parser.set(section, "command", f"watchfiles --filter python {command} {watched}")
            # It passes on what it is told; told twice, a worker gives up its tasks.
            parser.set(section, "stopsignal", "TERM")
            parser.set(section, "stopasgroup", "false")

    def start_programs(self) -> None:
        for name in self._programs():
            self._rpc().supervisor.startProcess(name, False)

    def _programs(self) -> list[str]:
        processes: Any = self._rpc().supervisor.getAllProcessInfo()
        return [info["name"] for info in processes if info["name"] not in SERVERS]

    def _answers(self) -> bool:
        try:
            return bool(self._rpc().supervisor.getState())
        except UNREACHABLE:
            return False

    def _rpc(self) -> xmlrpc.client.ServerProxy:
        return xmlrpc.client.ServerProxy("http://supervisor", transport=_UnixTransport(self.socket))

    def stop(self) -> None:
        """Ends everything that belongs to this copy; safe to repeat."""
        if pid := self.pid_file.read():
            self._stop_programs()
            process.end([pid], signal.SIGTERM, PATIENCE)
        left = process.marked(MARK, str(self.data_dir))
        process.end(left, signal.SIGTERM, 10)
        self.pid_file.remove()

    def _stop_programs(self) -> None:
        """All at once: supervisord by itself would wait for one after the other."""
        try:
            for name in self._programs():
                self._rpc().supervisor.stopProcess(name, False)
        except UNREACHABLE:
            return


def _programs_of(parser: RawConfigParser) -> list[str]:
    prefix = "program:"
    return [name.removeprefix(prefix) for name in parser.sections() if name.startswith(prefix)]


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def make_connection(self, _host: object) -> http.client.HTTPConnection:
        return _UnixConnection(self.path)
