"""Letters that a font lacks: left out where they stand, and said so at the end."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any
from unicodedata import category

GAP = "…"
GAPS = re.compile(f"{GAP}(?:[ {GAP}]*{GAP})?")
# Titles give way to the address of their page, which is written in letters that every font has.
TITLE, ADDRESSES = "title", ("address", "url")


class Letters:
    """Makes texts fit for a font; `lacking` tells whether it had to leave out anything."""

    def __init__(self, known: Container[int]) -> None:
        self.known = known
        self.lacking = False

    def fit(self, content: Any) -> Any:
        """The same with all its texts made fit."""
        if isinstance(content, str):
            return self.text(content)
        if isinstance(content, list):
            return [self.fit(each) for each in content]
        if isinstance(content, dict):
            return self._row({name: self.fit(value) for name, value in content.items()})
        return content

    def text(self, text: str) -> str:
        """Each run of letters that the font lacks becomes one ellipsis."""
        if all(ord(letter) in self.known or letter.isspace() for letter in text):
            return text
        visible = (letter for letter in text if category(letter) != "Cf")  # joiners, marks
        found = "".join(letter if self._has(letter) else GAP for letter in visible)
        return GAPS.sub(GAP, found)

    def _has(self, letter: str) -> bool:
        has = ord(letter) in self.known or letter.isspace()
        self.lacking = self.lacking or not has
        return has

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        if row.get(TITLE) == GAP:
            addresses = (row[name] for name in ADDRESSES if row.get(name))
            row[TITLE] = f"{GAP} {next(addresses, '')}".strip()
        return row
