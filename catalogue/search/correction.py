"""Better words for those that nothing contains which the asker may read.

The index's own spelling knows the words of all layers, hidden ones too. So what it says is never
passed on: a word is unknown if no layer that the asker may read has it, whoever else's may, and a
word like it counts if such a layer has it. A question with unknown words is asked again, with the
better ones as alternatives; what is offered as a better question has hits for its asker.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from catalogue.search.filters import access_filter
from catalogue.search.query import SearchQuery
from catalogue.search.results import Corrections
from catalogue.search.wording import Parameters
from catalogue.search.words import Term, Words, token_count
from catalogue.solr_values import fold

MAX_WORDS = 8  # that are looked up
MAX_UNKNOWN = 3  # that better ones are sought for
MAX_CANDIDATES, MAX_ALTERNATIVES = 10, 1  # words like an unknown one: looked at, and taken
SHORTEST = 4  # letters; solrconfig.xml says the same

NOTHING: Parameters = {"q": "", "qf": "title", "rows": 0}  # but what is counted

Request = dict[str, Any]


def lookups(words: Words, parameters: Parameters) -> dict[str, Request]:
    """Counts of the layers that have each word, among all that the asker may read."""
    return _counted(spelt(words), parameters)


def unseen(words: Words, facets: dict[str, Any]) -> tuple[str, ...]:
    """Not what was not counted: an older index may have nothing to count in."""
    found = {word: facets.get(f"spelt_{index}") for index, word in enumerate(spelt(words))}
    return tuple(word for word, about in found.items() if about == {"count": 0})[:MAX_UNKNOWN]


def spelt(words: Words) -> list[str]:
    """What has a spelling: no phrases, no years or numbers of sheets, no single letters."""
    folded = dict.fromkeys(fold(term.text) for term in words.wanted_terms if not term.phrase)
    return [
        word
        for word in folded
        if len(word) >= SHORTEST and word.isalpha() and token_count(word) == 1
    ][:MAX_WORDS]


def _counted(words: Iterable[str], parameters: Parameters) -> dict[str, Request]:
    """`{!field}` and a parameter: the word is never parsed. The domain is what may be read."""
    found = {}
    for index, word in enumerate(words):
        parameters[f"spelt_{index}"] = word
        question = f"{{!field f=words v=$spelt_{index}}}"
        domain = {"query": "{!terms f=acl v=$acl}"}
        found[f"spelt_{index}"] = {"type": "query", "q": question, "domain": domain}
    return found


def _count(facets: dict[str, Any], index: int) -> int:
    count: int = facets.get(f"spelt_{index}", {}).get("count", 0)
    return count


def spelling_parameters(words: Sequence[str]) -> Parameters:
    """Asks for words like these, also where hidden layers have the word itself."""
    return {
        **NOTHING,
        "spellcheck": "true",
        "spellcheck.q": " ".join(words),
        "spellcheck.count": MAX_CANDIDATES,
        "spellcheck.alternativeTermCount": MAX_CANDIDATES,
    }


def candidates(raw: dict[str, Any]) -> Corrections:
    """From the answer: a flat list of word, description, word, description, …"""
    found = raw.get("spellcheck", {}).get("suggestions", [])
    pairs = dict(zip(found[::2], found[1::2], strict=True))
    return {word: [_word(item) for item in about["suggestion"]] for word, about in pairs.items()}


def _word(item: Any) -> str:
    return str(item["word"] if isinstance(item, dict) else item)


def candidates_parameters(found: Corrections, labels: Sequence[str]) -> Parameters:
    parameters: Parameters = dict(NOTHING)
    parameters["fq"] = [access_filter(labels, parameters)]
    parameters["json.facet"] = json.dumps(_counted(_all(found), parameters))
    return parameters


def readable(found: Corrections, raw: dict[str, Any]) -> Corrections:
    """Those alternatives that some layer of the asker's has; Solr's order is the best first."""
    facets = raw.get("facets", {})
    known = {word for index, word in enumerate(_all(found)) if _count(facets, index)}
    kept = {word: [w for w in others if w in known] for word, others in found.items()}
    return {word: others[:MAX_ALTERNATIVES] for word, others in kept.items() if others}


def _all(found: Corrections) -> list[str]:
    return list(dict.fromkeys(word for others in found.values() for word in others))


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
