"""The jobs of this room."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.exceptions import JobFailed
from jobs.handle import JobHandle
from jobs.kinds import job_kind
from jobs.models import Job
from uploads import names, problems, reading, removal, rendering
from uploads.files import work_folder
from uploads.geodata.problems import BadFile
from uploads.models import Upload


def _must_be_there(job: Job) -> None:
    if not Upload.objects.filter(pk=job.arguments["upload"], layer__isnull=False).exists():
        raise JobFailed(_("The file was not kept. Upload it again."))


@job_kind(
    names.READ,
    label=gettext_lazy("Reading of an uploaded file"),
    steps={
        reading.CHECK: gettext_lazy("Checking the file"),
        reading.READ: gettext_lazy("Reading what it holds"),
        reading.FILL: gettext_lazy("Filling in the description"),
        reading.DRAW: gettext_lazy("Drawing a preview"),
    },
    before_repeat=_must_be_there,
)
def read(handle: JobHandle, upload: str) -> dict[str, Any]:
    """Idempotent: a second reading finds what the first wrote, and writes the same."""
    with work_folder(handle.job) as folder:
        return reading.Reading(handle, _present(upload), folder).run()


@job_kind(
    names.CONVERT,
    label=gettext_lazy("Conversion of a layer"),
    before_repeat=_must_be_there,
)
def convert(handle: JobHandle, upload: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Idempotent: what an earlier run kept before its worker died is not made again."""
    present = _present(upload)
    with work_folder(handle.job) as folder:
        try:
            made = present.conversion(wanted) or rendering.convert(handle, present, wanted, folder)
        except BadFile as error:
            _present(upload)
            raise problems.failure(error.code, error.values) from error
    links = [
        {"label": _("Download %(name)s") % {"name": made.name}, "url": made.get_absolute_url()}
    ]
    return {"summary": _("It is ready."), "links": links}


@job_kind(names.REMOVE, label=gettext_lazy("Removal of files"), repeatable=False)
def remove(handle: JobHandle) -> dict[str, Any]:
    return {"removed": removal.remove_orphans()}


def _present(upload: str) -> Upload:
    """Raises JobFailed where it was removed meanwhile, which may be why it could not be read."""
    found = Upload.objects.select_related("owner").filter(pk=upload, layer__isnull=False).first()
    if found is None:
        raise problems.failure(problems.REMOVED)
    return found
