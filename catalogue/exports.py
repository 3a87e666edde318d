"""All hits of a search as CSV, GeoJSON and Atom, streamed."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.feedgenerator import rfc3339_date
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.markdown import plain
from catalogue.search.every import AllHits, export_rows
from catalogue.search.query import SearchQuery
from catalogue.search.reading import parse
from catalogue.solr_values import UNFIT
from layers.extent import BoundingBox
from layers.models import Layer
from layers.texts import disarmed

COLUMNS = (
    "id", "address", "title", "abstract", "organisation", "type", "topics", "keywords", "regions",
    "west", "south", "east", "north", "time", "format", "licence", "visibility", "updated",
)  # fmt: skip
Writer = Callable[[AllHits, SearchQuery], Iterator[str]]


def _export(request: HttpRequest, kind: str, name: str, write: Writer) -> Any:
    query, errors = parse(request.GET)
    if errors:
        return JsonResponse({"errors": errors}, status=422)
    hits = AllHits(query, request.user, export_rows())
    answer = StreamingHttpResponse(write(hits, query), content_type=kind)
    answer["Cache-Control"], answer["Vary"] = "private, no-cache", "Cookie, Authorization"
    if name:
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    return _export(request, "text/csv; charset=utf-8", "layers.csv", _csv)  # type: ignore[no-any-return]


@require_safe
def as_geojson(request: HttpRequest) -> HttpResponse:
    return _export(request, "application/geo+json", "layers.geojson", _geojson)  # type: ignore[no-any-return]


@require_safe
def as_atom(request: HttpRequest) -> HttpResponse:
    return _export(request, "application/atom+xml; charset=utf-8", "", _atom)  # type: ignore[no-any-return]


class _Line:
    """What `csv` writes to: it gives the line back."""

    def write(self, line: str) -> str:
        return line


def _csv(hits: AllHits, query: SearchQuery) -> Iterator[str]:
    del query
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for layer in hits:
        yield writer.writerow(_row(layer))


def _row(layer: Layer) -> list[Any]:
    box = layer.bbox.as_list if layer.bbox else [""] * 4
    texts = _texts(layer)
    before = [texts[name] for name in COLUMNS[:9]]
    after = [texts[name] for name in COLUMNS[13:]]
    return [*map(disarmed, before), *box, *map(disarmed, after)]


def _texts(layer: Layer) -> dict[str, str]:
    return {
        "id": str(layer.pk),
        "address": address_of(layer),
        "title": layer.title,
        "abstract": layer.abstract,
        "organisation": layer.organisation.name if layer.organisation else "",
        "type": str(layer.resource_type_id),
        "topics": _joined(topic.code for topic in layer.topic_categories.all()),
        "keywords": _joined(keyword.name for keyword in layer.keywords.all()),
        "regions": _joined(region.code for region in layer.regions.all()),
        "time": _joined(f"{e.start or '..'}/{e.end or '..'}" for e in layer.temporal_extents.all()),
        "format": layer.format,
        "licence": layer.licence_id or "",
        "visibility": layer.visibility,
        "updated": layer.updated_at.isoformat(),
    }


def _joined(values: Iterable[str]) -> str:
    return "; ".join(values)


def address_of(layer: Layer) -> str:
    return settings.SITE_URL + layer.get_absolute_url()


def _geojson(hits: AllHits, query: SearchQuery) -> Iterator[str]:
    del query
    yield '{"type": "FeatureCollection", "features": ['
    for number, layer in enumerate(hits):
        yield (",\n" if number else "\n") + json.dumps(feature(layer), ensure_ascii=False)
    yield "\n]}\n"


def feature(layer: Layer) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "Feature",
        "id": str(layer.pk),
        "geometry": geometry(layer.bbox) if layer.bbox else None,
        "properties": {k: v for k, v in _texts(layer).items() if k != "id"},
    }
    return found | ({"bbox": layer.bbox.as_list} if layer.bbox else {})


def geometry(box: BoundingBox) -> dict[str, Any]:
    """RFC 7946: counterclockwise, and cut in two where it crosses the 180th meridian."""
    if box.crosses_antimeridian:
        parts = [(box.west, 180.0), (-180.0, box.east)]
        rings = [[_ring(west, box.south, east, box.north)] for west, east in parts]
        return {"type": "MultiPolygon", "coordinates": rings}
    if (box.west, box.south) == (box.east, box.north):
        return {"type": "Point", "coordinates": [box.west, box.south]}
    if box.west == box.east or box.south == box.north:
        ends = [[box.west, box.south], [box.east, box.north]]
        return {"type": "LineString", "coordinates": ends}
    ring = _ring(box.west, box.south, box.east, box.north)
    return {"type": "Polygon", "coordinates": [ring]}


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _atom(hits: AllHits, query: SearchQuery) -> Iterator[str]:
    """With the total of OpenSearch 1.1 and boxes of GeoRSS."""
    title = _("Layers: %(words)s") % {"words": query.q} if query.q else _("Layers")
    itself = settings.SITE_URL + reverse("search_atom") + query.querystring
    page = settings.SITE_URL + reverse("search") + query.querystring
    yield (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:georss="http://www.georss.org/georss"'
        ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">\n'
        f"<title>{_xml(title)}</title>\n<id>{_xml(itself)}</id>\n"
        f"<updated>{rfc3339_date(now())}</updated>\n"
        f'<link rel="self" type="application/atom+xml" href={_attribute(itself)}/>\n'
        f'<link rel="alternate" type="text/html" href={_attribute(page)}/>\n'
        f"<opensearch:totalResults>{hits.total}</opensearch:totalResults>\n"
    )
    for layer in hits:
        yield _entry(layer)
    yield "</feed>\n"


def _entry(layer: Layer) -> str:
    name = layer.organisation.name if layer.organisation else str(settings.SITE_NAME)
    box = layer.bbox
    corners = [box.south, box.west, box.north, box.east] if box else []
    return (
        f"<entry><title>{_xml(layer.title)}</title><id>urn:uuid:{layer.pk}</id>"
        f"<link href={_attribute(address_of(layer))}/>"
        f"<updated>{rfc3339_date(layer.updated_at)}</updated>"
        f"<published>{rfc3339_date(layer.created_at)}</published>"
        f"<author><name>{_xml(name)}</name></author>"
        + "".join(f"<category term={_attribute(k.name)}/>" for k in layer.keywords.all())
        + f"<summary>{_xml(plain(layer.abstract))}</summary>"
        + (f"<georss:box>{' '.join(map(str, corners))}</georss:box>" if box else "")
        + "</entry>\n"
    )


def _xml(text: str) -> str:
    return escape(UNFIT.sub(" ", text))


def _attribute(text: str) -> str:
    return quoteattr(UNFIT.sub(" ", text))
