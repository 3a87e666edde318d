"""What a person types: words, "phrases", -exclusions and OR. Nothing else has a meaning."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

MAX_LENGTH = 1000
# Solr allows 1,024 clauses in a query; each word becomes one for each field that is searched.
MAX_WORDS = 60

QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
PIECE = re.compile(r'(?P<minus>-*)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
# Scripts without blanks between words: each letter may be a word of its own.
UNSPACED = {"CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"}


@dataclass(frozen=True, slots=True)
class Term:
    text: str
    phrase: bool = False

    @property
    def is_several(self) -> bool:
        """Words that have to stand beside each other."""
        return self.phrase and token_count(self.text) > 1


@dataclass(frozen=True, slots=True)
class Words:
    """Each of `wanted` is a group of alternatives; none of `unwanted` may occur."""

    wanted: tuple[tuple[Term, ...], ...] = ()
    unwanted: tuple[Term, ...] = ()
    was_cut: bool = False

    def __bool__(self) -> bool:
        return bool(self.wanted or self.unwanted)

    @property
    def wanted_terms(self) -> Iterator[Term]:
        return (term for group in self.wanted for term in group)

    @property
    def terms(self) -> Iterator[Term]:
        return (term for group in (*self.wanted, self.unwanted) for term in group)

    @property
    def count(self) -> int:
        return sum(token_count(term.text) for term in self.terms)

    @classmethod
    def parse(cls, text: str) -> Words:
        groups: list[list[Term]] = []
        unwanted: list[Term] = []
        joins = False  # an OR stands before the next term
        left = MAX_WORDS
        for minus, term in _pieces(text.translate(QUOTES)):
            if term is None:
                joins = bool(groups)
                continue
            if token_count(term.text) > left:
                return cls(tuple(map(tuple, groups)), tuple(unwanted), was_cut=True)
            left -= token_count(term.text)
            if minus:
                unwanted.append(term)
            elif joins:
                groups[-1].append(term)
            else:
                groups.append([term])
            joins = False
        return cls(tuple(map(tuple, groups)), tuple(unwanted))


def _pieces(text: str) -> Iterator[tuple[bool, Term | None]]:
    """Terms, each with whether a minus stands before it; None stands for OR."""
    for match in PIECE.finditer(text):
        word, phrase = match["word"], match["phrase"]
        if word == "OR" and not match["minus"]:
            yield False, None
            continue
        found = _beginning(word or phrase or "", MAX_WORDS // 2)
        if token_count(found):
            yield bool(match["minus"]), Term(" ".join(found.split()), phrase=phrase is not None)


def _beginning(text: str, tokens: int) -> str:
    """A word may hide many: `a-a-a-…`, or a sentence in a script without blanks."""
    while token_count(text) > tokens:
        text = text[: len(text) * 2 // 3]
    return text


def token_count(text: str) -> int:
    """At least as many as the words that Solr's tokenizer makes of it."""
    count, before = 0, ""
    for char in text:
        script = script_of(char)
        if script and (script != before or script in UNSPACED):
            count += 1
        before = script
    return count


@lru_cache(maxsize=5_000)
def script_of(char: str) -> str:
    """`LATIN`, `CYRILLIC`, `CJK` …; empty for what belongs to no word."""
    if unicodedata.category(char)[0] not in "LN" and unicodedata.category(char) != "So":
        return ""
    if char.isdecimal():
        return "DIGIT"
    return unicodedata.name(char, "OTHER").partition(" ")[0].partition("-")[0]
