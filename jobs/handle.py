"""What a job's function is given: its way to say how far it is, and to learn that it has to end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from jobs import leases
from jobs.exceptions import JobCancelled, LeaseLost
from jobs.models import Job, JobLine

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

WRITE_EVERY_SECONDS = 0.5
MOST_LINES = 1000


class JobHandle:
    """The job as its function sees it. `progress`, `step`, `log`, `check` and `fence` raise
    JobCancelled when somebody asked it to end, and LeaseLost when another worker has it."""

    def __init__(self, job: Job, token: str, step_names: list[str]) -> None:
        self.job = job
        self.token = token
        self._names = step_names
        self._step = -1
        self._written_at = 0.0
        self._lines = 0
        self._cancel = threading.Event()
        self._lost = threading.Event()

    @property
    def owner(self) -> User | None:
        return self.job.owner

    @property
    def memory(self) -> dict[str, Any]:
        """What an earlier run of the same job remembered."""
        return dict(self.job.memory)

    @property
    def must_stop(self) -> bool:
        """For loops that wait for something: whether `check` would raise. Asks no database."""
        return self._cancel.is_set() or self._lost.is_set()

    def check(self) -> None:
        if self._lost.is_set():
            raise LeaseLost(str(self.job))
        if self._cancel.is_set():
            raise JobCancelled(str(self.job))

    def step(self, name: str) -> None:
        """Begins one of the kind's steps; the one before is done."""
        self._step = self._names.index(name)
        states = ["done"] * self._step + ["running"]
        states += ["waiting"] * (len(self._names) - len(states))
        steps = [{"name": n, "state": s} for n, s in zip(self._names, states, strict=True)]
        share = self._step / len(self._names)
        self._write(steps=steps, progress=share, done=0, total=0, counting_since=Now())

    def progress(self, done: int, total: int) -> None:
        """How far the step is, or the whole where there are no steps; written twice a second."""
        if time.monotonic() - self._written_at < WRITE_EVERY_SECONDS and done < total:
            self.check()
            return
        part = min(done / total, 1.0) if total else 0.0
        whole = (max(self._step, 0) + part) / max(len(self._names), 1)
        first = {} if self.job.counting_since else {"counting_since": Now()}
        self.job.counting_since = self.job.counting_since or self.job.started_at
        self._write(progress=whole, done=done, total=total, **first)

    def log(self, text: str) -> None:
        """A line for the one who waits; the first thousand are kept."""
        logger.info("%s: %s", self.job, text)
        if self._lines < MOST_LINES:
            self._lines += 1
            JobLine.objects.create(job=self.job, at=Now(), text=text)
        self.check()

    def remember(self, memory: dict[str, Any]) -> None:
        """Keeps a place to go on from, and gives the job all its attempts anew."""
        self.job.memory = memory
        self._write(memory=memory, attempts=1)

    @contextmanager
    def fence(self) -> Iterator[None]:
        """A transaction that only the run which holds the job can commit.

        The row is locked until then: no other worker can take the job over meanwhile, so what is
        written inside happens once, however often a message was delivered.
        """
        with transaction.atomic():
            if leases.held(self.job.pk, self.token).select_for_update(of=("self",)).first() is None:
                self._lost.set()
            self.check()
            yield

    def _write(self, **values: Any) -> None:
        self._written_at = time.monotonic()
        self.beat(**values)
        self.check()

    def beat(self, **values: Any) -> None:
        """A sign of life; learns whether the job is still ours and wanted."""
        if not leases.renew(self.job.pk, self.token, **values):
            self._lost.set()
        elif leases.held(self.job.pk, self.token).filter(cancel_asked_at__isnull=False).exists():
            self._cancel.set()


class Heartbeat(threading.Thread):
    """Keeps the lease while the function is busy with something else."""

    def __init__(self, handle: JobHandle) -> None:
        super().__init__(name="job-heartbeat", daemon=True)
        self._handle = handle
        self._end = threading.Event()

    def run(self) -> None:
        while not self._end.wait(leases.HEARTBEAT_SECONDS):
            try:
                self._handle.beat()
            except DatabaseError as error:
                logger.warning("%s: no sign of life could be given (%s)", self._handle.job, error)
            finally:
                connection.close()

    def __enter__(self) -> Heartbeat:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self.join()
