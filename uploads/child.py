"""Starting the process that reads a file, and ending it when it costs too much."""

from __future__ import annotations

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from jobs.handle import JobHandle
from uploads.geodata.problems import BadFile
from uploads.problems import CRASHED, TOO_LONG

logger = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 0.2
# Time on the processor is limited for all stages together.
MOST_STAGES = 4
# No passwords, no addresses of the catalogue's services
KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TMPDIR")


class Reader:
    """The process, for as long as the block takes; it answers once for each stage of its command.

    `answer` raises BadFile, and what `handle.check` raises.
    """

    def __init__(self, command: str, handle: JobHandle | None = None, **arguments: Any) -> None:
        self._command, self._handle = command, handle
        limits = {
            "parent": os.getpid(),
            "memory": settings.UPLOAD_MEMORY_BYTES,
            "seconds": settings.UPLOAD_SECONDS * MOST_STAGES,
            "most_bytes": settings.UPLOAD_UNPACKED_BYTES,
        }
        self._arguments = limits | {
            name: str(value) if isinstance(value, Path) else value
            for name, value in arguments.items()
        }
        self._read, self._complaints = b"", b""
        self._until = 0.0

    def __enter__(self) -> Reader:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "uploads.geodata", self._command],
            cwd=settings.BASE_DIR,
            env={name: os.environ[name] for name in KEPT if name in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._lines = self._all_lines()
        with suppress(BrokenPipeError), self._pipe(self._process.stdin) as pipe:
            pipe.write(json.dumps(self._arguments).encode())
        return self

    def __exit__(self, *_: object) -> None:
        """Ends it with all that it may have started."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._pipe(self._process.stdout).close()
        self._pipe(self._process.stderr).close()
        if self._complaints:
            said = self._complaints.decode(errors="replace")[-1000:]
            level = logging.WARNING if self._process.returncode > 0 else logging.DEBUG
            logger.log(level, "the reader of files says: %s", said)

    def answer(self, seconds: float | None = None) -> Any:
        """What the next stage has to say, within this time."""
        self._until = time.monotonic() + (seconds or settings.UPLOAD_SECONDS)
        for line in self._lines:
            found = json.loads(line)
            if "problem" in found:
                raise BadFile(found["problem"], **found["values"])
            if "result" in found:
                return found["result"]
            if self._handle is not None:
                self._handle.progress(found["done"], found["total"])
        used_up = self._process.wait() == -signal.SIGXCPU
        raise BadFile(TOO_LONG if used_up else CRASHED)

    def _all_lines(self) -> Iterator[bytes]:
        output, errors = self._pipe(self._process.stdout), self._pipe(self._process.stderr)
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            selector.register(errors, selectors.EVENT_READ)
            while selector.get_map():
                self._look()
                for key, _events in selector.select(LOOK_EVERY_SECONDS):
                    chunk = os.read(key.fd, 65536)
                    if not chunk:
                        selector.unregister(key.fileobj)
                    elif key.fileobj is errors:
                        self._complaints = (self._complaints + chunk)[-4000:]
                    else:
                        *lines, self._read = (self._read + chunk).split(b"\n")
                        yield from lines

    def _look(self) -> None:
        if self._handle is not None and self._handle.must_stop:
            self._handle.check()
        if time.monotonic() > self._until:
            raise BadFile(TOO_LONG)

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise BadFile(CRASHED)
        return pipe
