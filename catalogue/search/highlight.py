"""Marks the words of a question in a text, as safe HTML.

It works on the text that the database holds now: what an editor has just taken out of an abstract
can't come back out of an index that is some seconds behind.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from catalogue.search.words import UNSPACED, Words, script_of

SNIPPET_LENGTH = 260
SEARCHED = 6000  # of a long text; who reads results wants its beginning
MAX_MARKS = 40
MIN_STEM = 4  # shorter words have no inflections worth marking
ENDING = 3  # letters by which two inflections of a word may differ
WORD = re.compile(r"\w+")
OTHERS = re.compile("[^\x00-\x7f]+")

Span = tuple[int, int]


def marked(text: str, words: Words) -> SafeString:
    return _html(text, _spans(text, words))


def snippet(text: str, words: Words, length: int = SNIPPET_LENGTH) -> SafeString:
    """The part of the text with most marks, or its beginning."""
    text = " ".join(text[:SEARCHED].split())
    spans = _spans(text, words)
    start, end = _window(text, spans, length)
    inside = [(a - start, b - start) for a, b in spans if start <= a and b <= end]
    before, after = "… " if start else "", " …" if end < len(text) else ""
    part = _html(text[start:end], inside)
    return mark_safe(f"{before}{part}{after}")  # noqa: S308 - both sides are ours, the part is escaped


class _Folding(dict[int, str]):
    """Folded letters by code point, each found out once."""

    def __missing__(self, code: int) -> str:
        self[code] = _folded(chr(code))
        return self[code]


_FOLDING = _Folding()


def fold(text: str) -> str:
    """Letter by letter, so that positions stay those of the text."""
    if not text.isascii():
        text = OTHERS.sub(lambda match: match.group().translate(_FOLDING), text)
    return text.lower()


def _folded(char: str) -> str:
    base = unicodedata.normalize("NFKD", char)[0].casefold()
    return base if len(base) == 1 else char


def _spans(text: str, words: Words) -> list[Span]:
    marks = _marks_of(words)
    folded = fold(text)
    spans = {
        (start, end)
        for beginning in marks.beginnings
        for start, end in _words_from(folded, beginning)
        if _is_one_of(folded[start:end], marks.wanted)
    }
    for word in marks.unspaced:
        spans |= {(start, start + len(word)) for start in _positions(folded, word)}
    return _merged(spans)


def _words_from(text: str, beginning: str) -> Iterator[Span]:
    """Whole words that begin so. To search for letters is faster than to match a pattern."""
    for start in _positions(text, beginning):
        before = text[start - 1 : start]
        word = WORD.match(text, start)
        if word and not (before.isalnum() or before == "_"):
            yield word.span()


def _positions(text: str, part: str) -> Iterator[int]:
    start = text.find(part)
    while start >= 0:
        yield start
        start = text.find(part, start + len(part))


class _Marks(NamedTuple):
    """What is marked: words, the beginnings of all that may be one of them, and letters."""

    wanted: tuple[str, ...]
    beginnings: tuple[str, ...]
    unspaced: tuple[str, ...]


@lru_cache(maxsize=64)
def _marks_of(words: Words) -> _Marks:
    wanted = {fold(word): None for term in words.wanted_terms for word in WORD.findall(term.text)}
    spaced = tuple(word for word in wanted if script_of(word[0]) not in UNSPACED)
    unspaced = tuple(word for word in wanted if script_of(word[0]) in UNSPACED)
    return _Marks(spaced, tuple(dict.fromkeys(map(_beginning, spaced))), unspaced)


def _beginning(word: str) -> str:
    """What all words of the same stem begin with: to look at each word of a text takes longer."""
    return word[: max(MIN_STEM, len(word) - ENDING - 1)]


@lru_cache(maxsize=5_000)  # the hits of a question have the same words
def _is_one_of(word: str, wanted: tuple[str, ...]) -> bool:
    return any(word == other or _same_stem(word, other) for other in wanted)


def _same_stem(one: str, other: str) -> bool:
    """A cheap guess at what Solr's stemmers do: `river` and `rivers`, `city` and `cities`."""
    short, long = sorted((one, other), key=len)
    if len(short) < MIN_STEM or len(long) - len(short) > ENDING:
        return False
    return long.startswith(short) or (long.startswith(short[:-1]) and len(short) > MIN_STEM)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans)[:MAX_MARKS]:
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _window(text: str, spans: list[Span], length: int) -> Span:
    if len(text) <= length:
        return 0, len(text)
    starts = [start for start, _ in spans]
    best = max(starts, default=0, key=lambda s: sum(s <= other < s + length for other in starts))
    start = 0 if best < length // 2 else _word_start(text, best - 40)
    return start, _word_end(text, start + length)


def _word_start(text: str, position: int) -> int:
    blank = text.find(" ", position, position + 30)
    return blank + 1 if blank >= 0 else position


def _word_end(text: str, position: int) -> int:
    if position >= len(text):
        return len(text)
    blank = text.rfind(" ", position - 30, position + 1)
    return blank if blank > 0 else position


def _html(text: str, spans: list[Span]) -> SafeString:
    parts, done = [], 0
    for start, end in spans:
        parts += [escape(text[done:start]), f"<mark>{escape(text[start:end])}</mark>"]
        done = end
    parts.append(escape(text[done:]))
    return mark_safe("".join(parts))  # noqa: S308 - every piece is escaped above
