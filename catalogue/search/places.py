"""Places that a question names, from the vocabulary of regions, in every language it holds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import get_language

from catalogue.solr_values import folded_words
from layers.extent import BoundingBox
from layers.models import Region

KEPT_SECONDS = 300  # the vocabulary hardly ever changes
LONGEST_NAME = 6  # words
SHORTEST_NAME = 3  # letters; a script without blanks needs fewer


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    label: str
    labels: dict[str, str]
    level: str
    box: BoundingBox
    parent: str

    @property
    def name(self) -> str:
        """In the reader's language."""
        return self.labels.get((get_language() or "en").partition("-")[0], self.label)


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place, its name as it was typed, and the question without it."""

    place: Place
    typed: str
    rest: str
    quoted: str  # the question that means the name as a word


class Gazetteer:
    """Names of places, folded, and read anew now and then."""

    def __init__(self) -> None:
        self.read_at = 0.0
        self.by_name: dict[str, Place] = {}

    def names(self) -> dict[str, Place]:
        if not self.by_name or time.monotonic() - self.read_at > KEPT_SECONDS:
            self.by_name, self.read_at = dict(_names()), time.monotonic()
        return self.by_name

    def find(self, question: str) -> NamedPlace | None:
        """The place with the longest name among the question's words.

        None in a question of alternatives: a box would have to be one of them.
        """
        words, names = question.split(), self.names()
        if "OR" in words:
            return None
        for length in range(min(LONGEST_NAME, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                part = words[start : start + length]
                if _has_signs(part):
                    continue
                if place := names.get(folded_words(" ".join(part))):
                    return _named(place, words, start, start + length)
        return None

    def beginning_with(self, text: str, limit: int) -> list[Place]:
        """Places one of whose names, or a word of it, begins so; whole names first."""
        wanted = folded_words(text)
        if not wanted:
            return []
        names = self.names().items()
        first = [place for name, place in names if name.startswith(wanted)]
        later = [place for name, place in names if f" {wanted}" in name]
        return list({place.code: place for place in (*first, *later)}.values())[:limit]


def _named(place: Place, words: list[str], start: int, end: int) -> NamedPlace:
    typed, before, after = " ".join(words[start:end]), words[:start], words[end:]
    quoted = [*before, f'"{typed}"', *after]
    return NamedPlace(place, typed, " ".join([*before, *after]), " ".join(quoted))


def _has_signs(words: list[str]) -> bool:
    """A word after a minus or in quotation marks is meant as a word."""
    return any(word.startswith("-") or '"' in word for word in words)


def _names() -> Iterator[tuple[str, Place]]:
    """Names that several places have lead to the larger one, which comes last."""
    regions = list(Region.objects.order_by("-level", "position", "label"))
    common = {word for region in regions for word in folded_words(region.label).split()}
    for region in sorted(regions, key=lambda region: region.level == "continent"):
        if region.bbox is None or region.level == "world":
            continue
        place = Place(
            region.code,
            region.label,
            region.labels,
            region.level,
            region.bbox,
            region.parent_id or "",
        )
        own = folded_words(region.label)
        for folded in {own, *map(folded_words, region.labels.values())}:
            # A word of English names is no name: German "Island" is Iceland, but not here.
            if folded != own and folded in common:
                continue
            if len(folded) >= SHORTEST_NAME or not folded.isascii():
                yield folded, place


gazetteer = Gazetteer()


def parents_of_places() -> dict[str, str]:
    """Country -> continent."""
    places = gazetteer.names().values()
    return {place.code: place.parent for place in places if place.level == "country"}
