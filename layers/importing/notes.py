"""What the reader of a report should know about a record that was taken all the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from layers.importing.cleaning import cut


@dataclass(frozen=True, slots=True)
class Note:
    """`kind` says what happened, alike for all records; `value` is what it happened to."""

    kind: str | Promise
    value: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}" if self.value else str(self.kind)


def note(kind: str | Promise, value: Any = "") -> Note:
    return Note(kind, cut(str(value), 200))


BOX_EXCHANGED = _("west and east of the box were exchanged, since west lay east of east")
BOX_TURNED = _("south and north of the box were exchanged, since south lay north of north")
BOX_SHIFTED = _("longitudes of the box beyond 180° were counted from the other side")
BOX_UNUSABLE = _("the box could not be used and is kept as it was")
DATE_UNUSABLE = _("the date could not be read and is kept as it was")
DATE_YEAR_ONLY = _("a date is kept as it was, since only its year could be told")
TIME_UNUSABLE = _("the time covered could not be read and is kept as it was")
LANGUAGE_UNKNOWN = _("the language is not in the vocabulary and is kept as it was")
LINKS_UNREADABLE = _("the links could not be read and are kept as they were")
LINK_DEAD = _("an address that is no web address is kept, but not as a link")
TOO_LONG = _("a text was too long, the beginning is used and the whole is kept")
TOO_MANY_PLACES = _("more places than keywords are made of; all are kept")
LICENCE_UNKNOWN = _("the licence is not in the vocabulary and stands among the constraints")
THEME_UNKNOWN = _("the theme belongs to no topic category and became a keyword")
STAMP_UNUSABLE = _("the time of the last change could not be read, the time of the import is used")
