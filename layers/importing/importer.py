"""The run of an import: records in, chunks into the database, a report out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from layers.bulk import BulkWriter
from layers.importing.files import UnreadableFileError, read_items
from layers.importing.incoming import (
    MARK,
    SOURCE,
    Incoming,
    RefusedError,
    Understood,
    recognise,
    understand,
)
from layers.importing.mapping import COLUMNS
from layers.importing.report import Report
from layers.importing.terms import Terms
from layers.models import Layer, State, Visibility

if TYPE_CHECKING:
    from accounts.models import User

# Records of a transaction. On SQLite others can write between two of them.
CHUNK = 300
WRITTEN = (*COLUMNS, "extra", "version", "updated_at", "updated_by")


class Importer:
    """Each chunk is one transaction; a record that the database refuses costs no other its place.

    Idempotent: a record whose content did not change since it was last imported writes nothing, and
    an edit that somebody made since stays. Once the content changes, the record wins and the report
    says so. `progress` is called with the number of records that are done.
    """

    def __init__(
        self,
        owner: User | None = None,
        *,
        dry_run: bool = False,
        progress: Callable[[int], None] = lambda done: None,
    ) -> None:
        self.owner = owner
        self.dry_run = dry_run
        self.progress = progress
        self.report = Report()
        self.writer = BulkWriter()
        self.terms = Terms()
        self._seen: dict[str, tuple[str, str]] = {}  # digest and place by id
        self._done = 0

    def run(self, paths: Iterable[Path]) -> Report:
        waiting: list[Incoming] = []
        for path in paths:
            try:
                for item in read_items(path):
                    self._count()
                    if incoming := self._recognised(
                        f"{path}, {item.place}", item.value, item.problem
                    ):
                        waiting.append(incoming)
                    if len(waiting) >= CHUNK:
                        self._write(waiting)
                        waiting = []
            except UnreadableFileError as error:
                self.report.unreadable.append(f"{path}: {error}")
        self._write(waiting)
        return self.report

    def _count(self) -> None:
        self._done += 1
        self.progress(self._done)

    def _recognised(self, place: str, value: object, problem: str) -> Incoming | None:
        if problem:
            self.report.refuse(place, problem)
            return None
        try:
            incoming = recognise(place, value)
        except RefusedError as error:
            self.report.refuse(place, str(error), _id_shown(value))
            return None
        return incoming if self._is_first(incoming) else None

    def _is_first(self, incoming: Incoming) -> bool:
        """The first record of an id counts, so that a second run finds nothing to change."""
        digest, place = self._seen.setdefault(incoming.source_id, (incoming.digest, incoming.place))
        if place == incoming.place:
            return True
        if digest == incoming.digest:
            self.report.unchanged += 1
        else:
            reason = _("another record with this id stands in %(place)s") % {"place": place}
            self.report.refuse(incoming.place, reason, incoming.source_id)
        return False

    def _write(self, chunk: Sequence[Incoming]) -> None:
        try:
            self._write_together(chunk)
        except OperationalError:
            raise
        except DatabaseError as error:
            if len(chunk) == 1:
                reason = " ".join(str(error).split())
                self.report.refuse(chunk[0].place, reason, chunk[0].source_id)
                return
            for incoming in chunk:
                self._write([incoming])

    def _write_together(self, chunk: Sequence[Incoming]) -> None:
        refused: list[tuple[Incoming, str]] = []
        try:
            with transaction.atomic():
                known = self._known(chunk)
                understood = list(self._understood(chunk, known, refused))
                new = [one for one in understood if one.incoming.source_id not in known]
                changed = [one for one in understood if one.incoming.source_id in known]
                if not self.dry_run:
                    self._create(new)
                    self._update(changed, known)
        except DatabaseError:
            self.writer.forget()
            raise
        for incoming, reason in refused:
            self.report.refuse(incoming.place, reason, incoming.source_id)
        self._count_results(chunk, new, changed, known)
        self.report.unchanged += len(chunk) - len(refused) - len(understood)

    def _known(self, chunk: Sequence[Incoming]) -> dict[str, Layer]:
        layers = Layer.objects.filter(source=SOURCE, source_id__in=[one.source_id for one in chunk])
        if not self.dry_run:
            layers = layers.select_for_update()
        layers = layers.only("source_id", "extra", "version", "state", "visibility", "updated_at")
        return {str(layer.source_id): layer for layer in layers.order_by("pk")}

    def _understood(
        self,
        chunk: Sequence[Incoming],
        known: dict[str, Layer],
        refused: list[tuple[Incoming, str]],
    ) -> Iterator[Understood]:
        """Those that are new or changed; the others need no reading."""
        for incoming in chunk:
            old = known.get(incoming.source_id)
            if old is None or _mark(old).get("digest") != incoming.digest:
                try:
                    yield understand(incoming, self.terms)
                except RefusedError as error:
                    refused.append((incoming, str(error)))

    def _create(self, new: Sequence[Understood]) -> None:
        now = timezone.now()
        for one in new:
            layer, incoming = one.described.layer, one.incoming
            layer.pk, layer.source, layer.source_id = incoming.layer_id, SOURCE, incoming.source_id
            layer.owner = layer.created_by = layer.updated_by = self.owner
            layer.created_at, layer.updated_at = now, one.modified or now
            one.set_extra()
        if new:
            self.writer.create([one.described for one in new])

    def _update(self, changed: Sequence[Understood], known: dict[str, Layer]) -> None:
        now = timezone.now()
        for one in changed:
            layer, old = one.described.layer, known[one.incoming.source_id]
            layer.pk, layer.version, layer.updated_by = old.pk, old.version + 1, self.owner
            later = one.modified is not None and one.modified > old.updated_at
            layer.updated_at = one.modified if later and one.modified else now
            one.set_extra()
            _keep_access(layer, old)
        if changed:
            self.writer.update([one.described for one in changed], WRITTEN)

    def _count_results(
        self,
        chunk: Sequence[Incoming],
        new: Sequence[Understood],
        changed: Sequence[Understood],
        known: dict[str, Layer],
    ) -> None:
        self.report.created += len(new)
        self.report.updated += len(changed)
        for one in (*new, *changed):
            self.report.add_notes(one)
        replaced = {one.incoming.source_id for one in changed}
        for incoming in chunk:
            old = known.get(incoming.source_id)
            if old is None or old.version == _mark(old).get("version"):
                continue
            if incoming.source_id in replaced:
                self.report.overwritten.append(f"{incoming.place} ({incoming.source_id})")
            else:
                self.report.kept += 1


def _keep_access(layer: Layer, old: Layer) -> None:
    """What people have decided here stays, unless the record closes what it had left open."""
    for name, open_value in (("state", State.PUBLISHED), ("visibility", Visibility.PUBLIC)):
        before, now = _mark(old).get(name), getattr(layer, name)
        closes = now != open_value and before == open_value
        if getattr(old, name) != before and not closes:
            setattr(layer, name, getattr(old, name))


def _mark(layer: Layer) -> dict[str, Any]:
    """What the last import left behind."""
    mark: dict[str, Any] = layer.extra.get(MARK, {})
    return mark


def _id_shown(value: object) -> str:
    fields = value if isinstance(value, dict) else {}
    return next((str(fields[name]) for name in ("id", "layer_slug_s") if fields.get(name)), "")
