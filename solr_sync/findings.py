"""What an audit found: numbers, and a few examples; never a list that grows with the damage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

MISSING, STALE, GHOST = "missing", "stale", "ghosts"
KINDS = (MISSING, STALE, GHOST)
EXAMPLES = 10


@dataclass
class Findings:
    checked: int = 0
    repaired: int = 0
    examples: list[str] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)

    def note(self, kind: str, ids: Iterable[str]) -> None:
        found = list(ids)
        self._counts[kind] += len(found)
        self.examples += found[: EXAMPLES - len(self.examples)]

    @property
    def wrong(self) -> int:
        return self._counts.total()

    @property
    def agrees(self) -> bool:
        return not self.wrong

    def as_dict(self) -> dict[str, int]:
        counts = {kind: self._counts[kind] for kind in KINDS}
        return {"checked": self.checked} | counts | {"repaired": self.repaired}
