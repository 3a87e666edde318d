"""The terms of the vocabularies, read once for all the fields of a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from layers.models import Vocabulary

Choices = list[tuple[str, str]]

# More terms are not listed at each field that takes them. One types a term, and a list that all the
# fields of the page share suggests.
MANY = 25


class Terms:
    def __init__(self) -> None:
        self._read: dict[type[Vocabulary], list[Vocabulary]] = {}
        self._choices: dict[type[Vocabulary], Choices] = {}
        self._labels: dict[type[Vocabulary], dict[str, str]] = {}
        self._codes: dict[type[Vocabulary], dict[str, str]] = {}

    def choices(self, vocabulary: type[Vocabulary]) -> Choices:
        """Code and label in the reader's language, in the vocabulary's order. Terms of one label,
        as a continent and a country may be, say their code besides."""
        if vocabulary not in self._choices:
            terms = self._terms(vocabulary)
            labels = [str(term) for term in terms]
            times = Counter(labels)
            self._choices[vocabulary] = [
                (term.code, label if times[label] == 1 else f"{label} ({term.code})")
                for term, label in zip(terms, labels, strict=True)
            ]
        return self._choices[vocabulary]

    def are_many(self, vocabulary: type[Vocabulary]) -> bool:
        return len(self.choices(vocabulary)) > MANY

    def lists(self) -> Iterator[tuple[str, Choices]]:
        """The shared lists that the fields of the page name, by their names."""
        for vocabulary, choices in self._choices.items():
            if self.are_many(vocabulary):
                yield list_name(vocabulary), choices

    def label_of(self, vocabulary: type[Vocabulary], code: str) -> str:
        """What stands for the code in a field; what is no code stays what it is."""
        if vocabulary not in self._labels:
            self._labels[vocabulary] = dict(self.choices(vocabulary))
        return self._labels[vocabulary].get(code, code)

    def code_of(self, vocabulary: type[Vocabulary], text: str) -> str:
        """The code of a term that is written as its code or as its label in any language; what is
        no term stays what it is."""
        if vocabulary not in self._codes:
            self._codes[vocabulary] = dict(reversed(list(self._ways_to_write(vocabulary))))
        return self._codes[vocabulary].get(folded(text), text)

    def _ways_to_write(self, vocabulary: type[Vocabulary]) -> Iterator[tuple[str, str]]:
        """The first of them counts where two terms are written alike."""
        terms = self._terms(vocabulary)
        yield from ((folded(term.code), term.code) for term in terms)
        yield from ((folded(label), code) for code, label in self.choices(vocabulary))
        for term in terms:
            yield from ((folded(label), term.code) for label in [term.label, *term.labels.values()])

    def _terms(self, vocabulary: type[Vocabulary]) -> list[Vocabulary]:
        if vocabulary not in self._read:
            self._read[vocabulary] = list(vocabulary._default_manager.all())
        return self._read[vocabulary]


def list_name(vocabulary: type[Vocabulary]) -> str:
    return f"terms-{vocabulary._meta.model_name}"


def folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def unknown_codes(vocabulary: type[Vocabulary], codes: Collection[str]) -> list[str]:
    """Those of the codes that the vocabulary does not have, in their order."""
    known = set(
        vocabulary._default_manager.filter(pk__in=codes).values_list("pk", flat=True)
        if codes
        else []
    )
    return [code for code in codes if code not in known]
