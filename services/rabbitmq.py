"""RabbitMQ from the system's package, as a node of our own beside any other on the machine."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import shutil
import socket
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from services import probes
from services.ports import LOOPBACK
from services.process import Command
from services.service import NotInstalledError, Service, inherited_environment

# Offsets from RABBITMQ_PORT. All stay below 65536 for any port up to 45000, and with 5672 the
# management plugin and the distribution have their usual ports, 15672 and 25672.
MANAGEMENT, EPMD, DISTRIBUTION = 10_000, 15_000, 20_000
OFFSETS = (MANAGEMENT, EPMD, DISTRIBUTION)
HIGHEST_OFFSET = max(OFFSETS)
PROGRAMS = (Path("/usr/lib/rabbitmq/bin"), Path("/usr/local/lib/rabbitmq/bin"))
PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"


@dataclass(frozen=True)
class Account:
    """The one user of the one virtual host; `guest` does not exist."""

    user: str = "catalogue"
    password: str = ""
    vhost: str = "catalogue"


def policy(vhost: str) -> dict[str, Any]:
    """Limits of the project's queues, as the management API and definition files write them.

    A message is a wake-up whose truth stands in the database, so one that keeps killing its worker
    is dropped, and dead letters are not kept. A full queue refuses publishers instead of forgetting
    old messages: the refusal is seen, and the sweep finds the rest.
    """
    definition = {"delivery-limit": 20, "max-length": 100_000, "overflow": "reject-publish"}
    return {
        "vhost": vhost,
        "name": "catalogue",
        "pattern": r"^(index\..*|jobs)$",
        "apply-to": "queues",
        "priority": 0,
        "definition": definition,
    }


class RabbitMQ(Service):
    name = "rabbitmq"

    def __init__(self, directory: Path, port: int, account: Account | None = None) -> None:
        super().__init__(directory, port)
        self._account = account

    @property
    def account(self) -> Account:
        """As given, else as the folder has it, else one with a password made now."""
        if self._account is None:
            self._account = self._stored_account() or Account(password=secrets.token_urlsafe(24))
        return self._account

    def _stored_account(self) -> Account | None:
        if not self._account_file.exists():
            return None
        return Account(**json.loads(self._account_file.read_text(encoding="utf-8")))

    @property
    def _account_file(self) -> Path:
        return self.directory / "account.json"

    @property
    def url(self) -> str:
        user, password, vhost = (quote(text, safe="") for text in asdict(self.account).values())
        return f"amqp://{user}:{password}@{LOOPBACK}:{self.port}/{vhost}"

    @property
    def management_url(self) -> str:
        """The management API, without the account."""
        return f"http://{LOOPBACK}:{self.port + MANAGEMENT}/api/"

    @property
    def ports(self) -> dict[str, int]:
        return {
            "RABBITMQ_PORT": self.port,
            "RabbitMQ's management": self.port + MANAGEMENT,
            "RabbitMQ's epmd": self.port + EPMD,
            "RabbitMQ's distribution": self.port + DISTRIBUTION,
        }

    @property
    def node_name(self) -> str:
        """Kept in the folder: the node's database belongs to the name."""
        return (self.directory / "node").read_text(encoding="ascii")

    def prepare(self) -> None:
        self._write_once("node", lambda: f"catalogue-{secrets.token_hex(4)}@localhost")
        self._write_once(".erlang.cookie", lambda: secrets.token_hex(20))
        (self.directory / "enabled_plugins").write_text(
            "[rabbitmq_management].\n", encoding="ascii"
        )
        (self.directory / "rabbitmq.conf").write_text(self._configuration(), encoding="utf-8")
        _write_secret(self._account_file, json.dumps(asdict(self.account)))
        _write_secret(self.directory / "definitions.json", json.dumps(self._definitions()))

    def _write_once(self, name: str, make: Callable[[], str]) -> None:
        path = self.directory / name
        if not path.exists():
            _write_secret(path, make())
            path.chmod(0o400)  # Erlang refuses a cookie that others may read

    def _configuration(self) -> str:
        lines = {
            "listeners.tcp.1": f"{LOOPBACK}:{self.port}",
            "management.tcp.ip": LOOPBACK,
            "management.tcp.port": self.port + MANAGEMENT,
            "load_definitions": self.directory / "definitions.json",
            "log.file": "false",
            "log.console": "true",
            "log.console.level": "info",
            "log.console.use_colors": "off",
        }
        return "".join(f"{name} = {value}\n" for name, value in lines.items())

    def _definitions(self) -> dict[str, Any]:
        """Imported at every start; with a definitions file RabbitMQ creates no `guest`."""
        account = self.account
        user = {
            "name": account.user,
            "password_hash": hash_password(account.password),
            "hashing_algorithm": "rabbit_password_hashing_sha256",
            "tags": "management",
        }
        everything = dict.fromkeys(("configure", "write", "read"), ".*")
        return {
            "vhosts": [{"name": account.vhost}],
            "users": [user],
            "permissions": [{"user": account.user, "vhost": account.vhost, **everything}],
            "policies": [policy(account.vhost)],
        }

    def commands(self) -> Sequence[Command]:
        environment = self._environment()
        epmd = [program("epmd"), "-port", str(self.port + EPMD), "-address", LOOPBACK]
        server = [program("rabbitmq-server")]
        return [
            # Left to itself, Erlang would start an epmd that nobody ends.
            Command("epmd", epmd, environment, self.directory),
            Command(self.name, server, environment, self.directory),
        ]

    def _environment(self) -> dict[str, str]:
        folder = self.directory
        loopback = "{" + LOOPBACK.replace(".", ",") + "}"
        return inherited_environment("RABBITMQ_", "ERL_") | {
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(self.port + EPMD),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "ERL_CRASH_DUMP_SECONDS": "0",  # no dump: the log tells enough
            "RABBITMQ_NODENAME": self.node_name,
            "RABBITMQ_DIST_PORT": str(self.port + DISTRIBUTION),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-kernel inet_dist_use_interface {loopback}",
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),  # not the machine's in /etc
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            # By way of the current folder, since the check of free space does not quote blanks.
            "RABBITMQ_MNESIA_BASE": "/proc/self/cwd/mnesia",
            "RABBITMQ_LOG_BASE": str(folder),
            # The script then becomes the server instead of waiting beside it.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    def is_ready(self) -> bool:
        return self._answers_management() and self._speaks_amqp()

    def _speaks_amqp(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=2) as connection:
                connection.sendall(PROTOCOL_HEADER)
                return connection.recv(1) == b"\x01"
        except OSError:
            return False

    def _answers_management(self) -> bool:
        credentials = f"{self.account.user}:{self.account.password}".encode()
        header = {"Authorization": f"Basic {base64.b64encode(credentials).decode()}"}
        return probes.is_ok(self.port + MANAGEMENT, "/api/whoami", header)


def hash_password(password: str) -> str:
    """RabbitMQ's salted form: base64 of a salt of four bytes and SHA-256 of salt and password."""
    salt = os.urandom(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def program(name: str) -> str:
    """The script itself, not Debian's wrapper, which changes to another user."""
    for folder in PROGRAMS:
        if (folder / name).exists():
            return str(folder / name)
    if found := shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"):
        return found
    raise NotInstalledError(
        f"RabbitMQ is not installed: {name} not found (Debian: rabbitmq-server)"
    )


def _write_secret(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
