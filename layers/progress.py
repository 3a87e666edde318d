"""How far a long command has come: one line that changes on a terminal, few lines in a log."""

from __future__ import annotations

import time
from typing import TextIO


class Progress:
    def __init__(self, stream: TextIO, what: str, total: int | None = None) -> None:
        self.stream = stream
        self.what = what
        self.total = total
        self.terminal = bool(getattr(stream, "isatty", lambda: False)())
        self.pause = 0.2 if self.terminal else 10.0
        self.begin = self.last = time.monotonic()
        self.done = 0

    def __call__(self, done: int) -> None:
        self.done = done
        now = time.monotonic()
        if now - self.last >= self.pause:
            self.last = now
            self._show(end="\r" if self.terminal else "\n")

    def finish(self) -> None:
        self._show(end="\n")

    def _show(self, end: str) -> None:
        seconds = max(time.monotonic() - self.begin, 0.001)
        of = f" / {self.total}" if self.total else ""
        text = f"{self.done}{of} {self.what}, {seconds:.1f} s, {self.done / seconds:.0f}/s"
        self.stream.write(f"{text:<70}{end}" if self.terminal else f"{text}{end}")
        self.stream.flush()
