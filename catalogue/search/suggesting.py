"""What somebody may mean who has typed its beginning: layers, keywords, places, organisations.

One question to Solr, cut to what the asker may read; the layers' titles are read from the database
under the same rights.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from accounts.models import User
from catalogue.search import solr
from catalogue.search.facets import buckets
from catalogue.search.filters import access_filter
from catalogue.search.places import Place, gazetteer
from catalogue.search.wording import Parameters, escaped
from catalogue.search.words import Term
from catalogue.solr_values import OPENING_END, fold, folded_words
from layers.access import labels_of_user
from layers.models import Keyword, Layer
from solr_sync.exceptions import SyncError

SHORTEST = 2
MAX_LENGTH = 100
MAX_WORDS = 8
GROUP = 5
RARE = 20  # layers with a term: so few may all be withdrawn at once
CANDIDATES = 12  # layers, of which some may be found by their keywords only


@dataclass(frozen=True)
class Suggestion:
    text: str
    count: int


@dataclass(frozen=True)
class Suggestions:
    layers: list[Layer] = field(default_factory=list)
    keywords: list[Suggestion] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    organisations: list[Suggestion] = field(default_factory=list)


def suggest(text: str, user: User | AnonymousUser) -> Suggestions:
    """Nothing for less than two letters. From titles in the database alone while Solr is away."""
    words = folded_words(text[:MAX_LENGTH]).split()[:MAX_WORDS]
    typed = " ".join(words)
    # One letter of a script without blanks may be a word.
    if not typed or (len(typed) < SHORTEST and typed.isascii()):
        return Suggestions()
    places = gazetteer.beginning_with(typed, GROUP)
    try:
        raw = solr.send(_parameters(words, user))
    except SyncError:
        return Suggestions(layers=_titled(words, user), places=places)
    found = raw.get("facets", {})
    return Suggestions(
        layers=list(_layers([d["id"] for d in raw["response"]["docs"]], words, user)),
        keywords=_still(_terms(buckets(found.get("keywords", {}))), _keywords_of(user)),
        places=places,
        organisations=_still(
            _terms(buckets(found.get("organisations", {}))), _organisations_of(user)
        ),
    )


def _parameters(words: list[str], user: User | AnonymousUser) -> Parameters:
    typed = " ".join(words)
    parameters: Parameters = {
        "q": " ".join(escaped(Term(word)) for word in words),
        "qf": "suggest_title^3 suggest_terms",
        "mm": "100%",
        "tie": "0.1",
        "sort": "score desc, id asc",
        "fl": "id",
        "rows": CANDIDATES,
    }
    parameters["fq"] = [access_filter(labels_of_user(user), parameters)]
    groups = {"keywords": "suggest_keyword", "organisations": "suggest_organisation"}
    counted = {name: _openings(field, typed) for name, field in groups.items()}
    return parameters | {"json.facet": json.dumps(counted)}


def _openings(field: str, typed: str) -> dict[str, object]:
    return {"type": "terms", "field": field, "prefix": typed, "limit": GROUP * 2}


def _terms(counts: dict[str, int]) -> list[Suggestion]:
    """A term with the same beginning twice (`water to water`) is one."""
    found: dict[str, int] = {}
    for opening, count in counts.items():
        found.setdefault(opening.partition(OPENING_END)[2], count)
    return [Suggestion(text, count) for text, count in found.items()][:GROUP]


Known = Callable[[list[str]], Iterable[str]]


def _still(found: list[Suggestion], known: Known) -> list[Suggestion]:
    """Without those that no layer has any more which the user may read.

    The index follows by seconds. What many layers have is not withdrawn from all in a moment.
    """
    rare = [item.text for item in found if item.count <= RARE]
    gone = set(rare) - set(known(rare)) if rare else set()
    return [item for item in found if item.text not in gone]


def _keywords_of(user: User | AnonymousUser) -> Known:
    def known(names: list[str]) -> Iterable[str]:
        spelt = {Keyword.fold(name): name for name in names}
        rows = Layer.objects.readable_by(user).filter(keywords__folded__in=spelt)
        found = rows.order_by().values_list("keywords__folded", flat=True)
        return [spelt[folded] for folded in found if folded in spelt]

    return known


def _organisations_of(user: User | AnonymousUser) -> Known:
    def known(names: list[str]) -> Iterable[str]:
        rows = Layer.objects.readable_by(user).filter(organisation__name__in=names)
        return rows.order_by().values_list("organisation__name", flat=True)

    return known


def _layers(ids: list[str], words: list[str], user: User | AnonymousUser) -> Iterator[Layer]:
    """Those whose titles hold what was typed; titles and rights as they are now."""
    rows = Layer.objects.readable_by(user).filter(pk__in=ids)
    found = {str(row.pk): row for row in rows.only("pk", "slug", "title", "alternative_titles")}
    fitting = [found[key] for key in ids if key in found and _is_titled(found[key], words)]
    yield from fitting[:GROUP]


def _is_titled(layer: Layer, words: list[str]) -> bool:
    title = f" {folded_words(' '.join(layer.all_titles))}"
    return all(f" {word}" in title or not word.isascii() for word in words)


def _titled(words: list[str], user: User | AnonymousUser) -> list[Layer]:
    titled = Q()
    for word in words:
        titled &= Q(title__icontains=fold(word))
    rows = Layer.objects.readable_by(user).filter(titled).only("pk", "slug", "title")
    return list(rows.order_by("-updated_at")[:GROUP])
