"""Values as Solr takes them: cleaned texts, UTC times, ranges of years, cells of a grid."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from django.core.exceptions import ValidationError

from layers.dates import PartialDate
from layers.extent import BoundingBox

# Solr refuses a document with a string of more than 32,766 bytes (one term of Lucene), and a facet
# value that is longer than this helps nobody.
MAX_STRING_BYTES = 2000
SORT_LENGTH = 120
OPENING_END = "\t"
MAX_OPENINGS, MAX_OPENING = 5, 200
# Layers of the world rarely reach the poles, and often leave out a strip at the 180th meridian.
WORLD_WIDTH, WORLD_HEIGHT = 340, 110
SHORT_PERIOD = 12  # years

# Control characters but tab and line break, C1, lone surrogates (Solr would store U+FFFD) and
# noncharacters.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(text: object) -> str:
    if type(text) is not str:
        text = str(text)
    # Nearly all are fit, and that is seen several times faster than replaced.
    if not text.isprintable() and not text.replace("\n", "").isprintable():
        text = UNFIT.sub(" ", text)
    return text.strip()


def cut(text: str, limit: int = MAX_STRING_BYTES) -> str:
    """The longest beginning of the text that fits into `limit` bytes of UTF-8."""
    if len(text) * 4 <= limit:  # no letter takes more
        return text
    data = text.encode()
    return text if len(data) <= limit else data[:limit].decode(errors="ignore").rstrip()


def texts(values: Iterable[object]) -> list[str]:
    """Cleaned, without empty ones and repetitions, in the order given."""
    return list(dict.fromkeys([text for value in values if (text := clean(value))]))


def strings(values: Iterable[object]) -> list[str]:
    """As `texts`, each short enough for a field that is not analysed."""
    return list(dict.fromkeys([cut(text) for text in texts(values)]))


@lru_cache(maxsize=5_000)
def names_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """`texts` of what many layers share, such as the names of a region."""
    return tuple(texts(names))


def instant(moment: datetime) -> str:
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return f"{moment.isoformat(timespec='milliseconds')[:-6]}Z"


def fold(text: str) -> str:
    """Without case, accents and marks: `École` becomes `ecole`."""
    if text.isascii():
        return clean(text).casefold()
    decomposed = unicodedata.normalize("NFKD", clean(text).casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def folded_words(text: str) -> str:
    """The folded words, parted by one blank each, without any signs."""
    return " ".join(re.findall(r"\w+", fold(text)))


def sort_key(text: str) -> str:
    """Folded so that case and accents do not order: `École` stands beside `ecology`."""
    return " ".join(re.sub(r"[^\w\s]", "", fold(text)).split())[:SORT_LENGTH]


def openings(terms: Iterable[str]) -> list[str]:
    """What somebody may type for a term: it from each of its words on, a tab, and the term."""
    return [opening for term in terms for opening in _openings(term)]


@lru_cache(maxsize=20_000)  # the same terms come again and again
def _openings(name: str) -> tuple[str, ...]:
    words = folded_words(name)[:MAX_OPENING].split()
    beginnings = [" ".join(words[start:]) for start in range(min(len(words), MAX_OPENINGS))]
    return tuple(f"{beginning}{OPENING_END}{name}" for beginning in beginnings)


def location(box: BoundingBox | None) -> str:
    """What kind of place it is: `none`, `point`, `area` or `world`."""
    if box is None:
        return "none"
    if box.width == 0 and box.height == 0:
        return "point"
    return "world" if box.width >= WORLD_WIDTH and box.height >= WORLD_HEIGHT else "area"


def links(dead: int | None, present: bool) -> str:
    """What is known of a layer's links: `dead` if one of them is, else `present` or `none`."""
    if dead:
        return "dead"
    return "present" if present else "none"


def year_words(periods: Iterable[tuple[int | None, int | None]]) -> list[str]:
    """The years of short periods, first and last year of long ones, as somebody would type them."""
    years: list[int] = []
    for start, end in periods:
        known = [year for year in (start, end) if year is not None]
        if len(known) == 2 and end - start <= SHORT_PERIOD:  # type: ignore[operator]
            known = list(range(known[0], known[1] + 1))
        years += known
    return [str(year) for year in dict.fromkeys(years) if year > 0]


def year_gaps(periods: Iterable[tuple[int | None, int | None]]) -> list[str]:
    """The years between separate periods, as `first/last`; an open side reaches all years."""
    ordered = sorted(
        (-math.inf if start is None else start, math.inf if end is None else end)
        for start, end in periods
    )
    gaps: list[str] = []
    covered: float | None = None  # the last year of the periods so far
    for start, end in ordered:
        if covered is not None and start > covered + 1:
            gaps.append(f"{int(covered) + 1}/{int(start) - 1}")
        covered = end if covered is None else max(covered, end)
    return gaps


@lru_cache(maxsize=20_000)
def date_range(start: str, end: str) -> str | None:
    """A DateRangeField's text, or None for what is no period. An empty side is open."""
    try:
        first = PartialDate.parse(start) if start else None
        last = PartialDate.parse(end) if end else None
    except ValidationError:
        return None
    if not (first or last) or (first and last and first.first_day > last.last_day):
        return None
    return f"[{first or '*'} TO {last or '*'}]"


def cell(box: BoundingBox, degrees: int) -> str:
    """The cell that the centre of the box lies in, by its south-west corner: `"10,45"`."""
    longitude, latitude = box.centre
    west = min(math.floor(longitude / degrees) * degrees, 180 - degrees)
    south = min(math.floor(latitude / degrees) * degrees, 90 - degrees)
    return f"{west},{south}"
