"""Connections to public addresses alone, for asking at links that strangers gave.

A name is resolved here, the answer is looked at, and the connection goes to that very address: a
name server that says another one a moment later is not asked again.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

CONNECT_SECONDS = 5.0
# Nobody keeps us longer, however slowly the answer drips.
LONGEST_SECONDS = 30.0
LOOK_SECONDS = 2.0
# Those of web servers; others are no business of a link check.
LEAST_HIGH_PORT = 1024
WEB_PORTS = {80, 443}
TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # NAT64: the last four bytes are an IPv4 address

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotPublic(Exception):
    """The name leads to an address of a private network, or to a port that is none of the web's."""


def is_public(address: Address) -> bool:
    inner = _inside(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inside(address: Address) -> Address | None:
    """The IPv4 address that one of IPv6 stands for."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address in TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def addresses_of(host: str, port: int) -> list[str]:
    """What a name leads to. Raises NotPublic unless all of it is public, OSError for nothing."""
    if port not in WEB_PORTS and port < LEAST_HIGH_PORT:
        raise NotPublic(f"port {port}")
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    texts = list(dict.fromkeys(str(item[4][0]).partition("%")[0] for item in found))
    if not settings.LINK_CHECK_PRIVATE:
        for text in texts:
            if not is_public(ipaddress.ip_address(text)):
                raise NotPublic(text)
    return texts


class Watch:
    """Hangs up on whoever keeps us too long; one thread for all connections."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[socket.socket, float] = {}
        self._thread: threading.Thread | None = None

    def add(self, connected: socket.socket) -> None:
        with self._lock:
            self._until[connected] = time.monotonic() + LONGEST_SECONDS
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="link-watch", daemon=True)
                self._thread.start()

    def remove(self, connected: socket.socket) -> None:
        with self._lock:
            self._until.pop(connected, None)

    def _run(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            with self._lock:
                now = time.monotonic()
                for connected in [s for s, until in self._until.items() if until < now]:
                    del self._until[connected]
                    with suppress(OSError):
                        connected.shutdown(socket.SHUT_RDWR)
                if not self._until:
                    self._thread = None
                    return


watch = Watch()


class _Pinned:
    """Connects to what was looked at, and hangs up when the time is up."""

    _dns_host: str
    port: int
    watched: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        error: OSError | None = None
        for address in addresses_of(self._dns_host, self.port):
            try:
                connected = socket.create_connection((address, self.port), CONNECT_SECONDS)
            except OSError as refused:
                error = refused
                continue
            self.watched = connected
            watch.add(connected)
            return connected
        raise NewConnectionError(self, f"{error or 'no address'}") from error  # type: ignore[arg-type]

    def close(self) -> None:
        if self.watched is not None:
            watch.remove(self.watched)
        super().close()  # type: ignore[misc]


class PublicHTTPConnection(_Pinned, HTTPConnection):
    pass


class PublicHTTPSConnection(_Pinned, HTTPSConnection):
    pass


class PublicHTTPPool(HTTPConnectionPool):
    ConnectionCls: Any = PublicHTTPConnection


class PublicHTTPSPool(HTTPSConnectionPool):
    ConnectionCls: Any = PublicHTTPSConnection
