"""Questions of people who look for a layer that they know, made from titles by rule and seed."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalogue.solr_values import folded_words

KINDS = ("plain", "typo", "inflected", "placed", "shuffled")
RAREST = 6


@dataclass(frozen=True)
class Item:
    key: str
    title: str
    extra: tuple[str, ...]  # names of its places, years of its time


@dataclass(frozen=True)
class Question:
    text: str
    grades: dict[str, int]
    kind: str
    set_aside: bool


def questions(items: Sequence[Item], count: int, seed: int) -> list[Question]:
    """Every layer with the same title is an answer as good."""
    dice = random.Random(seed)
    rarity = Counter(word for item in items for word in set(_words(item.title)))
    same: dict[str, list[str]] = {}
    for item in items:
        same.setdefault(folded_words(item.title), []).append(item.key)
    found: list[Question] = []
    for item in dice.sample(list(items), len(items)):
        kind = KINDS[len(found) % len(KINDS)]
        if text := _text(item, kind, rarity, dice):
            grades = dict.fromkeys(same[folded_words(item.title)], 1)
            found.append(Question(text, grades, kind, _set_aside(item.key)))
        if len(found) == count:
            break
    return found


def _set_aside(key: str) -> bool:
    return hashlib.sha256(key.encode()).digest()[0] % 3 == 0


def _words(title: str) -> list[str]:
    return [word for word in folded_words(title).split() if len(word) > 2]


def _text(item: Item, kind: str, rarity: Counter[str], dice: random.Random) -> str:
    words = list(dict.fromkeys(_words(item.title)))
    telling = sorted((w for w in words if not w.isdigit()), key=lambda word: rarity[word])
    number = dice.randint(2, 4)
    chosen = set(telling[:RAREST][:number])
    text = [word for word in words if word in chosen]
    if len(text) < 2:
        return ""
    return " ".join(_changed(text, item, kind, dice))


def _changed(words: list[str], item: Item, kind: str, dice: random.Random) -> Iterator[str]:
    match kind:
        case "typo":
            longest = max(words, key=len)
            yield from (_mistyped(w, dice) if w == longest and len(w) > 4 else w for w in words)
        case "inflected":
            yield from map(_inflected, words)
        case "placed":
            yield from words
            yield from dice.sample(item.extra, 1) if item.extra else ()
        case "shuffled":
            yield from dice.sample(words, len(words))
        case _:
            yield from words


def _mistyped(word: str, dice: random.Random) -> str:
    at = dice.randrange(1, len(word) - 1)
    match dice.randrange(3):
        case 0:
            return word[:at] + word[at + 1 :]
        case 1:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        case _:
            return word[:at] + dice.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :]


def _inflected(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word[:-1] + "ies" if word.endswith("y") else word + "s"
