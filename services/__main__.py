"""`python3 -m services COMMAND`, as the Makefile and supervisord.conf call it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

from services import ports
from services.environment import Environment, SettingError
from services.rabbitmq import RabbitMQ
from services.service import ServiceError
from services.solr import Solr

RETRY_AFTER = 3


def run_rabbitmq(_arguments: Sequence[str]) -> None:
    environment = Environment()
    if environment.broker_is_given:
        print("RabbitMQ is not started: BROKER_URL or BROKER_HOST names another one")
        return
    environment.generate_secrets()
    folder = environment.data_dir / "rabbitmq"
    RabbitMQ(folder, environment.rabbitmq_port, environment.account).run_in_foreground()


def run_solr(_arguments: Sequence[str]) -> None:
    environment = Environment()
    if environment.solr_is_given:
        print("Solr is not started: SOLR_URL names another one")
        return
    heap = environment.find("SOLR_HEAP") or "1g"
    Solr(environment.data_dir / "solr", environment.solr_port, heap=heap).run_in_foreground()


COMMANDS: Mapping[str, Callable[[Sequence[str]], None]] = {
    "rabbitmq": run_rabbitmq,
    "solr": run_solr,
}


def main(arguments: Sequence[str]) -> None:
    command = COMMANDS.get(arguments[0]) if arguments else None
    if command is None:
        sys.exit(f"usage: python3 -m services {'|'.join(COMMANDS)}")
    try:
        command(arguments[1:])
    except (ServiceError, SettingError, ports.PortInUseError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
