"""The page with the drop field, what can be done with a file, and the files themselves."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.authentication import caller_of
from jobs.models import Job
from layers.access import may_edit
from layers.addresses import layer_at
from layers.models import Layer
from uploads import services
from uploads.access import editable_upload, readable_rendition, readable_upload
from uploads.downloads import serve
from uploads.forms import ConversionForm, CrsForm, UploadForm
from uploads.models import Role


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload_new(request: HttpRequest) -> HttpResponse:
    """`?layer=` names a layer that the file is for. With JavaScript the page sends to the API."""
    user = caller_of(request)
    layer = _layer(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        _upload, job = services.receive(
            form.cleaned_data["file"], user, layer, form.cleaned_data["crs"]
        )
        return redirect(job)
    context = {"form": form, "layer": layer, "most": settings.UPLOAD_MAX_BYTES}
    return render(request, "uploads/new.html", context)


def _layer(request: HttpRequest) -> Layer | None:
    slug = request.POST.get("layer") or request.GET.get("layer")
    if not slug:
        return None
    layer = layer_at(slug, Layer.objects.readable_by(request.user))
    if not may_edit(request.user, layer):
        raise PermissionDenied
    return layer


@require_POST
@login_required
def state_crs(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    upload = editable_upload(request.user, pk)
    form = CrsForm(request.POST)
    if form.is_valid():
        return redirect(services.read_again(upload, caller_of(request), form.cleaned_data["crs"]))
    _show_errors(request, form)
    return redirect(f"{upload.layer.get_absolute_url()}#files" if upload.layer else "my_jobs")


@require_POST
@login_required
def convert(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """For everyone who is signed in and may read the layer."""
    upload = readable_upload(request.user, pk)
    form = ConversionForm(str(upload.facts.get("kind", "vector")), request.POST)
    if upload.role == Role.DATA and form.is_valid():
        wanted = form.cleaned_data
        found = services.convert(upload, caller_of(request), wanted["format"], wanted["crs"])
        if isinstance(found, Job) and not Job.objects.visible_to(request.user).filter(pk=found.pk):
            messages.info(request, _("Somebody else is having it made. Come back in a moment."))
        else:
            return redirect(found)
    _show_errors(request, form)
    return redirect(f"{upload.layer.get_absolute_url()}#files" if upload.layer else "home")


def _show_errors(request: HttpRequest, form: ConversionForm | CrsForm) -> None:
    for problems in form.errors.values():
        for problem in problems:
            messages.error(request, str(problem))


@require_POST
@login_required
def remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    upload = editable_upload(request.user, pk)
    layer = upload.layer
    services.give_up(upload, caller_of(request))
    messages.success(request, _("“%(name)s” is being removed.") % {"name": upload.name})
    return redirect(layer or "my_layers")


@require_safe
def upload_file(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponseBase:
    upload = readable_upload(request.user, pk)
    return serve(
        request,
        Path(upload.file.path),
        name=upload.name,
        media_type=upload.media_type,
        checksum=upload.checksum,
    )


@require_safe
def rendition_file(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponseBase:
    found = readable_rendition(request.user, pk)
    return serve(
        request,
        Path(found.file.path),
        name=found.name,
        media_type=found.media_type,
        checksum=found.checksum,
    )
