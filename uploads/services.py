"""Taking files in, and giving them up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from jobs import services as jobs
from jobs.models import Job
from layers import services as layers
from layers.changes import Changes
from layers.models import Layer
from layers.models.layer import State
from uploads import names
from uploads.files import clean_name, media_type_of
from uploads.models import Rendition, Upload

if TYPE_CHECKING:
    from accounts.models import User


def receive(
    file: UploadedFile, user: User, layer: Layer | None = None, crs: str = ""
) -> tuple[Upload, Job]:
    """Keeps the file, with a draft where no layer is given; a job reads it after the commit."""
    name = clean_name(file.name or "")
    with transaction.atomic():
        made = layer is None
        if layer is None:
            layer = layers.create(Layer(title=title_of(name), state=State.DRAFT), Changes(), user)
        upload = Upload(
            layer=layer,
            made_layer=made,
            owner=user,
            name=name,
            size=file.size or 0,
            media_type=media_type_of(name),
            given_crs=crs,
        )
        upload.file.save(name, file, save=False)
        upload.save(force_insert=True)
        job = jobs.active(names.READ, str(upload.pk))
    if job is None:
        raise RuntimeError(f"no job reads {upload.pk}")
    return upload, job


def title_of(name: str) -> str:
    return Path(name).stem.replace("_", " ").strip() or _("Upload")


def read_again(upload: Upload, user: User, crs: str) -> Job:
    """With the CRS that a person states."""
    Upload.objects.filter(pk=upload.pk).update(given_crs=crs)
    return start_reading(upload, user)


def start_reading(upload: Upload, user: User | None) -> Job:
    return jobs.start(
        names.READ,
        owner=user,
        key=str(upload.pk),
        subject=upload.name,
        upload=str(upload.pk),
    )


def convert(upload: Upload, user: User, form: str, crs: str) -> Job | Rendition:
    """The data in this format and CRS, if it is there; else the job that makes it."""
    wanted = {"format": form, "crs": crs}
    if found := upload.conversion(wanted):
        return found
    return jobs.start(
        names.CONVERT,
        owner=user,
        key=f"{upload.pk}/{form}/{crs}",
        subject=upload.name,
        shared=False,
        upload=str(upload.pk),
        wanted=wanted,
    )


def give_up(upload: Upload, user: User | None) -> Job:
    """Takes a file from its layer; a job removes it."""
    with transaction.atomic():
        Upload.objects.filter(pk=upload.pk).update(layer=None)
        return jobs.start(names.REMOVE, owner=user, subject=upload.name)
