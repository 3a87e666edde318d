"""Where the hits of a question lie: their number in each cell of a grid of the world."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from catalogue.search import solr
from catalogue.search.facets import buckets
from catalogue.search.query import SearchQuery
from catalogue.search.timeline import Timeline, timeline_of, timeline_request
from layers.extent import BoundingBox

MAX_CELLS = 3000
# A view narrower than this, in degrees, gets the finer cells.
FINE_BELOW = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """Its south-west corner, and how many hits have their centre in it."""

    west: int
    south: int
    count: int


@dataclass(frozen=True)
class Overview:
    """All hits of a question at once, over space and time."""

    total: int
    size: int  # of a cell, in degrees
    cells: list[Cell]
    timeline: Timeline
    solr_ms: int


def overview(query: SearchQuery, labels: Sequence[str], view: BoundingBox | None) -> Overview:
    """Raises SyncError where Solr does not answer."""
    narrow = view or query.bbox
    size = 1 if narrow and narrow.width < FINE_BELOW else 5
    parameters = solr.parameters_of(replace(query, facets=False, page=1), labels)
    solr.without_order(parameters)
    cells = {"type": "terms", "field": f"cell{size}", "limit": MAX_CELLS}
    counted = {"cells": cells, **timeline_request()}
    parameters |= {"rows": 0, "sort": "id asc", "json.facet": json.dumps(counted)}
    raw = solr.send(parameters)
    found = raw.get("facets", {})
    return Overview(
        total=raw["response"]["numFound"],
        size=size,
        cells=[_cell(corner, count) for corner, count in buckets(found.get("cells", {})).items()],
        timeline=timeline_of(found),
        solr_ms=solr.milliseconds(raw),
    )


def _cell(corner: str, count: int) -> Cell:
    west, south = corner.split(",")
    return Cell(int(west), int(south), count)
