"""Uploaded files, and what was made of them."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from jobs.models import Job
from layers.models import Layer

FOLDER = "uploads"
ORIGINAL = "original"


class Role(models.TextChoices):
    UNREAD = "", _("not read yet")
    DATA = "data", _("data")
    ATTACHMENT = "attachment", _("attachment")


def original_path(upload: Upload, name: str) -> str:
    return f"{FOLDER}/{upload.pk}/{ORIGINAL}/{name}"


def rendition_path(rendition: Rendition, name: str) -> str:
    return f"{FOLDER}/{rendition.upload_id}/{rendition.pk}/{name}"


class Upload(models.Model):
    """A file that somebody sent. Without a layer it waits for its removal."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    layer = models.ForeignKey(
        Layer, models.SET_NULL, null=True, related_name="uploads", verbose_name=_("layer")
    )
    # Its layer was made for it, and goes with it if it can't be read.
    made_layer = models.BooleanField(default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="uploads",
        verbose_name=_("sent by"),
    )
    file = models.FileField(_("file"), upload_to=original_path, max_length=500)
    name = models.CharField(_("name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size"))
    media_type = models.CharField(_("media type"), max_length=255, blank=True)
    checksum = models.CharField(_("SHA-256"), max_length=64, blank=True)
    role = models.CharField(_("role"), max_length=16, choices=Role, blank=True, default="")
    given_crs = models.CharField(_("CRS as stated by a person"), max_length=64, blank=True)
    facts = models.JSONField(_("what it holds"), default=dict, blank=True)
    # What the catalogue wrote into the layer: nothing else may be written over.
    filled = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(_("sent"), auto_now_add=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("upload")
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(layer__isnull=True), name="upload_orphaned"
            ),
            models.Index(fields=["created_at"], name="upload_newest"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("upload_file", args=[self.pk, self.name])

    @property
    def folder(self) -> Path:
        return Path(settings.MEDIA_ROOT) / FOLDER / str(self.pk)

    def conversion(self, wanted: dict[str, Any]) -> Rendition | None:
        """The one in this format and CRS, if it has been made."""
        rows = self.renditions.filter(kind=Rendition.Kind.CONVERSION, options=wanted)
        return rows.first()

    @property
    def job(self) -> Job | None:
        """The last one that read it."""
        return Job.objects.filter(key=str(self.pk)).order_by("-created_at").first()


class Rendition(models.Model):
    """A file that was made of an upload: a picture, a preview, the data in another form."""

    class Kind(models.TextChoices):
        THUMBNAIL = "thumbnail", _("thumbnail")
        PICTURE = "picture", _("picture")
        PREVIEW = "preview", _("preview")
        CONVERSION = "conversion", _("conversion")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    upload = models.ForeignKey(Upload, models.CASCADE, related_name="renditions")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    file = models.FileField(_("file"), upload_to=rendition_path, max_length=500)
    name = models.CharField(_("name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size"))
    media_type = models.CharField(_("media type"), max_length=255)
    checksum = models.CharField(_("SHA-256"), max_length=64)
    options = models.JSONField(_("options"), default=dict, blank=True)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        verbose_name = _("rendition")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("rendition_file", args=[self.pk, self.name])


class MediaFolder(models.Model):
    """The mark that the folder of files must carry, so that all processes know it is the same."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    mark = models.UUIDField(default=uuid.uuid4)

    class Meta:
        verbose_name = _("folder of files")

    def __str__(self) -> str:
        return str(self.mark)
