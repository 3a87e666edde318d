"""Comparing what Solr gives back with what was sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from solr_sync.documents import Fields
from solr_sync.solr import SolrClient

# Doc values give numbers back as they were stored, which may be with fewer digits.
TOLERANCE = 1e-6


@dataclass(frozen=True)
class StoredFields:
    """Which fields of a collection come back from a query, by name and by pattern."""

    names: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    unordered: frozenset[str]

    def comes_back(self, name: str) -> bool:
        return name in self.names or any(p.fullmatch(name) for p in self.patterns)

    def agree(self, sent: Fields, there: dict[str, Any]) -> bool:
        """Whether Solr holds what was sent, in the fields that it gives back."""
        return all(
            self._same(name, value, there.get(name))
            for name, value in sent.items()
            if self.comes_back(name)
        )

    def _same(self, name: str, sent: Any, there: Any) -> bool:
        ours = list(sent) if isinstance(sent, list | tuple) else [sent]
        theirs = there if isinstance(there, list) else [] if there is None else [there]
        if name in self.unordered:
            return {str(value) for value in ours} == {str(value) for value in theirs}
        return len(ours) == len(theirs) and all(
            _equal(mine, other) for mine, other in zip(ours, theirs, strict=True)
        )


def fields_of(client: SolrClient) -> StoredFields:
    """Reads the collection's schema. Raises SolrUnavailable."""
    schema = client.schema()
    types = {t["name"]: t for t in schema["fieldTypes"]}
    names, patterns, unordered = set(), [], set()
    for kind in ("fields", "dynamicFields"):
        for field in schema[kind]:
            options = types.get(field["type"], {}) | field
            stored = options.get("stored", True)
            returned = options.get("docValues") and options.get("useDocValuesAsStored", True)
            if not (stored or returned):
                continue
            if kind == "dynamicFields":
                patterns.append(re.compile(re.escape(field["name"]).replace(r"\*", ".*")))
                continue
            names.add(field["name"])
            if not stored:
                unordered.add(field["name"])
    return StoredFields(frozenset(names), tuple(patterns), frozenset(unordered))


def _equal(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return abs(ours - theirs) <= TOLERANCE * max(1.0, abs(ours))
    return str(ours) == str(theirs)
