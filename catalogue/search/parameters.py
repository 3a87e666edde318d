"""The parameters of a search, as the description of the API lists them."""

from __future__ import annotations

from typing import Any

from catalogue.search.query import FACETS, MAX_PAGE_SIZE, SORTS
from catalogue.search.words import MAX_LENGTH

_TEXT = {"type": "string"}
_FLAG = {"type": "string", "enum": ["", "0", "1"]}  # empty: as if it were not given

_SINGLE: dict[str, tuple[dict[str, Any], str]] = {
    "q": (
        _TEXT | {"maxLength": MAX_LENGTH},
        'Words, "phrases", -exclusions and OR; nothing else has a meaning.',
    ),
    "bbox": (_TEXT, "west,south,east,north in degrees; west > east crosses the 180th meridian."),
    "within": (_FLAG, "1: only layers that lie wholly in the box."),
    "time": (_TEXT, "from/to, years or dates; .. is open: 1850/1900, ../1700, 2024-05/.."),
    "sort": (_TEXT | {"enum": list(SORTS)}, "The order of the results."),
    "page": ({"type": "integer", "minimum": 1}, "Counts from 1."),
    "page_size": ({"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE}, "Results a page."),
    "cursor": (
        _TEXT,
        "Instead of page, for lists of any length: * at first, later the next_cursor.",
    ),
    "facets": (_FLAG, "0: without counts."),
}


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "schema": schema,
        "description": description,
    }


def _repeated() -> list[dict[str, Any]]:
    values = {"type": "array", "items": _TEXT}
    chosen = [_parameter(name, values, "Several values are alternatives.") for name in FACETS]
    excluded = [_parameter(f"not_{name}", values, "None of these.") for name in FACETS]
    return chosen + excluded


DESCRIBED = [_parameter(name, *about) for name, about in _SINGLE.items()] + _repeated()
VIEW = _parameter("view", _TEXT, "The box that a map shows: a narrow one gets finer cells.")
TYPED = _parameter("q", _TEXT, "What has been typed so far.")
