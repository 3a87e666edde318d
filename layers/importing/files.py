"""Records out of files, told apart by what is in them and not by their names."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _

GZIP = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class UnreadableFileError(Exception):
    """The message says in one line what is the matter with the file."""


@dataclass(frozen=True, slots=True)
class Item:
    """One record of a file, or the reason why it is none. `place` says where to look."""

    place: str
    value: Any = None
    problem: str = ""


def read_items(path: Path) -> Iterator[Item]:
    """JSON (an object or a list of them) or JSON lines, gzipped or not, in UTF-8.

    A file of lines is read as a stream. Raises UnreadableFileError, also half-way where a file ends
    in the middle.
    """
    with _readable(path), _opened(path) as file:
        head = file.readline()
        while head and not head.removeprefix(BYTE_ORDER_MARK).strip():
            head = file.readline()
        if not head:
            raise UnreadableFileError(_("the file is empty"))
        yield from _items(path, file, head)


def _items(path: Path, file: IO[bytes], head: bytes) -> Iterator[Item]:
    if isinstance(_parsed(head), dict):
        yield from _lines(file)
        return
    file.seek(0)
    try:
        document = json.loads(file.read())
    except (ValueError, RecursionError) as error:
        yield from _damaged_lines(file, error)
        return
    records = document if isinstance(document, list) else [document]
    for number, record in enumerate(records, start=1):
        yield Item(_("record %(number)s") % {"number": number}, record)


def _lines(file: IO[bytes]) -> Iterator[Item]:
    file.seek(0)
    for number, line in enumerate(file, start=1):
        if line.removeprefix(BYTE_ORDER_MARK).strip():
            yield _item(_("line %(number)s") % {"number": number}, line)


def _item(place: str, text: bytes) -> Item:
    try:
        return Item(place, json.loads(text))
    except UnicodeDecodeError:
        return Item(place, problem=_("the text is not UTF-8"))
    except RecursionError:
        return Item(place, problem=_("the JSON is nested too deeply"))
    except ValueError as error:
        return Item(place, problem=_("the line is no JSON (%(error)s)") % {"error": error})


def _damaged_lines(file: IO[bytes], error: Exception) -> Iterator[Item]:
    """A file of lines whose first line is damaged, or no JSON at all."""
    items = list(_lines(file))
    if not any(isinstance(item.value, dict) for item in items):
        raise UnreadableFileError(
            _("the file is neither JSON nor JSON lines (%(error)s)") % {"error": error}
        )
    yield from items


def _parsed(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        zipped = file.read(2) == GZIP
    return gzip.open(path, "rb") if zipped else path.open("rb")  # type: ignore[return-value]


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableFileError(
            _("the compressed file is damaged or cut short (%(error)s)") % {"error": error}
        ) from error
    except OSError as error:
        raise UnreadableFileError(error.strerror or str(error)) from error
