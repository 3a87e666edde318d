"""What became of the records of an import, in words for whoever started it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from layers.importing.incoming import Understood

EXAMPLES = 3  # of each kind of note
REFUSALS = 100


@dataclass(slots=True)
class Report:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0  # of those unchanged: layers that people have edited since
    refused: list[str] = field(default_factory=list)
    overwritten: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    noted: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def read(self) -> int:
        return self.created + self.updated + self.unchanged

    @property
    def failed(self) -> bool:
        return bool(self.unreadable) or not self.read

    def refuse(self, place: str, reason: str, source_id: str = "") -> None:
        self.refused.append(f"{place}{f' ({source_id})' if source_id else ''}: {reason}")

    def add_notes(self, understood: Understood) -> None:
        incoming = understood.incoming
        for note in understood.notes:
            kind = str(note.kind)
            self.noted[kind] += 1
            examples = self.examples.setdefault(kind, [])
            if len(examples) < EXAMPLES:
                examples.append(f"{incoming.place} ({incoming.source_id}): {note.value}")

    def lines(self, *, dry_run: bool) -> Iterator[str]:
        yield from _listed(_("Files that could not be read:"), self.unreadable)
        yield from _listed(_("Refused records:"), self.refused, REFUSALS)
        yield from _listed(
            _("Layers that people had edited and that a newer record has replaced:"),
            self.overwritten,
        )
        yield from self._note_lines()
        yield ""
        if dry_run:
            yield _("Nothing was written: this was a trial.")
        yield _(
            "%(created)s created, %(updated)s updated, %(unchanged)s unchanged, %(refused)s refused"
        ) % {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "refused": len(self.refused),
        }
        if self.kept:
            yield ngettext(
                "%(count)s unchanged record has a layer that was edited here; the edit stays.",
                "%(count)s unchanged records have layers that were edited here; the edits stay.",
                self.kept,
            ) % {"count": self.kept}

    def _note_lines(self) -> Iterator[str]:
        if self.noted:
            yield ""
            yield _("Taken, but with these remarks (each stands in its layer, under `extra`):")
        for kind, count in self.noted.most_common():
            yield f"  {count} × {kind}"
            yield from (f"      {example}" for example in self.examples[kind])


def _listed(heading: str, lines: Iterable[str], limit: int | None = None) -> Iterator[str]:
    lines = list(lines)
    if not lines:
        return
    yield ""
    yield heading
    yield from (f"  {line}" for line in lines[:limit])
    if limit and len(lines) > limit:
        yield "  " + _("… and %(count)s more") % {"count": len(lines) - limit}
