"""Who may have which file: whoever may read its layer; whoever edits the layer may alter it."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import User
from layers.access import may_edit, readable_by
from layers.models import Layer
from uploads.models import Rendition, Upload

Reader = User | AnonymousUser


def readable_upload(user: Reader, pk: uuid.UUID) -> Upload:
    upload = Upload.objects.select_related("layer").filter(pk=pk).first()
    if upload is None or not _reads(user, upload):
        raise Http404
    return upload


def readable_rendition(user: Reader, pk: uuid.UUID) -> Rendition:
    found = Rendition.objects.select_related("upload__layer").filter(pk=pk).first()
    if found is None or not _reads(user, found.upload):
        raise Http404
    return found


def editable_upload(user: Reader, pk: uuid.UUID) -> Upload:
    upload = readable_upload(user, pk)
    if upload.layer is None or not may_edit(user, upload.layer):
        raise PermissionDenied
    return upload


def _reads(user: Reader, upload: Upload) -> bool:
    rows = Layer.objects.filter(readable_by(user), uploads=upload.pk)
    return rows.exists()
