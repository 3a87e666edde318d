"""Jobs that do nothing but what the tests look at: lines of their own log."""

from __future__ import annotations

import time
from typing import Any

from django.db.models.functions import Now

from jobs.exceptions import JobFailed
from jobs.handle import JobHandle
from jobs.kinds import job_kind
from jobs.models import JobLine

COUNT = "rehearsal.count"
GREET = "rehearsal.greet"
BREAK = "rehearsal.break"
BLOCK = "rehearsal.block"


@job_kind(GREET, label="Greeting", steps={"think": "Thinking", "say": "Saying it"})
def greet(handle: JobHandle, name: str) -> dict[str, Any]:
    handle.step("think")
    handle.step("say")
    handle.log(f"hello {name}")
    return {"summary": f"Hello {name}", "links": [{"label": "Home", "url": "/"}]}


@job_kind(BREAK, label="Breaking off")
def break_off(handle: JobHandle, how: str) -> None:
    if how == "plainly":
        raise JobFailed("the bridge is closed")
    raise ZeroDivisionError("a secret")


@job_kind(COUNT, label="Counting")
def count(handle: JobHandle, to: int, pause: float = 0) -> dict[str, Any]:
    """Goes on where it was, and writes each number once, however often it is killed."""
    number = handle.memory.get("number", 0)
    while number < to:
        number += 1
        with handle.fence():
            JobLine.objects.create(job=handle.job, at=Now(), text=str(number))
            handle.remember({"number": number})
        handle.progress(number, to)
        time.sleep(pause)
    return {"counted": number}


@job_kind(BLOCK, label="Blocking", attempts=1)
def block(handle: JobHandle, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        handle.check()
        time.sleep(0.02)
