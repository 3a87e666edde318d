"""Kinds of jobs: each is a function of its room, registered in the room's module ``jobs``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils.functional import Promise

from jobs.exceptions import UnknownKind

if TYPE_CHECKING:
    from jobs.handle import JobHandle
    from jobs.models import Job

Text = str | Promise
# What the function returns becomes the job's result: JSON, or None.
Function = Callable[..., "dict[str, Any] | None"]
Decorated = TypeVar("Decorated", bound=Function)

# RabbitMQ closes the channel of a consumer that keeps a message for half an hour.
LONGEST_SECONDS = 25 * 60


@dataclass(frozen=True)
class Kind:
    name: str
    run: Function
    label: Text
    steps: Mapping[str, Text] = field(default_factory=dict)
    attempts: int = 3
    seconds: int = LONGEST_SECONDS
    repeatable: bool = True
    before_repeat: Callable[[Job], None] | None = None

    def call(self, handle: JobHandle, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        return self.run(handle, **arguments)


_kinds: dict[str, Kind] = {}


def job_kind(name: str, *, label: Text, **options: Any) -> Callable[[Decorated], Decorated]:
    """Registers ``function(handle, **arguments)`` as a kind of job.

    `name` is a constant such as ``uploads.read``. `steps` names what it does, in order. A run whose
    worker died is started again until there were `attempts` of them; a function that goes on where
    it was keeps its place by `handle.remember` and reads it from `handle.memory`, and each such
    note gives it all its attempts anew. `attempts=1` is for what must not be tried twice. A run
    ends as failed after `seconds`. `before_repeat` may refuse, by JobFailed, to have it repeated.
    """

    def register(function: Decorated) -> Decorated:
        kind = Kind(name, function, label, **options)
        if kind.seconds > LONGEST_SECONDS:
            raise ValueError(f"{name} may run for {LONGEST_SECONDS} s at most")
        if name in _kinds and _kinds[name].run.__module__ != function.__module__:
            raise ValueError(f"there is a kind of job {name} already")
        _kinds[name] = kind
        return function

    return register


def kind_of(name: str) -> Kind:
    """Raises UnknownKind, as in a worker of an older release."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(name) from None


def forget(name: str) -> None:
    """For tests."""
    _kinds.pop(name, None)
