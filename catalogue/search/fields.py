"""Which fields a question goes to, and what each weighs."""

from __future__ import annotations

from catalogue.search.words import Words, script_of

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

# What finds: all words in one field, and their stems in one of each language. The title is among
# them so that what it names is among the best, which are ranked by the single fields below.
FINDING_WEIGHTS = {"words": 1.0, "title": 4.0}
STEMS_FINDING_WEIGHTS = {"words_stem": 0.7}

# What ranks: title first, then what an editor chose to say in a few words, then all words, which an
# abstract and other long texts are most of.
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
    "words": 0.4,
}
# Stemmed fields of one language: other inflections rank a little lower.
STEM_WEIGHTS = {"title_stem": 3.0, "words_stem": 0.4}
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
    "words": 1.5,
}
# One or two words: all. Three to five: all but one. More: seven of ten.
MINIMUM_MATCH = "2<-1 5<70%"


def finding_fields(words: Words) -> str:
    return weighted(FINDING_WEIGHTS | _stemmed(STEMS_FINDING_WEIGHTS, words))


def ranking_fields(words: Words) -> str:
    return weighted(WEIGHTS | _stemmed(STEM_WEIGHTS, words))


def _stemmed(weights: dict[str, float], words: Words) -> dict[str, float]:
    """For the languages that the words may be of, by their scripts.

    Not beside a phrase: stems are indexed without positions, so Solr refuses to look for one there.
    """
    if words.count > MAX_STEMMED_WORDS or any(term.is_several for term in words.terms):
        return {}
    scripts = {script_of(char) for term in words.terms for char in term.text}
    suffixes = [each for script in scripts for each in STEMS_BY_SCRIPT.get(script, ())]
    return {f"{name}_{each}": weight for each in suffixes for name, weight in weights.items()}


def weighted(weights: dict[str, float]) -> str:
    return " ".join(f"{name}^{weight:g}" for name, weight in weights.items())
