"""Many readers at once, each asking for one page after another."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Sequence

import requests

SLOWEST = 30  # seconds; a page that takes longer is an error


class Reader(threading.Thread):
    def __init__(self, address: str, paths: itertools.cycle[str], until: float) -> None:
        super().__init__(daemon=True)
        self.address, self.paths, self.until = address, paths, until
        self.times: list[float] = []
        self.errors = 0

    def run(self) -> None:
        with requests.Session() as session:
            while time.monotonic() < self.until:
                began = time.monotonic()
                try:
                    answer = session.get(self.address + next(self.paths), timeout=SLOWEST)
                    self.errors += answer.status_code != 200
                except requests.RequestException:
                    self.errors += 1
                self.times.append(time.monotonic() - began)


def read_for(
    address: str, paths: Sequence[str], readers: int, seconds: float
) -> dict[str, float | int]:
    shared = itertools.cycle(paths)
    until = time.monotonic() + seconds
    threads = [Reader(address, shared, until) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = sorted(taken for thread in threads for taken in thread.times)
    figures: dict[str, float | int] = {
        "readers": readers,
        "readers_errors": sum(thread.errors for thread in threads),
        "readers_pages_per_s": round(len(times) / seconds, 1),
        "readers_p95_ms": round(times[int(len(times) * 0.95)] * 1000),
    }
    print(
        f"\n{readers} readers for {seconds:g} s: {len(times)} pages, {figures['readers_errors']}"
        f" errors, {figures['readers_pages_per_s']} a second, p95 {figures['readers_p95_ms']} ms"
    )
    return figures
