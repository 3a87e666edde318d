"""Keywords, topic categories and regions out of subject headings, themes and names of places."""

from __future__ import annotations

import re

from layers.extent import BoundingBox
from layers.importing import notes
from layers.importing.fields import Fields
from layers.importing.record import Record
from layers.importing.terms import Terms
from layers.links import is_live

# A few records list thousands of places, down to streets.
MOST_PLACES = 100
LONGEST_KEYWORD = 255


def keywords_and_topics(
    record: Record, fields: Fields, terms: Terms
) -> tuple[list[str], list[str]]:
    keywords: dict[str, None] = {}
    topics: dict[str, None] = {}
    for theme in record.lines(*fields.themes):
        found = terms.topics_of(theme)
        topics |= dict.fromkeys(found)
        if not found:
            record.note(notes.THEME_UNKNOWN, theme)
            keywords[theme] = None
    for name in fields.subjects:
        for subject in record.lines(name):
            for word in _words(record, name, subject):
                found = terms.topics_of(word)
                topics |= dict.fromkeys(found)
                if not terms.is_topic_code(word):
                    keywords[word] = None
    return list(keywords), list(topics)


def _words(record: Record, name: str, subject: str) -> list[str]:
    """The parts of a heading such as "Housing--Canada--Maps", or of a list with semicolons."""
    if is_live(subject):
        record.keep(name)
        return []
    if ";" not in subject and "--" not in subject:
        return [_short(record, name, subject)]
    record.keep(name)
    pieces = (piece.strip(" .") for piece in re.split(r";|--", subject))
    return [_short(record, name, piece) for piece in pieces if piece]


def _short(record: Record, name: str, word: str) -> str:
    if len(word) > LONGEST_KEYWORD:
        record.note(notes.TOO_LONG, word, keep=name)
    return word[:LONGEST_KEYWORD].rstrip()


def regions_and_places(
    record: Record, fields: Fields, terms: Terms, box: BoundingBox | None
) -> tuple[list[str], list[str]]:
    """Codes of regions, and the places that they don't name, which make keywords."""
    regions: dict[str, None] = {}
    places = []
    for place in record.lines(*fields.places):
        match = terms.places.find(place, box)
        if match:
            regions[match.code] = None
        if not (match and match.exact):
            places.append(place[:LONGEST_KEYWORD].rstrip())
            record.keep(*fields.places)
    if len(places) > MOST_PLACES:
        record.note(notes.TOO_MANY_PLACES, len(places))
    if not regions and box and (found := terms.places.around(box)):
        regions[found] = None
    return list(regions), places[:MOST_PLACES]
