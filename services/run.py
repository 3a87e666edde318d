"""`make run`: from a bare machine to a catalogue that answers, in the foreground."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TextIO

from services import installation, ports, probes, process
from services.environment import Environment
from services.installation import PYTHON
from services.rabbitmq import MANAGEMENT, RabbitMQ
from services.service import Service, ServiceError
from services.solr import Solr
from services.supervision import Supervisor

READY_WITHIN = 180
LOCK = "make-run.lock"
LOCK_SECONDS = 3
SAMPLES = "layers/samples/samples.jsonl"
FAREWELL = (
    "  Accounts for trying it: editor, editor2, reviewer, visitor, admin;",
    "  the password of each is its name. Ctrl-C stops everything.",
)


class Interrupted(BaseException):
    """Someone pressed Ctrl-C or asked us to end."""


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP end what runs inside, once; cleaning up is not disturbed."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise Interrupted

    for number in numbers:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Of two that begin at the same moment the second is told so, before it ends what it shares.

    The lock ends with its process, however that ends. Raises ServiceError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as lock:
        # One that was just stopped notices soon.
        if not process.wait_until(lambda: _is_ours(lock), LOCK_SECONDS, interval=0.2):
            raise _already(folder)
        yield


def _is_ours(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _already(folder: Path) -> ServiceError:
    return ServiceError(f"It runs already in {folder}; `make stop` ends it.")


def run() -> None:
    environment = Environment()
    with alone(environment.data_dir):
        _run(environment)


def _run(environment: Environment) -> None:
    supervisor = Supervisor(environment)
    if supervisor.running:
        raise _already(environment.data_dir)
    ports.require_free(all_ports(environment, own_servers(environment)))
    install(environment)
    environment.generate_secrets()
    if environment.flag("DEV"):
        os.environ["DEBUG"] = "1"
    try:
        with interruptible():
            bring_up(environment, supervisor)
            process.wait_until(lambda: not supervisor.running, float("inf"), interval=0.5)
            if not supervisor.ended_in_order:
                raise ServiceError(f"supervisord ended: see {supervisor.log}")
            print("Stopped", flush=True)
    except Interrupted:
        print("\nStopping", flush=True)
    finally:
        supervisor.stop()


def own_servers(environment: Environment) -> list[Service]:
    """RabbitMQ and Solr as supervisord.conf starts them, without those that are given."""
    folder = environment.data_dir
    servers: list[Service] = []
    if not environment.broker_is_given:
        account = environment.account
        servers.append(RabbitMQ(folder / "rabbitmq", environment.rabbitmq_port, account))
    if not environment.solr_is_given:
        servers.append(Solr(folder / "solr", environment.solr_port))
    return servers


def all_ports(environment: Environment, servers: list[Service]) -> dict[str, int]:
    wanted = {"PORT": environment.web_port, "FLOWER_PORT": environment.flower_port}
    for server in servers:
        wanted |= server.ports
    for port, count in Counter(wanted.values()).items():
        if count > 1:
            raise ports.PortInUseError(f"port {port} is wanted {count} times")
    return wanted


def install(environment: Environment) -> None:
    packages = [installation.VENV_MODULE]
    if not environment.broker_is_given:
        packages.append(installation.BROKER)
    if not environment.solr_is_given:
        packages += installation.SEARCH
    installation.install_packages(packages)
    requirements = installation.DEVELOP if environment.flag("DEV") else installation.RUN
    installation.install_python_packages(requirements)
    if not environment.solr_is_given:
        installation.install_solr()


def bring_up(environment: Environment, supervisor: Supervisor) -> None:
    servers = own_servers(environment)
    names = [server.name for server in servers]
    print("Starting " + " and ".join(["supervisord", *names]), flush=True)
    supervisor.start()
    prepare_site()
    for server in servers:
        wait_for_server(server, environment.data_dir / "log" / f"{server.name}.log")
    manage("solr_init")
    loaded = load_samples_once(environment)
    print("Starting the site, workers, beat and Flower", flush=True)
    supervisor.start_programs()
    wait_for_site(environment)
    if loaded:
        wait_until_searchable()
    print(greeting(environment), flush=True)


def prepare_site() -> None:
    print("Preparing the database and static files", flush=True)
    manage("migrate", "--verbosity=0")
    manage("createcachetable", "--verbosity=0")
    manage("collectstatic", "--no-input", "--verbosity=0")


def load_samples_once(environment: Environment) -> bool:
    """Whether they were loaded now."""
    mark = environment.data_dir / "samples-loaded"
    if mark.exists():
        return False
    print("Loading the sample layers and the demo accounts", flush=True)
    manage("create_demo_accounts")
    manage("import_layers", SAMPLES, "--owner=editor")
    mark.touch()
    return True


def wait_until_searchable() -> None:
    """A minute at most: what is not searchable then will be, and the pages say so."""
    command = [str(PYTHON), "manage.py", "solr_status", "--wait=60"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)


def manage(*arguments: str) -> None:
    command = [str(PYTHON), "manage.py", *arguments]
    if status := subprocess.run(command, check=False).returncode:
        raise ServiceError(f"manage.py {arguments[0]} ended with status {status}")


def wait_for_server(server: Service, log: Path) -> None:
    if not process.wait_until(server.is_ready, READY_WITHIN, interval=0.2):
        raise ServiceError(f"{server.name} was not ready after {READY_WITHIN} s: see {log}")


def wait_for_site(environment: Environment) -> None:
    log = environment.data_dir / "log"
    if not process.wait_until(lambda: not problems(environment), READY_WITHIN, interval=0.3):
        missing = "\n".join(problems(environment))
        raise ServiceError(f"Not ready after {READY_WITHIN} s:\n{missing}\nSee the files in {log}")


def problems(environment: Environment) -> list[str]:
    """What /readyz and Flower say against being ready."""
    answer = probes.get(environment.web_port, "/readyz", timeout=10)
    try:
        states = json.loads(answer[1]) if answer else {}
    except ValueError:
        states = {}
    found = [f"{name}: {state['message']}" for name, state in states.items() if not state["ok"]]
    if not states:
        found = ["the site does not answer /readyz"]
    if probes.get(environment.flower_port, "/") is None:
        found.append("Flower does not answer")
    return found


def greeting(environment: Environment) -> str:
    addresses = {"Site": f"http://127.0.0.1:{environment.web_port}/"}
    user, _, password = (environment.find("FLOWER_BASIC_AUTH") or "").partition(":")
    flower = f"http://127.0.0.1:{environment.flower_port}/"
    addresses["Flower"] = f"{flower}  user {user}, password {password}"
    if not environment.solr_is_given:
        solr = f"http://127.0.0.1:{environment.solr_port}/solr"
        addresses["Solr"] = f"{solr}/layers/select?q=*:*"
    if not environment.broker_is_given:
        management = f"http://127.0.0.1:{environment.rabbitmq_port + MANAGEMENT}/"
        account = environment.account
        addresses["RabbitMQ"] = f"{management}  user {account.user}, password {account.password}"
    addresses["Logs"] = str(environment.data_dir / "log")
    lines = [f"  {name:<9} {address}" for name, address in addresses.items()]
    return "\n".join(["", "The catalogue is ready.", "", *lines, "", *FAREWELL])
