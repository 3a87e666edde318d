"""ETag and If-Match (RFC 9110, sections 8.8.3 and 13.1.1) of a layer's version."""

from __future__ import annotations

import re

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError

from layers.models import Layer

ENTITY_TAG = re.compile(r'\s*(W/)?"?(?P<version>\d{1,19})"?\s*')


def etag_of(layer: Layer) -> str:
    return f'"{layer.version}"'


def expected_version(request: HttpRequest, layer: Layer) -> int:
    """The version that the caller knows; one that can't be, where If-Match names none of ours.

    Raises HttpError 428 without If-Match. `*` stands for whatever is there.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise HttpError(428, _("Send If-Match with the ETag of the version that you began with."))
    if header.strip() == "*":
        return layer.version
    tags = (ENTITY_TAG.fullmatch(tag) for tag in header.split(","))
    # Weak tags never match here; a number without quotes is meant well.
    versions = [int(tag["version"]) for tag in tags if tag and not tag[1]]
    if layer.version in versions:
        return layer.version
    return versions[0] if versions else 0
