"""Which of a layer's links its map can show. The visitor's browser asks the services itself.

The operator's MAP_SOURCES say which services pages may ask; what stands here agrees with the policy
that the browser goes by, so that a page never tries what would be refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings

from layers.links import is_live
from layers.models import Distribution, Layer

KINDS = {"OGC:WMS": "wms", "OGC:WMTS": "wmts", "XYZ": "xyz", "GeoJSON": "geojson"}
GEOJSON = "application/geo+json"
# Questions that a link may carry and that the map asks in its own words.
QUESTIONS = frozenset(
    {
        "service", "version", "request", "layer", "layers", "styles", "bbox", "width", "height",
        "crs", "srs", "format", "transparent", "tilematrix", "tilematrixset", "tilerow", "tilecol",
    }
)  # fmt: skip
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Preview:
    kind: str
    url: str
    layer: str  # as the service calls it
    title: str
    host: str
    is_allowed: bool


def previews_of(layer: Layer, links: Iterable[Distribution]) -> list[Preview]:
    """In the order of the links, those that the browser may ask for first."""
    found = [_preview(layer, link) for link in links if is_live(link.url) and _kind(link)]
    return sorted(found, key=lambda preview: not preview.is_allowed)


def _kind(link: Distribution) -> str:
    by_content = "geojson" if link.media_type == GEOJSON else ""
    return KINDS.get(str(link.protocol_id), by_content)


def _preview(layer: Layer, link: Distribution) -> Preview:
    parts, kind = urlsplit(link.url), _kind(link)
    url = _without_questions(parts) if kind in {"wms", "wmts"} else link.url
    named = _asked_for(parts) or layer.name or link.name
    title = f"{link.name or parts.hostname} · {link.protocol_id}"
    return Preview(kind, url, named, title, parts.netloc, is_allowed(link.url))


def _without_questions(parts: SplitResult) -> str:
    kept = [pair for pair in parse_qsl(parts.query) if pair[0].lower() not in QUESTIONS]
    return urlunsplit(parts._replace(query=urlencode(kept), fragment=""))


def _asked_for(parts: SplitResult) -> str:
    asked = {name.lower(): value for name, value in parse_qsl(parts.query)}
    return asked.get("layers") or asked.get("layer") or ""


def is_allowed(url: str) -> bool:
    """Whether a source of MAP_SOURCES, or the site itself, stands for the address (CSP level 3)."""
    asked = urlsplit(url)
    try:
        port = asked.port or PORTS.get(asked.scheme)
    except ValueError:
        return False
    sources = [settings.SITE_URL, *settings.MAP_SOURCES]
    return any(_matches(source, asked, port) for source in sources)


def _matches(source: str, asked: SplitResult, port: int | None) -> bool:
    if source.endswith(":"):
        return asked.scheme == source[:-1]
    allowed = urlsplit(source if "://" in source else f"//{source}")
    site = urlsplit(settings.SITE_URL).scheme
    schemes = {allowed.scheme or site, "https"}
    if asked.scheme not in schemes or not asked.hostname or not allowed.hostname:
        return False
    return _same_host(allowed.hostname, asked.hostname) and _same_port(allowed, asked, port)


def _same_host(pattern: str, host: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    return pattern in {"*", host}


def _same_port(allowed: SplitResult, asked: SplitResult, port: int | None) -> bool:
    """Without a number the source stands for the scheme's own."""
    if allowed.netloc.endswith(":*"):
        return True
    return port == (allowed.port or PORTS.get(asked.scheme))
