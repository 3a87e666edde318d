"""Values as Solr takes them: cleaned texts, UTC times, ranges of years, cells of a grid."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime

from django.core.exceptions import ValidationError

from layers.dates import PartialDate
from layers.extent import BoundingBox

# Solr refuses a document with a string of more than 32,766 bytes (one term of Lucene), and a facet
# value that is longer than this helps nobody.
MAX_STRING_BYTES = 2000
SORT_LENGTH = 120

# Control characters but tab and line break, C1, lone surrogates (Solr would store U+FFFD) and
# noncharacters.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(text: object) -> str:
    return UNFIT.sub(" ", str(text)).strip()


def cut(text: str, limit: int = MAX_STRING_BYTES) -> str:
    """The longest beginning of the text that fits into `limit` bytes of UTF-8."""
    data = text.encode()
    return text if len(data) <= limit else data[:limit].decode(errors="ignore").rstrip()


def texts(values: Iterable[object]) -> list[str]:
    """Cleaned, without empty ones and repetitions, in the order given."""
    return list(dict.fromkeys(text for value in values if (text := clean(value))))


def strings(values: Iterable[object]) -> list[str]:
    """As `texts`, each short enough for a field that is not analysed."""
    return list(dict.fromkeys(cut(text) for text in texts(values)))


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sort_key(text: str) -> str:
    """Folded so that case and accents do not order: `École` stands beside `ecology`."""
    decomposed = unicodedata.normalize("NFKD", clean(text).casefold())
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w\s]", "", letters).split())[:SORT_LENGTH]


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
