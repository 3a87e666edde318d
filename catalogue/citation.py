"""How to cite a layer: as text in the manner of APA 7, as BibTeX, as RIS.

E-mail addresses have no place in any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from layers.dates import PartialDate, year_name
from layers.models import Layer

AUTHORS = ("author", "principalInvestigator", "originator", "coAuthor", "owner")
PUBLISHERS = ("publisher", "distributor", "resourceProvider")
DATES = ("publication", "released", "revision", "lastRevision", "creation")
DOI = re.compile(r"10\.\d{4,9}/[^\s{}\\]+")
# What TeX takes for commands.
TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip


@dataclass(frozen=True)
class Citation:
    key: str
    authors: list[str]
    year: int | None
    title: str
    edition: str
    publisher: str
    doi: str
    url: str

    @property
    def text(self) -> str:
        year = _("n.d.") if self.year is None else year_name(self.year)
        kind, edition = _("Data set"), _("Version %(number)s") % {"number": self.edition}
        what = f"{self.title} ({edition}) [{kind}]" if self.edition else f"{self.title} [{kind}]"
        publisher = "" if [self.publisher] == self.authors else self.publisher
        who = ", ".join(self.authors)
        parts = [f"{who} ({year})", what] if who else [f"{what} ({year})"]
        parts += [publisher] if publisher else []
        return " ".join([*(f"{part.rstrip('.')}." for part in parts), self.url])

    @property
    def bibtex(self) -> str:
        fields = {
            "author": " and ".join(f"{{{_tex(name)}}}" for name in self.authors),
            "title": f"{{{_tex(self.title)}}}",
            "year": "" if self.year is None else year_name(self.year),
            "version": _tex(self.edition),
            "publisher": _tex(self.publisher),
            "doi": self.doi,
            "url": self.url,
        }
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
        return f"@misc{{{self.key},\n" + ",\n".join(lines) + "\n}\n"

    @property
    def ris(self) -> str:
        """Lines end as its description asks for."""
        lines = ["TY  - DATA", *self._ris_lines(), "ER  - "]
        return "\r\n".join(lines) + "\r\n"

    def _ris_lines(self) -> Iterator[str]:
        for name in self.authors:
            yield f"AU  - {name}"
        # Its years have four digits, and none is before the common era.
        fields = {
            "PY": f"{self.year:04d}" if self.year and self.year > 0 else "",
            "TI": self.title,
            "ET": self.edition,
            "PB": self.publisher,
            "DO": self.doi,
            "UR": self.url,
        }
        for tag, value in fields.items():
            if value:
                yield f"{tag}  - {value}"


def citation_of(layer: Layer) -> Citation:
    """Of a row of `sheet_rows`, which has read what this needs."""
    organisation = _line(layer.organisation.name) if layer.organisation else ""
    publishers = _named(layer, PUBLISHERS)
    doi = _doi(layer)
    return Citation(
        key=re.sub(r"[^\w-]", "", layer.slug) or "layer",
        authors=_named(layer, AUTHORS) or [organisation] * bool(organisation),
        year=_year(layer),
        title=_line(layer.title),
        edition=_line(layer.edition),
        publisher=publishers[0] if publishers else organisation,
        doi=doi,
        url=f"https://doi.org/{doi}" if doi else settings.SITE_URL + layer.get_absolute_url(),
    )


def _named(layer: Layer, roles: tuple[str, ...]) -> list[str]:
    """Names of the contacts in the first of the roles that anybody has."""
    rows = layer.layer_contacts.all()
    for role in roles:
        parties = [row.party for row in rows if row.role_id == role]
        names = [_line(party.name or str(party.organisation or "")) for party in parties]
        if found := [name for name in names if name and "@" not in name]:
            return list(dict.fromkeys(found))
    return []


def _year(layer: Layer) -> int | None:
    dates = {row.type_id: row.date for row in layer.dates.all()}
    for kind in DATES:
        if kind in dates:
            return PartialDate.parse(dates[kind]).year
    return None


def _doi(layer: Layer) -> str:
    for item in layer.identifiers:
        text = str(item.get("value", "")) if isinstance(item, dict) else str(item)
        if found := DOI.search(text):
            return found[0]
    return ""


def _line(text: str) -> str:
    return " ".join(text.split())


def _tex(text: str) -> str:
    return "".join(TEX.get(letter, letter) for letter in text)
