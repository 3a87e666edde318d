"""The words of a question as Solr's edismax takes them. Every sign with a meaning is escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from catalogue.search.fields import (
    EXACT_WEIGHTS,
    MINIMUM_MATCH,
    PHRASE_WEIGHTS,
    finding_fields,
    ranking_fields,
    weighted,
)
from catalogue.search.words import Term, Words

Parameters = dict[str, Any]

SPECIAL = re.compile(r'([+\-&|!(){}\[\]^"~*?:\\/])')


def words_parameters(words: Words) -> Parameters:
    asked = query_text(words) if words else ""
    # A lone group of alternatives is the whole question to edismax, which would want all of them.
    is_choice = len(words.wanted) == 1 and len(words.wanted[0]) > 1
    return {
        **exact_parameters(words),
        "q": asked,
        "asked": asked,
        "qf": finding_fields(words),
        "rank_qf": ranking_fields(words),
        "rank_pf": weighted(PHRASE_WEIGHTS),
        "mm": "1" if is_choice else MINIMUM_MATCH,
        "tie": "0.1",
    }


def exact_parameters(words: Words) -> Parameters:
    """Adds to the score of what is called, or numbered, just as the question says."""
    whole = " ".join(term.text for term in words.wanted_terms)
    if not whole:
        return {}
    parameters: Parameters = {"whole": whole}
    for field, weight in EXACT_WEIGHTS.items():
        parameters[f"whole_{field}"] = f"{{!field f={field} v=$whole}}"
        parameters[f"exact_{field}"] = f"{{!boost b={weight:g} v=$whole_{field}}}"
    exact = f"{{!bool {' '.join(f'should=$exact_{field}' for field in EXACT_WEIGHTS)}}}"
    return parameters | {"exact": exact, "bq": [exact]}


def query_text(words: Words) -> str:
    wanted = [_alternatives(group) for group in words.wanted]
    unwanted = [f"-{escaped(term)}" for term in words.unwanted]
    return " ".join([*(wanted or ["*:*"]), *unwanted])


def _alternatives(group: Sequence[Term]) -> str:
    text = " OR ".join(escaped(term) for term in group)
    return f"({text})" if len(group) > 1 else text


def escaped(term: Term) -> str:
    if term.phrase:
        return '"' + re.sub(r'(["\\])', r"\\\1", term.text) + '"'
    # Lower case takes their meaning from AND, OR and NOT.
    text = term.text.lower() if term.text in {"AND", "OR", "NOT"} else term.text
    return SPECIAL.sub(r"\\\1", text)
