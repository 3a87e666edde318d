"""What somebody may mean who has typed its beginning: layers, keywords, places, organisations.

Two questions to Solr, one for layers and one for terms, each cut to what the asker may read. None
looks at all that begins so: of the layers some of the best will do, and terms are looked up in the
index by their beginning. The layers' titles are read from the database under the same rights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from accounts.models import User
from catalogue.search import solr
from catalogue.search.filters import access_filter
from catalogue.search.places import Place, gazetteer
from catalogue.search.results import Counts
from catalogue.search.wording import Parameters, escaped
from catalogue.search.words import Term
from catalogue.solr_values import OPENING_END, fold, folded_words
from layers.access import labels_of_user
from layers.listed import titled
from layers.models import Keyword, Layer
from solr_sync.exceptions import SyncError

SHORTEST = 2
MAX_LENGTH = 100
MAX_WORDS = 8
GROUP = 5
RARE = 20  # layers with a term: so few may all be withdrawn at once
CANDIDATES = 12  # layers, of which some may have lost their title or been withdrawn
TITLES = "suggest_title"
TERMS = ("suggest_keyword", "suggest_organisation")
NEVER_CACHED = 2**31 - 1  # a filter of each term would push out those of searches


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
    labels = labels_of_user(user)
    try:
        ids = _ids_of_layers(words, labels)
        keywords, organisations = _counts_of_terms(typed, labels)
    except SyncError:
        return Suggestions(layers=_titled(words, user), places=places)
    return Suggestions(
        layers=list(_layers(ids, words, labels)),
        keywords=_still(_terms(keywords), _keywords_of(user)),
        places=places,
        organisations=_still(_terms(organisations), _organisations_of(user)),
    )


def _ids_of_layers(words: list[str], labels: list[str]) -> list[str]:
    """Layers whose titles have words that begin so. Solr stops when it has enough of the best."""
    parameters: Parameters = {
        "q": " ".join(escaped(Term(word)) for word in words),
        "qf": TITLES,
        "mm": "100%",
        "fl": "id",
        "rows": CANDIDATES,
        "minExactCount": CANDIDATES,
    }
    parameters["fq"] = [access_filter(labels, parameters)]
    return [document["id"] for document in solr.send(parameters)["response"]["docs"]]


def _counts_of_terms(typed: str, labels: list[str]) -> Iterator[Counts]:
    """Keywords and organisations of which a word begins so, with how many layers have them."""
    parameters: Parameters = {
        "q": "",
        "qf": TITLES,  # edismax wants to know some
        "rows": 0,
        "facet": "true",
        "facet.field": TERMS,
        "facet.prefix": typed,
        "facet.method": "enum",
        "facet.enum.cache.minDf": NEVER_CACHED,
        "facet.mincount": 1,
        "facet.limit": GROUP * 2,
    }
    parameters["fq"] = [access_filter(labels, parameters)]
    found = solr.send(parameters).get("facet_counts", {}).get("facet_fields", {})
    for name in TERMS:
        flat = found.get(name, [])
        yield dict(zip(flat[::2], flat[1::2], strict=True))


def _terms(counts: Counts) -> list[Suggestion]:
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


def _layers(ids: list[str], words: list[str], labels: list[str]) -> Iterator[Layer]:
    """Those whose titles hold what was typed; titles and rights as they are now."""
    found = titled(ids, labels)
    fitting = [found[key] for key in ids if key in found and _is_titled(found[key], words)]
    yield from fitting[:GROUP]


def _is_titled(layer: Layer, words: list[str]) -> bool:
    title = f" {folded_words(' '.join(layer.all_titles))}"
    return all(f" {word}" in title or not word.isascii() for word in words)


def _titled(words: list[str], user: User | AnonymousUser) -> list[Layer]:
    condition = Q()
    for word in words:
        condition &= Q(title__icontains=fold(word))
    rows = Layer.objects.readable_by(user).filter(condition).only("pk", "slug", "title")
    return list(rows.order_by("-updated_at")[:GROUP])
