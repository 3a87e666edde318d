"""Comparing what Solr gives back with what was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from solr_sync.documents import Fields
from solr_sync.solr import SolrClient

# Doc values give numbers back as they were stored, which may be with fewer digits.
TOLERANCE = 1e-6
WHOLE_NUMBERS = {"IntPointField", "LongPointField"}
TEXTS = {"StrField", "TextField", "SortableTextField"}
WHOLE_SECOND = re.compile(r"(?<=:\d\d)\.0+Z$")


@dataclass(frozen=True)
class FieldNames:
    """Fields of a schema, by name and by pattern."""

    names: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]

    def __contains__(self, name: str) -> bool:
        return name in self.names or any(p.fullmatch(name) for p in self.patterns)


@dataclass(frozen=True)
class Schema:
    """What a collection takes, and what of it comes back from a query."""

    known: FieldNames
    returned: FieldNames
    unordered: frozenset[str]
    whole_numbers: FieldNames
    texts: FieldNames

    def knows(self, name: str) -> bool:
        return name in self.known

    def misfit(self, fields: Fields) -> str:
        """What Solr would take without a word and store as something else; empty if nothing."""
        for name, value in fields.items():
            for item in value if isinstance(value, list | tuple) else (value,):
                if isinstance(item, float) and not item.is_integer() and name in self.whole_numbers:
                    return f"field {name!r} takes whole numbers, {item} would be cut"
                if isinstance(item, bool) and name in self.texts:
                    return f"field {name!r} takes text, {item} would become a word"
        return ""

    def agree(self, sent: Fields, there: dict[str, Any]) -> bool:
        """Whether Solr holds what was sent, in the fields that it gives back."""
        return all(
            self._same(name, value, there.get(name))
            for name, value in sent.items()
            if name in self.returned
        )

    def _same(self, name: str, sent: Any, there: Any) -> bool:
        ours = list(sent) if isinstance(sent, list | tuple) else [sent]
        theirs = there if isinstance(there, list) else [] if there is None else [there]
        if name in self.unordered:
            return {str(value) for value in ours} == {str(value) for value in theirs}
        return len(ours) == len(theirs) and all(
            _equal(mine, other) for mine, other in zip(ours, theirs, strict=True)
        )


def schema_of(client: SolrClient) -> Schema:
    """Reads the collection's schema. Raises SolrUnavailable."""
    schema = client.schema()
    types = {t["name"]: t for t in schema["fieldTypes"]}
    fields = [types.get(f["type"], {}) | f for f in (*schema["fields"], *schema["dynamicFields"])]
    returned = [f for f in fields if f.get("stored", True) or _from_doc_values(f)]
    unordered = frozenset(f["name"] for f in returned if not f.get("stored", True))
    return Schema(
        names_of(fields),
        names_of(returned),
        unordered,
        names_of(f for f in fields if _class_of(f, types) in WHOLE_NUMBERS),
        names_of(f for f in fields if _class_of(f, types) in TEXTS),
    )


def _class_of(field: dict[str, Any], types: dict[str, dict[str, Any]]) -> str:
    return str(types.get(field["type"], {}).get("class", "")).removeprefix("solr.")


def _from_doc_values(field: dict[str, Any]) -> bool:
    return bool(field.get("docValues") and field.get("useDocValuesAsStored", True))


def names_of(of: Iterable[dict[str, Any]]) -> FieldNames:
    fields = list(of)
    names = [f["name"] for f in fields]
    patterns = [re.compile(re.escape(n).replace(r"\*", ".*")) for n in names if "*" in n]
    return FieldNames(frozenset(n for n in names if "*" not in n), tuple(patterns))


def _equal(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return abs(ours - theirs) <= TOLERANCE * max(1.0, abs(ours))
    return _instant(str(ours)) == _instant(str(theirs))


def _instant(text: str) -> str:
    """Solr leaves out a fraction of a second that is zero."""
    return WHOLE_SECOND.sub("Z", text)
