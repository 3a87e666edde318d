"""The database's vocabularies, read once, asked by the words of records."""

from __future__ import annotations

import re

from layers.importing.places import Gazetteer
from layers.importing.words import TOPICS, fold
from layers.models import (
    DateType,
    Language,
    Licence,
    LinkFunction,
    LinkProtocol,
    RepresentationType,
    ResourceType,
    Restriction,
    Role,
    TopicCategory,
    Vocabulary,
)
from layers.vocabulary_files import entries_of

CREATIVE_COMMONS = re.compile(r"creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)")
OTHER_LICENCES = {
    "creativecommons.org/publicdomain/zero": "CC0-1.0",
    "creativecommons.org/publicdomain/mark": "other-open",
    "opendatacommons.org/licenses/odbl": "ODbL-1.0",
    "opendatacommons.org/licenses/by": "ODC-By-1.0",
    "opendatacommons.org/licenses/pddl": "PDDL-1.0",
    "nationalarchives.gov.uk/doc/open-government-licence": "OGL-UK-3.0",
    "etalab.gouv.fr": "etalab-2.0",
    "govdata.de/dl-de/by-2-0": "DL-DE-BY-2.0",
}
# Language names and codes of catalogues that neither ISO 639 nor CLDR has.
OTHER_LANGUAGES = {"esp": "spa", "castilian": "spa", "modern greek": "ell", "farsi": "fas"}


class Terms:
    """Only codes that the database has are ever answered, so that no row names a missing one."""

    def __init__(self) -> None:
        self.places = Gazetteer()
        self.codes: dict[type[Vocabulary], set[str]] = {
            model: set(model._default_manager.values_list("pk", flat=True))
            for model in (
                DateType,
                Licence,
                LinkFunction,
                LinkProtocol,
                RepresentationType,
                ResourceType,
                Restriction,
                Role,
                TopicCategory,
            )
        }
        protocols = LinkProtocol.objects.exclude(reference_uri="")
        self.protocols = dict(protocols.values_list("reference_uri", "pk"))
        texts = Licence.objects.exclude(url="").values_list("url", "pk")
        self.licences = {_address(url): code for url, code in texts}
        self.languages = _languages()
        self.topics = self._topics()

    def known(self, model: type[Vocabulary], code: str | None) -> str | None:
        return code if code in self.codes[model] else None

    def _topics(self) -> dict[str, list[str]]:
        labels = dict(TopicCategory.objects.values_list("pk", "label")).items()
        return (
            {name: [code] for code, _label in labels for name in (fold(code), code.casefold())}
            | {fold(label): [code] for code, label in labels}
            | {
                name: [c for c in codes if self.known(TopicCategory, c)]
                for name, codes in TOPICS.items()
            }
        )

    def topics_of(self, word: str) -> list[str]:
        return self.topics.get(fold(word), [])

    def is_topic_code(self, word: str) -> bool:
        """Whether a word is a code that nobody would type: `PlanningCadastre`, not "Society"."""
        folded = word.casefold()
        return any(
            code.casefold() == folded and not code.islower() for code in self.codes[TopicCategory]
        )

    def language_of(self, word: str) -> str | None:
        return self.languages.get(word.casefold().strip())

    def licence_of(self, text: str) -> tuple[str | None, bool]:
        """The code, and whether it says all that the text said."""
        folded = text.casefold()
        if match := CREATIVE_COMMONS.search(folded):
            return self._creative_commons(match[1], match[2])
        for part, code in OTHER_LICENCES.items():
            if part in folded:
                return self.known(Licence, code), code != "other-open"
        if known := self.licences.get(_address(text)):
            return known, True
        spdx = next((c for c in self.codes[Licence] if c.casefold() == folded), None)
        named = re.search(r"\bcc[ -](by(?:-(?:nc|sa|nd))*) (\d\.\d)\b", folded)
        if spdx is None and named:
            return self._creative_commons(named[1], named[2])
        return spdx, spdx is not None

    def _creative_commons(self, kind: str, version: str) -> tuple[str | None, bool]:
        code = self.known(Licence, f"CC-{kind.upper()}-{version}")
        if code:
            return code, True
        closed = "nc" in kind or "nd" in kind
        return self.known(Licence, "other-closed" if closed else "other-open"), False


def _address(url: str) -> str:
    return url.casefold().rstrip("/").partition("://")[2]


def _languages() -> dict[str, str]:
    """Codes by code (ISO 639-1, -2/B, -2/T) and by name, all in small letters."""
    found: dict[str, str] = {}
    known = set()
    for language in Language.objects.all():
        known.add(language.code)
        names = [language.label, *language.labels.values(), language.alpha2]
        for name in filter(None, names):
            found.setdefault(str(name).casefold(), language.code)
    for entry in entries_of("languages"):
        for key in ("standard_name", "bibliographic", "autonym"):
            for name in (entry.get(key) or "").casefold().split(";"):
                found.setdefault(name.strip(), entry["code"])
    found |= OTHER_LANGUAGES | {code: code for code in known}
    return {name: code for name, code in found.items() if name and code in known}
