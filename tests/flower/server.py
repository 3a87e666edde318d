"""Flower as supervisord starts it, with flowerconfig.py, on a port of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from services import ports
from tests.programs import Process, eventually

USER, PASSWORD = "operator", "100% known to operators: yes"


class Flower(Process):
    def __init__(self, folder: Path) -> None:
        port = ports.find_free()
        self.url = f"http://127.0.0.1:{port}"
        super().__init__(
            folder / "flower.log",
            *("celery", "-A", "config", "flower"),
            FLOWER_PORT=str(port),
            FLOWER_BASIC_AUTH=f"{USER}:{PASSWORD}",
            DATA_DIR=str(folder),
        )

    def get(self, path: str, **parameters: str) -> requests.Response:
        return requests.get(self.url + path, params=parameters, auth=(USER, PASSWORD), timeout=10)

    def answers(self) -> bool:
        try:
            return self.get("/api/tasks").ok
        except requests.RequestException:
            return False

    def tasks_of(self, object_id: str) -> list[dict[str, Any]]:
        """What Flower knows of the tasks for one object, the oldest first."""
        tasks = self.get("/api/tasks").json().values()
        found = [task for task in tasks if object_id in (task["args"] or "")]
        return sorted(found, key=lambda task: task["received"] or 0)


def result_of(outcome: str, layer_id: str) -> str:
    """A pattern: a task whose document another one took with its own says that instead."""
    by_another = r"(on its way|taken already) by task [0-9a-f-]{36}"
    return rf"'?({outcome}|{by_another}): layer {layer_id}'?"


@contextmanager
def running_flower(folder: Path) -> Iterator[Flower]:
    """Waits until Flower listens to events: it can't show what happened before."""
    flower = Flower(folder)
    flower.start()
    try:
        eventually(flower.answers, within=60, what=f"Flower's answer ({flower.log})")
        time.sleep(0.5)
        yield flower
    finally:
        flower.stop()
