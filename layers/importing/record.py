"""One record as it was read: values by field name, however each catalogue wraps them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from layers.importing.cleaning import line, storable
from layers.importing.notes import Note, note


class Record:
    """Remembers which fields were read, so that the others can be kept.

    Lists stand where texts are expected and the other way round; blanks and nulls count as absent.
    """

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields
        self.notes: list[Note] = []
        self._read: set[str] = set()
        self._kept: set[str] = set()

    def values(self, *names: str) -> list[Any]:
        """The values of these fields, in this order, without blanks."""
        self._read.update(names)
        return [value for name in names for value in _flat(self.fields.get(name))]

    def raw(self, *names: str) -> list[str]:
        """Texts with their line breaks and markup."""
        return [_text_of(value) for value in self.values(*names)]

    def lines(self, *names: str) -> list[str]:
        """Cleaned texts of one line, each once."""
        texts = (line(text) for text in self.raw(*names))
        return list(dict.fromkeys(text for text in texts if text))

    def first(self, *names: str) -> str:
        """The first text in the first field that has one."""
        for name in names:
            if lines := self.lines(name):
                return lines[0]
        return ""

    def flag(self, *names: str) -> bool:
        return any(text.casefold() in {"true", "1", "yes"} for text in self.lines(*names))

    def keep(self, *names: str) -> None:
        """Keeps fields as they are though they were read: the layer can't say all of it."""
        self._kept.update(names)

    def note(self, kind: Any, value: Any = "", *, keep: str = "") -> None:
        self.notes.append(note(kind, value))
        if keep:
            self.keep(keep)

    @property
    def left_over(self) -> dict[str, Any]:
        """What the layer does not hold in a field of its own."""
        return {
            name: storable(value)
            for name, value in self.fields.items()
            if (name not in self._read or name in self._kept) and value not in (None, "", [], {})
        }


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _flat(item)
    elif value is not None and not (isinstance(value, str) and not value.strip()):
        yield value


def _text_of(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
