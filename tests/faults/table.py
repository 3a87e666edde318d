"""The table of faults: what was done, and what came of it."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from pathlib import Path

from tests.programs import PROJECT

HEADINGS = (
    "Fault",
    "changes",
    "killed",
    "missing",
    "stale",
    "ghosts",
    "compared",
    "errors of editors",
    "while the database was away",
    "slowest edit, s",
    "longest wait in an edit, s",
    "of an edit, held by what dies, s",
    "all right after, s",
    "load of the machine",
)


@dataclass(frozen=True)
class Row:
    fault: str
    changes: int
    kills: int
    missing: int
    stale: int
    ghosts: int
    compared: int
    errors: int
    errors_database_away: int
    slowest: str
    longest_wait: str
    longest_held: str
    right_after: str
    load: str


rows: list[Row] = []


def as_markdown() -> str:
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---" * len(HEADINGS) + "|"]
    lines += ["| " + " | ".join(str(value) for value in astuple(row)) + " |" for row in rows]
    return "\n".join(lines)


def add(row: Row, vendor: str) -> None:
    """Keeps it at once: a run of an hour may be ended before its last line."""
    rows.append(row)
    keep(vendor)


def keep(vendor: str) -> Path:
    file = PROJECT / "var" / "log" / "tests" / f"faults-{vendor}.md"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(as_markdown() + "\n", encoding="utf-8")
    return file
