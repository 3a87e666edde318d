"""Reading an upload: checked, read, described, drawn; a bad one leaves nothing behind."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs.handle import JobHandle
from layers.models import Layer
from uploads import files, filling, problems, removal, rendering
from uploads.child import Reader
from uploads.geodata.problems import NO_COORDINATES, UNKNOWN, BadFile
from uploads.models import Role, Upload

logger = logging.getLogger(__name__)

CHECK, READ, FILL, DRAW = "check", "read", "fill", "draw"
RANGES_SECONDS = 60
NOT_GEODATA = {UNKNOWN, NO_COORDINATES}


class Reading:
    """One reading of one upload, in a folder of its own for what comes out of an archive."""

    def __init__(self, handle: JobHandle, upload: Upload, folder: Path) -> None:
        self.handle, self.upload, self.folder = handle, upload, folder

    def run(self) -> dict[str, Any]:
        try:
            return self._run()
        except BadFile as error:
            if error.code in NOT_GEODATA and not self.upload.made_layer:
                return self._attach()
            logger.info("%s is refused: %s %s", self.upload.pk, error.code, error.values)
            self._refuse()
            raise problems.failure(error.code, error.values) from error

    def _run(self) -> dict[str, Any]:
        self.handle.step(CHECK)
        path = Path(self.upload.file.path)
        if not path.is_file():
            raise problems.failure(problems.NOT_SEEN)
        self.upload.checksum = files.checksum(path, self.handle.progress)
        self.handle.step(READ)
        arguments = {"name": self.upload.name, "crs": self.upload.given_crs, "folder": self.folder}
        with Reader("read", self.handle, path=path, **arguments) as reader:
            facts = dict(reader.answer())
            self._keep(facts)
            self.handle.step(FILL)
            self._say(facts, filling.fill(self.handle, self.upload, facts))
            self.handle.step(DRAW)
            self._draw(reader, facts)
            self._add_ranges(reader, facts)
            self._keep(facts)
        return _result(self.upload, facts)

    def _keep(self, facts: dict[str, Any]) -> None:
        with self.handle.fence():
            removal.hold(self.upload)
            Upload.objects.filter(pk=self.upload.pk).update(
                facts=facts, checksum=self.upload.checksum, role=Role.DATA, read_at=Now()
            )

    def _say(self, facts: dict[str, Any], filled: list[str]) -> None:
        for note in facts["notes"]:
            self.handle.log(str(problems.NOTES[note]))
        names = ", ".join(map(_label, filled))
        self.handle.log(_("Filled in: %(fields)s.") % {"fields": names or "–"})

    def _draw(self, reader: Reader, facts: dict[str, Any]) -> None:
        """A file that can't be drawn is described all the same."""
        facts["drawn"] = False
        try:
            for name in reader.answer():
                rendering.keep_drawing(self.handle, self.upload, self.folder / name)
                facts["drawn"] = True
        except BadFile as error:
            self.handle.log(_("No picture could be made of it."))
            logger.info("%s: no picture (%s)", self.upload.pk, error)

    def _add_ranges(self, reader: Reader, facts: dict[str, Any]) -> None:
        """Of attributes' values; a table that is too large for it is described without."""
        try:
            ranges = reader.answer(RANGES_SECONDS)
        except BadFile as error:
            self.handle.log(_("The ranges of the attributes’ values could not be read."))
            logger.info("%s: no ranges (%s)", self.upload.pk, error)
            return
        for attribute in facts["attributes"]:
            if limits := ranges.get(attribute["name"]):
                attribute |= {"min": limits[0], "max": limits[1]}

    def _attach(self) -> dict[str, Any]:
        with self.handle.fence():
            removal.hold(self.upload)
            Upload.objects.filter(pk=self.upload.pk).update(
                checksum=self.upload.checksum, role=Role.ATTACHMENT, read_at=Now()
            )
        return {
            "summary": _("It holds no geodata and was attached to the layer as it is."),
            **_links(self.upload),
        }

    def _refuse(self) -> None:
        """The file goes; so does the draft that was made for it, unless somebody worked on it."""
        with self.handle.fence():
            rows = Layer.objects.select_for_update(of=("self",))
            layer = rows.filter(uploads=self.upload.pk).first()
            removal.hold(self.upload)
            removal.remove(self.upload)
            if layer is not None and self.upload.made_layer and layer.version == 1:
                layer.delete()


def _label(field: str) -> str:
    """Of a field of the layer, as the editor calls it."""
    if field in {"bbox", "attributes"}:
        return str({"bbox": _("Extent"), "attributes": _("Attributes")}[field]).lower()
    return str(getattr(Layer._meta.get_field(field.removesuffix("_id")), "verbose_name", field))


def _result(upload: Upload, facts: dict[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in facts.items() if name != "crs_wkt"}
    notes = [str(problems.NOTES[note]) for note in facts["notes"]]
    return {
        "summary": _summary(facts),
        "metadata": known,
        "notes": notes,
        **_links(upload),
    }


def _summary(facts: dict[str, Any]) -> str:
    if facts["kind"] == "raster":
        width, height = facts["size"]
        words = {"width": width, "height": height, "bands": facts["band_count"]}
        text = _("A raster of %(width)s × %(height)s cells, bands: %(bands)s.") % words
    else:
        count = facts["features"]
        text = ngettext("%(count)s feature.", "%(count)s features.", count) % {"count": count}
    return f"{facts['format']}: {text}"


def _links(upload: Upload) -> dict[str, Any]:
    layer = filling.layer_of(upload)
    links = [
        {"label": _("Show the layer"), "url": layer.get_absolute_url()},
        {"label": _("Go on describing it"), "url": f"{layer.get_absolute_url()}edit/"},
    ]
    return {"links": links, "layer": str(layer.pk), "upload": str(upload.pk)}
