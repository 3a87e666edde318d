"""Processes that outlive the program which started them, told apart by pid and time of start."""

from __future__ import annotations

import atexit
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
START_TIME_FIELD = 19  # counted after the closing bracket of the name: see proc(5), /proc/PID/stat

# Children of this very process must be waited for, or they stay as zombies.
_children: dict[int, subprocess.Popen[bytes]] = {}


@atexit.register
def _let_go() -> None:
    """What was detached lives on; without this Python would warn of it after our last line."""
    for child in _children.values():
        if child.poll() is None:
            child.returncode = 0


@dataclass(frozen=True)
class User:
    uid: int
    gid: int
    home: str


@dataclass(frozen=True)
class Command:
    """What is to be started: `name` also names its pid file and its log."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    user: User | None = None


class PidFile:
    """Holds a pid and the time its process began, so that a pid used again is not ours."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, pid: int) -> None:
        self.path.write_text(f"{pid} {started_at(pid)}\n", encoding="ascii")

    def read(self) -> int | None:
        """The pid, or None where the process is gone."""
        try:
            pid, started = self.path.read_text(encoding="ascii").split()
            known = int(pid), int(started)
        except (FileNotFoundError, ValueError):  # also of one that ended as it began
            return None
        return known[0] if started_at(known[0]) == known[1] else None

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


def spawn(command: Command, log: Path | None, *, detached: bool) -> int:
    """Starts the command and returns its pid.

    Detached, it writes to `log` and lives on without us; otherwise it writes where we do and is
    asked to end when we die.
    """
    output = log.open("ab") if log else None
    try:
        child = subprocess.Popen(
            command.arguments,
            env=dict(command.environment),
            cwd=command.directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
            user=command.user.uid if command.user else None,
            group=command.user.gid if command.user else None,
            extra_groups=[] if command.user else None,
            preexec_fn=None if detached else end_with_parent,
        )
    finally:
        if output:
            output.close()
    _children[child.pid] = child
    return child.pid


def end_with_parent() -> None:
    """Asks the kernel for SIGTERM when our parent dies (Linux)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def exit_status(pid: int) -> int | None:
    """How a child of ours ended; None while it runs, and for processes of others."""
    return _children[pid].poll() if pid in _children else None


def started_at(pid: int) -> int | None:
    """When the process began, in clock ticks since boot; None for one that is gone or a zombie."""
    exit_status(pid)
    if (fields := _stat(pid)) is None or (fields[0] in {"Z", "X"} and not _has_threads(pid)):
        return None
    return int(fields[START_TIME_FIELD])


def _has_threads(pid: int) -> bool:
    """A killed Java shows as a zombie while some of its threads still hold its ports."""
    try:
        return len(list(Path(f"/proc/{pid}/task").iterdir())) > 1
    except (FileNotFoundError, ProcessLookupError):
        return False


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on; the name before may hold brackets."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def all_pids() -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            yield int(entry.name)


def family(pid: int) -> list[int]:
    """The process and all its descendants, parents first."""
    parents = {other: int(fields[1]) for other in all_pids() if (fields := _stat(other))}
    found = [pid]
    for parent in found:
        found += [child for child, its_parent in parents.items() if its_parent == parent]
    return found


def marked(variable: str, value: str) -> list[int]:
    """The processes that were started with this variable in their environment."""
    wanted = f"{variable}={value}".encode()
    return [pid for pid in all_pids() if pid != os.getpid() and wanted in _environment(pid)]


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []


def send(signal_number: signal.Signals, pids: Sequence[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal_number)
        except ProcessLookupError:
            continue


def wait_until(condition: Callable[[], bool], timeout: float, interval: float = 0.05) -> bool:
    """Whether the condition became true in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(interval)
    return True


def gone(pids: Sequence[int]) -> bool:
    return all(started_at(pid) is None for pid in pids)


def end(pids: Sequence[int], first: signal.Signals, patience: float) -> bool:
    """Asks them to end, kills those that do not; returns whether all went by themselves."""
    send(signal.SIGCONT, pids)
    send(first, pids)
    if wait_until(lambda: gone(pids), patience):
        return True
    send(signal.SIGKILL, [pid for pid in pids if started_at(pid) is not None])
    wait_until(lambda: gone(pids), 10)
    return False
