"""Which of its hits a question wants: a page by its number, or by a cursor what follows the last.

The best hits are ranked in a second phase, through whose order Solr's own cursor can't go. So among
them a cursor of ours counts, and behind them it is Solr's.
"""

from __future__ import annotations

from catalogue.search import cursor
from catalogue.search.query import SearchQuery
from catalogue.search.wording import Parameters

RANKED = 500  # hits; pages beyond them keep the order of the first phase
COUNTED = "@"  # before the number of hits that were read; Solr's marks begin otherwise


def of(query: SearchQuery, *, is_ranked: bool) -> Parameters:
    """Raises WrongCursor."""
    rows = query.page_size
    if not query.cursor and (query.page > 1 or is_ranked):
        return {"rows": rows, "start": query.offset}
    mark = cursor.unseal(query.cursor or cursor.START, query.fingerprint)
    if is_ranked and mark == cursor.START:
        mark = counted(0)
    if not mark.startswith(COUNTED):
        return {"rows": rows, "cursorMark": mark}
    start = int(mark.removeprefix(COUNTED))
    return {"rows": min(rows, RANKED - start), "start": start}


def counted(hits: int) -> str:
    """The mark behind so many of them."""
    return f"{COUNTED}{hits}"
