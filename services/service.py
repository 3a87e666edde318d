"""What PostgreSQL, RabbitMQ and Solr have in common when they run from a folder of ours."""

from __future__ import annotations

import os
import signal
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import ClassVar, NoReturn

from services import ports, process
from services.process import Command, PidFile


class ServiceError(Exception):
    """A service did not do what it was asked for; the message says which log file tells why."""


class NotInstalledError(ServiceError):
    """A program that a service consists of is not on this machine."""


class Service(ABC):
    """A server that keeps its data, pid files and log in one folder.

    Any process can control it, given the folder and the port. Commands are started in order; the
    last one is the server itself, those before it serve it.
    """

    name: ClassVar[str]
    gentle_signal: ClassVar[signal.Signals] = signal.SIGTERM
    patience: ClassVar[float] = 30

    def __init__(self, directory: Path, port: int) -> None:
        self.directory = directory.absolute()
        self.port = port

    @property
    @abstractmethod
    def ports(self) -> dict[str, int]:
        """Every port that it listens on, by purpose."""

    @abstractmethod
    def prepare(self) -> None:
        """Writes what must be in the folder before the start; safe to repeat."""

    @abstractmethod
    def commands(self) -> Sequence[Command]: ...

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it answers as its clients need it."""

    @property
    def log(self) -> Path:
        return self.directory / f"{self.name}.log"

    def pid_file(self, name: str) -> PidFile:
        return PidFile(self.directory / f"{name}.pid")

    @property
    def pid(self) -> int | None:
        return self.pid_file(self.name).read()

    @property
    def running(self) -> bool:
        return self.pid is not None

    def start(self) -> None:
        """Starts it in the background; it lives on when this process ends."""
        if not self.running:
            self._spawn(detached=True)

    def _spawn(self, *, detached: bool) -> None:
        self.end_companions()
        ports.require_free(self.ports)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.prepare()
        for command in self.commands():
            pid = process.spawn(command, self.log if detached else None, detached=detached)
            self.pid_file(command.name).write(pid)

    def wait_ready(self, timeout: float = 60) -> None:
        def settled() -> bool:
            return not self.running or self.is_ready()

        in_time = process.wait_until(settled, timeout, interval=0.1)
        if not self.running:
            self.end_companions()
            raise ServiceError(f"{self.name} ended while starting: see {self.log}")
        if not in_time:
            raise ServiceError(f"{self.name} was not ready after {timeout:.0f} s: see {self.log}")

    def stop(self) -> None:
        """Ends it gently, then hard. Nothing of it runs afterwards."""
        if pid := self.pid:
            family = process.family(pid)
            process.send(signal.SIGCONT, family)
            process.end([pid], self.gentle_signal, self.patience)
            process.end(family, signal.SIGKILL, 10)
        self.end_companions()

    def kill(self) -> None:
        """Ends it at once, as a crash would."""
        if pid := self.pid:
            process.end(process.family(pid), signal.SIGKILL, 10)
        self.end_companions()

    def end_companions(self) -> None:
        """Ends the processes that serve it; they may outlive a server that was killed."""
        for file in self.directory.glob("*.pid"):
            if file.name != f"{self.name}.pid" and (pid := PidFile(file).read()):
                process.end([pid], signal.SIGTERM, 5)

    def pause(self) -> None:
        """Freezes it: connections stay open and nothing answers."""
        if pid := self.pid:
            process.send(signal.SIGSTOP, process.family(pid))

    def resume(self) -> None:
        if pid := self.pid:
            process.send(signal.SIGCONT, process.family(pid))

    def run_in_foreground(self) -> NoReturn:
        """Runs it until it ends or SIGTERM or SIGINT asks for a gentle stop, then exits."""
        stopping: list[int] = []

        def stop(number: int, _frame: FrameType | None) -> None:
            stopping.append(number)

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        self._spawn(detached=False)
        pid = self.pid
        process.wait_until(lambda: bool(stopping) or not self.running, float("inf"), interval=0.2)
        self.stop()
        status = process.exit_status(pid) if pid else None
        if not stopping:
            print(f"{self.name} ended unexpectedly, status {status}", file=sys.stderr)
        sys.exit(0 if stopping else 1)


def inherited_environment(*unwanted_prefixes: str) -> dict[str, str]:
    """Our environment without the variables that would change how a server behaves."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(unwanted_prefixes)
    }
