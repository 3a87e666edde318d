"""Uploads by programs, and by the page with the drop field."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import File, Form, Router
from ninja.errors import HttpError
from ninja.files import UploadedFile

from accounts.authentication import caller_of, signed_in
from accounts.models import User
from layers.access import may_edit
from layers.models import Layer
from uploads import services
from uploads.access import readable_upload
from uploads.forms import checked_crs
from uploads.representation import upload_as_json

router = Router(tags=["uploads"])


def may_upload(request: HttpRequest) -> User | None:
    """Before the body is read: what is too large is refused by its length."""
    refuse_too_large(request)
    return signed_in(request)


def refuse_too_large(request: HttpRequest) -> None:
    if int(request.headers.get("Content-Length") or 0) > settings.UPLOAD_MAX_BYTES:
        megabytes = settings.UPLOAD_MAX_BYTES // 2**20
        raise HttpError(413, _("A file may have %(megabytes)s MB.") % {"megabytes": megabytes})


@router.post("/", url_name="uploads", auth=may_upload)
def upload_file(
    request: HttpRequest,
    file: File[UploadedFile],
    layer: Form[uuid.UUID | None] = None,
    crs: Form[str] = "",
) -> HttpResponse:
    """Keeps the file and answers at once; a job reads it and fills in the layer.

    Without `layer` a draft is made. `crs` states the coordinate reference system of a file that
    does not say it.
    """
    user = caller_of(request)
    try:
        stated = checked_crs(crs) if crs.strip() else ""
    except ValidationError as error:
        return JsonResponse({"errors": {"crs": error.messages}}, status=422)
    upload, job = services.receive(file, user, _layer(request, layer), stated)
    content = {
        "job": str(job.pk),
        "layer": str(upload.layer_id),
        "upload": str(upload.pk),
        "url": job.get_absolute_url(),
    }
    return JsonResponse(content, status=202, headers={"Location": f"/api/jobs/{job.pk}"})


@router.get("/{uuid:identity}", url_name="upload")
def read_upload(request: HttpRequest, identity: uuid.UUID) -> HttpResponse:
    """What is known of a file, and what was made of it."""
    upload = readable_upload(request.user, identity)
    return JsonResponse(
        upload_as_json(upload),
        headers={"Cache-Control": "private, no-cache", "Vary": "Cookie, Authorization"},
    )


def _layer(request: HttpRequest, identity: uuid.UUID | None) -> Layer | None:
    if identity is None:
        return None
    layer = get_object_or_404(Layer.objects.readable_by(request.user), pk=identity)
    if not may_edit(request.user, layer):
        raise HttpError(403, _("Only its owner and the staff may change this layer."))
    return layer
