"""What a search found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from django.utils.safestring import SafeString

from catalogue.search.places import NamedPlace
from layers.listed import ListedLayer
from layers.models import Layer

Counts = dict[str, int]  # value of a facet -> number of hits, most frequent first
Labels = dict[tuple[str, str], str]  # by facet and value
Corrections = dict[str, list[str]]  # a word that nothing contains -> words like it, the best first
Source = Literal["solr", "database"]


@dataclass(frozen=True)
class Answer:
    """Ids and numbers, from Solr or from the database."""

    total: int
    scores: dict[str, float | None]  # by id, in the order of the hits
    counts: dict[str, Counts]
    source: Source
    distinct: dict[str, int] = field(default_factory=dict)  # values of each facet, listed or not
    solr_ms: int | None = None
    is_partial: bool = False
    next_cursor: str | None = None
    unseen: tuple[str, ...] = ()  # words that nothing has which the asker may read
    suggestion: str = ""


@dataclass(frozen=True)
class FacetValue:
    value: str
    label: str
    count: int
    chosen: bool = False
    excluded: bool = False


T = TypeVar("T", bound=Layer | ListedLayer)


@dataclass(frozen=True)
class Hit(Generic[T]):
    layer: T
    score: float | None
    title: SafeString
    snippet: SafeString


@dataclass(frozen=True)
class Found(Generic[T]):
    """Hits are rows of the database as they are now, and only such as the asker may read now."""

    total: int
    hits: list[Hit[T]]
    source: Source
    facets: dict[str, list[FacetValue]] = field(default_factory=dict)
    labels: Labels = field(default_factory=dict)
    distinct: dict[str, int] = field(default_factory=dict)
    took_ms: int = 0
    solr_ms: int | None = None
    is_partial: bool = False
    next_cursor: str | None = None
    suggestion: str = ""  # the question with better words; it has hits
    place: NamedPlace | None = None
