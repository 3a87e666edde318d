"""`python3 -m services COMMAND`, as the Makefile and supervisord.conf call it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence

from services import benching, cleaning, policies, ports, probes, run, testing
from services.environment import Environment, SettingError
from services.installation import InstallationError
from services.rabbitmq import RabbitMQ
from services.service import Service, ServiceError
from services.solr import Solr

PAUSE_BEFORE_RESTART = 3  # seconds; supervisord restarts it at once


def run_rabbitmq(_arguments: Sequence[str]) -> None:
    environment = Environment()
    if environment.broker_is_given:
        print("RabbitMQ is not started: BROKER_URL or BROKER_HOST names another one")
        return
    environment.generate_secrets()
    folder = environment.data_dir / "rabbitmq"
    in_foreground(RabbitMQ(folder, environment.rabbitmq_port, environment.account))


def run_solr(_arguments: Sequence[str]) -> None:
    environment = Environment()
    if environment.solr_is_given:
        print("Solr is not started: SOLR_URL names another one")
        return
    heap = environment.find("SOLR_HEAP") or "1g"
    in_foreground(Solr(environment.data_dir / "solr", environment.solr_port, heap=heap))


def in_foreground(service: Service) -> None:
    try:
        service.run_in_foreground()
    except (ServiceError, ports.PortInUseError):
        time.sleep(PAUSE_BEFORE_RESTART)
        raise


def check_alive(arguments: Sequence[str]) -> int:
    """For health checks of containers: PORT PATH."""
    port, path = arguments
    return 0 if probes.is_alive(int(port), path) else 1


COMMANDS: Mapping[str, Callable[[Sequence[str]], int | None]] = {
    "run": lambda _arguments: run.run(),
    "stop": lambda _arguments: cleaning.stop(),
    "clean": lambda _arguments: cleaning.clean(),
    "test": testing.test,
    "lint": testing.lint,
    "pictures": testing.pictures,
    "faults": testing.faults,
    "soak": testing.soak,
    "bench": benching.bench,
    "rabbitmq": run_rabbitmq,
    "solr": run_solr,
    "policy": lambda _arguments: policies.apply(Environment()),
    "alive": check_alive,
}
ERRORS = (ServiceError, SettingError, InstallationError, ports.PortInUseError)


def main(arguments: Sequence[str]) -> int | None:
    command = COMMANDS.get(arguments[0]) if arguments else None
    if command is None:
        sys.exit(f"usage: python3 -m services {'|'.join(COMMANDS)}")
    try:
        return command(arguments[1:])
    except ERRORS as error:
        sys.exit(str(error))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
