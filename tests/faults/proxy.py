"""Stands between the catalogue and a server of its, and makes the faults that networks make."""

from __future__ import annotations

import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOOPBACK = "127.0.0.1"
HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}


@dataclass
class Exchange:
    """A request on its way, and the answer once there is one."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]
    at: float = field(default_factory=time.monotonic)
    status: int = 0
    answer: bytes = b""
    answer_type: str = "application/json"

    @property
    def is_post(self) -> bool:
        return "/update/json/docs" in self.path

    @property
    def is_commit(self) -> bool:
        return "commit=true" in self.path.lower()

    def answer_with(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.status, self.answer, self.answer_type = status, body, kind


class Cut(Exception):
    """Raised by a fault: the connection ends without an answer."""


# A fault gets the exchange and what forwards it; what it leaves in the exchange is answered.
Fault = Callable[[Exchange, Callable[[], None]], None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    proxy: SolrProxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that are cut are what this is for."""


class SolrProxy:
    """An HTTP proxy on a port of its own; transparent unless it has a fault."""

    def __init__(self, port: int) -> None:
        self.to = port
        self.fault: Fault | None = None
        self.exchanges: list[Exchange] = []
        self._server: _Server | None = None
        self._sockets: set[socket.socket] = set()
        self.port = 0
        self.accept()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/solr"

    def accept(self) -> None:
        if self._server is None:
            self._server = _Server((LOOPBACK, self.port), _Handler)
            self._server.proxy = self
            self.port = self._server.server_address[1]
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def refuse(self) -> None:
        """Nothing listens any more, and open connections end."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        for connection in list(self._sockets):
            _end(connection)

    @contextmanager
    def doing(self, fault: Fault) -> Iterator[None]:
        self.fault = fault
        try:
            yield
        finally:
            self.fault = None

    @contextmanager
    def refusing(self) -> Iterator[None]:
        self.refuse()
        try:
            yield
        finally:
            self.accept()

    def requests_since(self, moment: float) -> list[Exchange]:
        return [e for e in self.exchanges if e.at >= moment]

    def close(self) -> None:
        self.refuse()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.proxy._sockets.add(self.connection)
        self.upstream = HTTPConnection(LOOPBACK, self.server.proxy.to, timeout=60)

    def finish(self) -> None:
        self.server.proxy._sockets.discard(self.connection)
        self.upstream.close()
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Says nothing."""

    def handle_one(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        exchange = Exchange(self.command, self.path, body, dict(self.headers.items()))
        proxy = self.server.proxy
        proxy.exchanges.append(exchange)
        try:
            if fault := proxy.fault:
                fault(exchange, lambda: self.forward(exchange))
            else:
                self.forward(exchange)
        except (Cut, OSError, HTTPException):
            self.close_connection = True
            _end(self.connection)
            return
        self.send_response(exchange.status)
        self.send_header("Content-Type", exchange.answer_type)
        self.send_header("Content-Length", str(len(exchange.answer)))
        self.end_headers()
        self.wfile.write(exchange.answer)

    do_GET = do_POST = do_HEAD = handle_one  # noqa: N815

    def forward(self, exchange: Exchange) -> None:
        headers = {n: v for n, v in exchange.headers.items() if n.lower() not in HOP_BY_HOP}
        for attempt in (1, 2):  # a kept connection may have ended meanwhile
            try:
                self.upstream.request(exchange.method, exchange.path, exchange.body, headers)
                response = self.upstream.getresponse()
                break
            except (OSError, HTTPException):
                self.upstream.close()
                if attempt == 2:
                    raise
        kind = response.getheader("Content-Type") or ""
        exchange.answer_with(response.status, response.read(), kind)


def answering(
    status: int, body: bytes, kind: str = "application/json", *, only_posts: bool = False
) -> Fault:
    """Answers by itself; nothing arrives."""

    def fault(exchange: Exchange, forward: Callable[[], None]) -> None:
        if only_posts and not exchange.is_post:
            forward()
        else:
            exchange.answer_with(status, body, kind)

    return fault


def cutting_posts(*, arrived: bool) -> Fault:
    """Ends the connection before a post arrives, or after it arrived and before its answer."""

    def fault(exchange: Exchange, forward: Callable[[], None]) -> None:
        if exchange.is_post:
            if arrived:
                forward()
            raise Cut
        forward()

    return fault


class Holding:
    """Holds the first matching exchanges, before they arrive or before their answer goes back."""

    def __init__(
        self,
        matches: Callable[[Exchange], bool],
        *,
        arrived: bool = False,
        times: int = 1,
        seconds: float = 60,
    ) -> None:
        self.matches, self.arrived, self.times = matches, arrived, times
        self.seconds = seconds
        self.holds = threading.Event()
        self.released = threading.Event()
        self._lock = threading.Lock()

    def __call__(self, exchange: Exchange, forward: Callable[[], None]) -> None:
        with self._lock:
            held = self.matches(exchange) and self.times > 0
            self.times -= held
        if not held:
            return forward()
        if self.arrived:
            forward()
        self.holds.set()
        self.released.wait(self.seconds)
        if not self.arrived:
            forward()
        return None


class BlackHole:
    """Accepts everything and answers nothing until it is released; nothing arrives later either."""

    def __init__(self, seconds: float = 120) -> None:
        self.seconds = seconds
        self.released = threading.Event()

    def __call__(self, exchange: Exchange, forward: Callable[[], None]) -> None:
        self.released.wait(self.seconds)
        raise Cut


class Gate:
    """A TCP proxy: open, refusing, or frozen with all that goes through it."""

    def __init__(self, port: int) -> None:
        self.to = port
        self.port = 0
        self._flowing = threading.Event()
        self._flowing.set()
        self._server: socketserver.ThreadingTCPServer | None = None
        self._sockets: set[socket.socket] = set()
        self.open()

    def open(self) -> None:
        self._flowing.set()
        if self._server is None:
            gate = self

            class Handler(socketserver.BaseRequestHandler):
                def handle(self) -> None:
                    gate._carry(self.request)

            class Server(socketserver.ThreadingTCPServer):
                allow_reuse_address = daemon_threads = True

                def handle_error(self, request: Any, client_address: Any) -> None:
                    """Connections that are cut are what this is for."""

            self._server = Server((LOOPBACK, self.port), Handler)
            self.port = self._server.server_address[1]
            threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def refuse(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        self.cut()

    def cut(self) -> None:
        """Ends what is open; new connections are welcome."""
        for connection in list(self._sockets):
            _end(connection)

    def freeze(self) -> None:
        """A black hole: connections stand and are accepted, and nothing comes through."""
        self._flowing.clear()

    close = refuse

    def _carry(self, client: socket.socket) -> None:
        self._flowing.wait(120)
        with socket.create_connection((LOOPBACK, self.to), timeout=10) as server:
            server.settimeout(None)
            self._sockets |= {client, server}
            back = threading.Thread(target=self._pump, args=(server, client), daemon=True)
            back.start()
            self._pump(client, server)
            back.join(5)
            self._sockets -= {client, server}

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                self._flowing.wait(120)
                sink.sendall(data)
        except OSError:
            pass
        finally:
            _end(source)
            _end(sink)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
