"""The terms of the vocabularies, read once for all the fields of a page."""

from __future__ import annotations

from collections.abc import Collection

from layers.models import Vocabulary

Choices = list[tuple[str, str]]


class Terms:
    def __init__(self) -> None:
        self._choices: dict[type[Vocabulary], Choices] = {}

    def choices(self, vocabulary: type[Vocabulary]) -> Choices:
        """Code and label in the reader's language, in the vocabulary's order."""
        if vocabulary not in self._choices:
            terms = vocabulary._default_manager.all()
            self._choices[vocabulary] = [(term.code, str(term)) for term in terms]
        return self._choices[vocabulary]


def unknown_codes(vocabulary: type[Vocabulary], codes: Collection[str]) -> list[str]:
    """Those of the codes that the vocabulary does not have, in their order."""
    known = set(
        vocabulary._default_manager.filter(pk__in=codes).values_list("pk", flat=True)
        if codes
        else []
    )
    return [code for code in codes if code not in known]
