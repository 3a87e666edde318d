"""Layers like a layer: by its own words, keywords, topics and place."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from catalogue.search import solr
from catalogue.search.asking import cards
from catalogue.search.filters import SEPARATOR, access_filter
from catalogue.search.solr import boost_by_place
from catalogue.search.wording import Parameters, query_text
from catalogue.search.words import Words
from catalogue.solr_values import folded_words
from layers.access import labels_of_user
from layers.models import Layer
from solr_sync.exceptions import SyncError

SHOWN = 5
MAX_WORDS = 24
SHORTEST_WORD = 3  # letters
# A layer that shares less than this part of the words is not like it.
SHARED = "25%"


def similar(layer: Layer, user: User | AnonymousUser) -> list[Layer]:
    """What the user may read, the most alike first; nothing while Solr is away."""
    words = _words(layer)
    if not words:
        return []
    try:
        raw = solr.send(_parameters(layer, words, user))
    except SyncError:
        return []
    ids = [document["id"] for document in raw["response"]["docs"]]
    found = {str(row.pk): row for row in cards().readable_by(user).filter(pk__in=ids)}
    return [found[key] for key in ids if key in found]


def _words(layer: Layer) -> Words:
    """Words of the title and the keywords, without the short ones."""
    text = " ".join([layer.title, *(keyword.name for keyword in layer.keywords.all())])
    words = [word for word in folded_words(text).split() if len(word) >= SHORTEST_WORD]
    kept = list(dict.fromkeys(word for word in words if not word.isdigit()))[:MAX_WORDS]
    return Words.parse(" ".join(kept))


def _parameters(layer: Layer, words: Words, user: User | AnonymousUser) -> Parameters:
    parameters: Parameters = {
        "q": query_text(words),
        "qf": "title^2 keywords^2 category words^0.3",
        "mm": SHARED,
        "tie": "0.1",
        "sort": "score desc, id asc",
        "fl": "id",
        "rows": SHOWN,
        "itself": str(layer.pk),
        "topics": SEPARATOR.join(topic.code for topic in layer.topic_categories.all()),
        "same_topic": f'{{!terms f=topic separator="{SEPARATOR}" v=$topics}}',
        "bq": "{!boost b=2 v=$same_topic}",
    }
    labels = access_filter(labels_of_user(user), parameters)
    others = "{!bool must_not=$same}"
    parameters |= {"same": "{!term f=id v=$itself}", "fq": [labels, others]}
    return parameters | (boost_by_place(layer.bbox) if layer.bbox else {})
