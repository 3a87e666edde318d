"""TCP ports on the loopback interface."""

from __future__ import annotations

import random
import socket
from collections.abc import Collection, Iterable, Mapping

LOOPBACK = "127.0.0.1"
# Linux takes ports from 32768 on for outgoing connections, and a port that such a connection holds
# can't be listened on. RabbitMQ's other ports lie up to 20,000 above its first.
CANDIDATES = range(6000, 12000)


class PortInUseError(Exception):
    """Some port that a service needs is taken."""


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: connections of an ended server that linger are no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def require_free(ports: Mapping[str, int]) -> None:
    """Raises PortInUseError with one line for every taken port; keys say what each is for."""
    taken = [f"port {port} ({use}) is in use" for use, port in ports.items() if not is_free(port)]
    if taken:
        raise PortInUseError("\n".join(taken))


def find_free(offsets: Iterable[int] = (), avoid: Collection[int] = ()) -> int:
    """A port such that it and those at the offsets from it are free now, and not to be avoided."""
    wanted = [0, *offsets]
    for port in random.sample(CANDIDATES, len(CANDIDATES)):
        if all(port + offset not in avoid and is_free(port + offset) for offset in wanted):
            return port
    raise PortInUseError(f"no free port between {CANDIDATES.start} and {CANDIDATES.stop}")
