"""What the editors work on, and how they choose among it."""

from __future__ import annotations

import random
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from accounts.models import User
from layers.models import Keyword, Layer, Organisation, Party, Region, TopicCategory

WORDS = ["rivers", "lakes", "soils", "roads", "forests", "borders", "glaciers"]
MARK = "fault-"  # of vocabulary terms that are ours, so that they can be taken away again

M = TypeVar("M", bound=models.Model)


def furnish(count: int = 40) -> None:
    """What the editors work on."""
    users = [User.objects.create(username=f"editor{n}", is_staff=True) for n in range(4)]
    User.objects.create_superuser("chief", password=None)
    topics = [
        TopicCategory.objects.create(code=f"{MARK}t{n}", label=f"Topic {n}") for n in range(6)
    ]
    regions = [
        Region.objects.create(code=f"{MARK}r{n}", label=f"Region {n}", level="country")
        for n in range(6)
    ]
    keywords = [Keyword.objects.create(name=f"Keyword {n}") for n in range(8)]
    organisations = [Organisation.objects.create(name=f"Organisation {n}") for n in range(4)]
    for n in range(6):
        Party.objects.create(name=f"Party {n}", organisation=organisations[n % 4])
    for n in range(count):
        layer = Layer(title=f"Layer {n}", owner=users[n % 4], organisation=organisations[n % 4])
        layer.west, layer.south, layer.east, layer.north = n, -n / 2, n + 1.25, n / 2
        layer.save()
        layer.keywords.add(keywords[n % 8])
        layer.topic_categories.add(topics[n % 6])
        layer.regions.add(regions[n % 6])


def clear_vocabularies() -> None:
    """Takes away the terms that `furnish` made; everything else is wiped with the slate."""
    TopicCategory.objects.filter(code__startswith=MARK).delete()
    Region.objects.filter(code__startswith=MARK).delete()


class Choosing:
    """One thread's hand, which takes what it finds."""

    def __init__(self, rng: random.Random, number: int) -> None:
        self.rng, self.number = rng, number
        self.count = 0

    def text(self) -> str:
        word = self.rng.choice(WORDS)
        return f"{word.title()} {self.number}-{self.count}"

    def layer(self) -> Layer:
        keys = sorted(Layer.objects.values_list("pk", flat=True))
        hot = self.rng.random() < 0.2  # some layers everybody wants
        return Layer.objects.get(pk=self.rng.choice(keys[:3] if hot else keys))

    def layers(self, count: int) -> list[Layer]:
        keys = sorted(Layer.objects.values_list("pk", flat=True))
        chosen = self.rng.sample(keys, min(count, len(keys)))
        return list(Layer.objects.filter(pk__in=chosen).order_by("pk"))

    def one_of(self, model: type[M], **conditions: Any) -> M:
        rows = model._default_manager.filter(**conditions)
        keys = sorted(rows.values_list("pk", flat=True))
        if not keys:
            raise ObjectDoesNotExist
        return rows.get(pk=self.rng.choice(keys))

    def keyword(self) -> Keyword:
        if Keyword.objects.count() < 6:
            return Keyword.objects.create(name=self.text())
        return self.one_of(Keyword)

    def topic(self) -> TopicCategory:
        return self.one_of(TopicCategory, code__startswith=MARK)

    def region(self) -> Region:
        return self.one_of(Region, code__startswith=MARK)

    def organisation(self) -> Organisation:
        if Organisation.objects.count() < 3:
            return Organisation.objects.create(name=self.text())
        return self.one_of(Organisation)

    def party(self) -> Party:
        if Party.objects.count() < 4:
            return Party.objects.create(name=self.text(), organisation=self.organisation())
        return self.one_of(Party)

    def user(self) -> User:
        return self.one_of(User, username__startswith="editor")
