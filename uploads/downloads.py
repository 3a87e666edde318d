"""Giving files out, whole or in parts (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase, HttpResponseNotModified

CHUNK = 256 * 1024
ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
# What a browser may show inside of a page; all else is saved, since it was made by strangers.
SHOWN = {"image/png"}


class Part(NamedTuple):
    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def serve(
    request: HttpRequest, path: Path, *, name: str, media_type: str, checksum: str
) -> HttpResponseBase:
    """A single range is answered by 206, several by the whole, one beyond the end by 416."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise Http404 from error
    etag = f'"{checksum[:32]}"'
    if etag in request.headers.get("If-None-Match", ""):
        return _described(HttpResponseNotModified(), etag, name, media_type)
    part = _part(request, size, etag)
    if part is None:
        response: HttpResponseBase = StreamingHttpResponse(_read(path, Part(0, size - 1)))
        response["Content-Length"] = size
    elif part.length <= 0:
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        response = StreamingHttpResponse(_read(path, part), status=206)
        response["Content-Length"] = part.length
        response["Content-Range"] = f"bytes {part.first}-{part.last}/{size}"
    return _described(response, etag, name, media_type)


def _part(request: HttpRequest, size: int, etag: str) -> Part | None:
    """None for the whole; an empty part where there is nothing to give."""
    asked = ONE_RANGE.match(request.headers.get("Range", ""))
    if asked is None or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = asked.groups()
    if not first and not last:
        return None
    if not first:
        return Part(max(size - int(last), 0), size - 1 if int(last) else -1)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < int(first):
        return None  # no valid range, to be passed over
    return Part(int(first), end)


def _read(path: Path, part: Part) -> Iterator[bytes]:
    left = part.length
    with path.open("rb") as file:
        file.seek(part.first)
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def _described(
    response: HttpResponseBase, etag: str, name: str, media_type: str
) -> HttpResponseBase:
    response["Content-Type"] = media_type
    way = "inline" if media_type in SHOWN else "attachment"
    response["Content-Disposition"] = f"{way}; filename*=UTF-8''{quote(name)}"
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"], response["Vary"] = "private, no-cache", "Cookie, Authorization"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
