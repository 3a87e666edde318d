"""What says who holds up an edit does see it when somebody does."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import requests
from django.db import connection
from django.db.backends.signals import connection_created

from layers.models import Keyword
from tests.faults import held
from tests.programs import eventually, test_database_url

HOLD = {
    "postgresql": "import psycopg2; c = psycopg2.connect(sys.argv[1]); "
    "c.cursor().execute('LOCK TABLE layers_keyword')",
    "sqlite": "import sqlite3; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN IMMEDIATE')",
}
UNTIL_TOLD = "print('holds it', flush=True); sys.stdin.read()"


@contextmanager
def another_process() -> Iterator[None]:
    code = f"import sys; {HOLD[connection.vendor]}; {UNTIL_TOLD}"
    target = test_database_url().removeprefix("sqlite:///")
    with subprocess.Popen(
        [sys.executable, "-c", code, target],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout
        assert child.stdout.readline()
        yield


@pytest.mark.usefixtures("committed")
def test_a_lock_that_another_process_has() -> None:
    def save() -> None:
        Keyword.objects.create(name="rivers", folded="rivers")
        connection.close()

    connection_created.connect(held.give_name)
    try:
        editor = threading.Thread(target=save)
        with another_process():
            editor.start()
            eventually(held.a_worker_has_the_lock, what="a worker's lock")
            eventually(lambda: held.is_in_a_statement(editor.ident or 0), what="a statement")
        editor.join(20)
        assert not editor.is_alive()
        assert not held.a_worker_has_the_lock()
    finally:
        connection_created.disconnect(held.give_name)


def test_a_server_that_does_not_answer() -> None:
    def ask() -> None:
        with suppress(requests.RequestException):
            requests.get(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout=20)

    with socket.create_server(("127.0.0.1", 0)) as silent:
        caller = threading.Thread(target=ask)
        caller.start()
        eventually(lambda: held.calls_a_server(caller.ident or 0), what="a call")
        connected, _address = silent.accept()
        connected.close()
        caller.join(20)
    assert not held.calls_a_server(caller.ident or 0)
