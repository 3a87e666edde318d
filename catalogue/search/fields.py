"""Which fields a question goes to, and what each weighs."""

from __future__ import annotations

from collections.abc import Iterable

from catalogue.search.words import script_of

# Facet of the interface -> field of the index
FACET_FIELDS = {
    "topic": "topic",
    "keyword": "keyword",
    "region": "region_tree",
    "organisation": "organisation",
    "type": "resource_type",
    "format": "format",
    "licence": "licence",
    "location": "location",
    "links": "links",
    "access": "access",
}

# Language-neutral fields: they find. Title first, then what an editor chose to say in a few words.
WEIGHTS = {
    "title": 6.0,
    "alternative_titles": 4.0,
    "keywords": 4.0,
    "regions": 3.0,
    "region_names": 2.0,
    "category": 2.5,
    "organisation_words": 2.0,
    "contact_names": 1.5,
    "attribute_names": 1.5,
    "year_words": 1.5,
    "abstract": 1.0,
    "details": 0.4,
}
# Stemmed fields of one language: they find other inflections and add a little to the ranking.
STEM_WEIGHTS = {"title_stem": 3.0, "keywords_stem": 2.0, "abstract_stem": 0.7}
STEMS_BY_SCRIPT = {
    "LATIN": ("en", "de", "fr", "es", "pt", "it", "nl"),
    "CYRILLIC": ("ru",),
    "ARABIC": ("ar",),
}
# A question this long is a pasted title: inflection does not matter, the number of clauses does.
MAX_STEMMED_WORDS = 12

# The whole question as the whole title or an identifier. Not as phrases of edismax, which leaves
# out what its field makes a single term of.
EXACT_WEIGHTS = {"title_exact": 20.0, "identifiers": 20.0}
# The whole question as a phrase
PHRASE_WEIGHTS = {
    "title": 8.0,
    "keywords": 4.0,
    "abstract": 1.5,
}
# One or two words: all. Three to five: all but one. More: seven of ten.
MINIMUM_MATCH = "2<-1 5<70%"


def query_fields(words: Iterable[str], count: int) -> str:
    weights = dict(WEIGHTS)
    if count <= MAX_STEMMED_WORDS:
        scripts = {script_of(char) for word in words for char in word}
        for script, suffixes in STEMS_BY_SCRIPT.items():
            for suffix in suffixes if script in scripts else ():
                weights |= {f"{name}_{suffix}": w for name, w in STEM_WEIGHTS.items()}
    return weighted(weights)


def weighted(weights: dict[str, float]) -> str:
    return " ".join(f"{name}^{weight:g}" for name, weight in weights.items())
