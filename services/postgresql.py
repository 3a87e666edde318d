"""PostgreSQL for tests and benchmarks: a server of our own, never the machine's."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from services import process
from services.ports import LOOPBACK
from services.process import Command, User
from services.service import NotInstalledError, Service, ServiceError, inherited_environment

NAME = "catalogue"
LONGEST_SOCKET_PATH = 107
# Two people who block each other learn of it after this; by PostgreSQL's own default, after 1 s.
DEADLOCK_TIMEOUT = "250ms"
# PostgreSQL's own 4 is of a turning disk: it reads a whole table for what belongs to 500 layers.
RANDOM_PAGE_COST = "1.1"
# What a crash of the machine would lose does not matter here; a killed server loses nothing.
FAST_BUT_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class PostgreSQL(Service):
    """Its one role and one database are both called `catalogue`."""

    name = "postgresql"
    gentle_signal = signal.SIGINT  # "fast shutdown": SIGTERM would wait for clients to leave

    def __init__(self, directory: Path, port: int, *, durable: bool = True) -> None:
        super().__init__(directory, port)
        self.durable = durable

    @property
    def url(self) -> str:
        password = self.password_file.read_text(encoding="ascii").strip()
        return f"postgres://{NAME}:{password}@{LOOPBACK}:{self.port}/{NAME}"

    @property
    def ports(self) -> dict[str, int]:
        return {"PostgreSQL": self.port}

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def password_file(self) -> Path:
        return self.directory / "password"

    def prepare(self) -> None:
        user = unprivileged_user()
        if user:
            os.chown(self.directory, user.uid, user.gid)
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster(user)
        self._remove_locks_of_the_dead()

    def _remove_locks_of_the_dead(self) -> None:
        """A killed server that its parent has not waited for yet is a zombie, and seems alive."""
        socket_lock = self.directory / f".s.PGSQL.{self.port}.lock"
        for lock in (self.data / "postmaster.pid", socket_lock):
            if lock.exists():
                pid = lock.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0]
                if process.started_at(int(pid)) is None:
                    lock.unlink()

    def _create_cluster(self, user: User | None) -> None:
        self._write_password(user)
        options = ["--auth=scram-sha-256", f"--pwfile={self.password_file}", f"--username={NAME}"]
        locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        sync = [] if self.durable else ["--no-sync"]
        self._run(["initdb", *options, *locale, *sync, f"--pgdata={self.data}"], user)
        # "Single user mode" needs no running server.
        statement = f"CREATE DATABASE {NAME}\n"
        self._run(["postgres", "--single", "-D", str(self.data), "postgres"], user, statement)

    def _write_password(self, user: User | None) -> None:
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(secrets.token_urlsafe(24), encoding="ascii")
        if user:
            os.chown(self.password_file, user.uid, user.gid)

    def _run(self, command: Sequence[str], user: User | None, text: str = "") -> None:
        with self.log.open("ab") as log:
            finished = subprocess.run(
                [str(programs() / command[0]), *command[1:]],
                input=text.encode(),
                env=inherited_environment("PG"),
                cwd=self.directory,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=user.uid if user else None,
                group=user.gid if user else None,
                extra_groups=[] if user else None,
                check=False,
            )
        if finished.returncode:
            raise ServiceError(f"{command[0]} failed: see {self.log}")

    def commands(self) -> Sequence[Command]:
        settings = {
            "port": str(self.port),
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": self._socket_directory(),
            "max_connections": "200",
            "deadlock_timeout": DEADLOCK_TIMEOUT,
            "random_page_cost": RANDOM_PAGE_COST,
            **({} if self.durable else FAST_BUT_NOT_DURABLE),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        arguments = [str(programs() / "postgres"), "-D", str(self.data), *options]
        environment = inherited_environment("PG")
        return [Command(self.name, arguments, environment, self.directory, unprivileged_user())]

    def _socket_directory(self) -> str:
        """Its own folder where the socket's path is short enough for the kernel, else none."""
        socket = self.directory / f".s.PGSQL.{self.port}"
        usable = len(os.fsencode(socket)) <= LONGEST_SOCKET_PATH and "," not in str(socket)
        # PostgreSQL reads a list here, in which quotes keep blanks together.
        return f'"{self.directory}"' if usable else ""

    def is_ready(self) -> bool:
        question = [str(programs() / "pg_isready"), "-q", "-h", LOOPBACK, "-p", str(self.port)]
        answer = subprocess.run(question, env=inherited_environment("PG"), check=False)
        return answer.returncode == 0


def programs() -> Path:
    """Where initdb and postgres lie: Debian keeps them off the PATH, a folder for each release."""
    releases = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    if newest := max(releases, key=lambda path: float(path.parts[-3]), default=None):
        return newest.parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise NotInstalledError("PostgreSQL is not installed (initdb not found; Debian: postgresql)")


def unprivileged_user() -> User | None:
    """Whom to become: PostgreSQL refuses to run as root. None where we are an ordinary user."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return User(entry.pw_uid, entry.pw_gid, entry.pw_dir)
