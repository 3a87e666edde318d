"""Better words for those that nothing contains.

Solr says which words of a question its index lacks, and which it has that look alike. A question
with such words is asked again, with the better ones as alternatives; what is offered as a better
question has hits that the asker may read.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from catalogue.search.query import SearchQuery
from catalogue.search.results import Corrections
from catalogue.search.words import Term, Words
from catalogue.solr_values import fold

MAX_ALTERNATIVES = 3


def unknown_words(raw: dict[str, Any]) -> Corrections:
    """From the answer: a flat list of word, description, word, description, …"""
    found = raw.get("spellcheck", {}).get("suggestions", [])
    pairs = dict(zip(found[::2], found[1::2], strict=True))
    return {
        word: [_word(item) for item in about["suggestion"]][:MAX_ALTERNATIVES]
        for word, about in pairs.items()
        # A year or a number of a sheet has no spelling.
        if not any(char.isdigit() for char in word)
    }


def _word(item: Any) -> str:
    return str(item["word"] if isinstance(item, dict) else item)


def widened(words: Words, unknown: Corrections) -> Words:
    """Each unknown word or one like it."""
    groups = tuple(
        tuple(term for old in group for term in (old, *_like(old, unknown)))
        for group in words.wanted
    )
    return replace(words, wanted=groups)


def _like(term: Term, unknown: Corrections) -> list[Term]:
    if term.phrase:
        return []
    return [Term(word) for word in unknown.get(fold(term.text), ())]


def corrected(query: SearchQuery, unknown: Corrections) -> str:
    """The question as it was typed, but for the best word in place of each unknown one."""

    def better(match: re.Match[str]) -> str:
        return next(iter(unknown.get(fold(match.group()), ())), match.group())

    return re.sub(r"\w+", better, query.q)
