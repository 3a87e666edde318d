"""Links: ``dct_references_s`` of OpenGeoMetadata, a JSON object of addresses by kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from layers.importing import notes
from layers.importing.cleaning import cut, line, visible
from layers.importing.record import Record
from layers.importing.terms import Terms
from layers.links import is_live
from layers.models import Distribution, LinkFunction, LinkProtocol

# Kinds that the vocabulary of protocols has no row of its own for.
OTHER_PROTOCOLS = {
    "urn:x-esri:serviceType:ArcGIS#TiledMapLayer": "ESRI:MapServer",
    "http://iiif.io/api/presentation#manifest": "IIIF",
    "http://geojson.org/geojson-spec.html": "GeoJSON",
    "https://openindexmaps.org": "GeoJSON",
}
DESCRIPTIONS = {
    "http://www.isotc211.org/schemas/2005/gmd": "Metadata (ISO 19139)",
    "http://www.isotc211.org/schemas/2005/gco": "Feature catalogue (ISO 19110)",
    "http://www.opengis.net/cat/csw/csdgm": "Metadata (FGDC)",
    "http://www.loc.gov/mods/v3": "Metadata (MODS)",
    "http://www.w3.org/1999/xhtml": "Metadata (HTML)",
    "http://lccn.loc.gov/sh85035852": "Data dictionary",
    "https://openindexmaps.org": "Index map",
    "https://oembed.com": "Embedding (oEmbed)",
    "http://schema.org/thumbnailUrl": "Thumbnail",
    "https://schema.org/relatedLink": "Related page",
    "http://iiif.io/api/presentation#manifest": "IIIF manifest",
}
METADATA = {"Metadata", "Feature", "Data"}  # first words of descriptions of files about the layer
FUNCTIONS = {
    "WWW:DOWNLOAD": "download",
    "OGC:WFS": "download",
    "OGC:WCS": "download",
    "COG": "download",
    "PMTiles": "download",
    "GeoJSON": "download",
    "OGC:WMS": "browsing",
    "OGC:WMTS": "browsing",
    "XYZ": "browsing",
    "TMS": "browsing",
    "TileJSON": "browsing",
    "IIIF": "browsing",
    "WWW:LINK": "information",
}
NAMED_BY_SERVICE = {"OGC:WMS", "OGC:WFS", "OGC:WCS", "OGC:WMTS"}
LONGEST_ADDRESS = 4000


def links_of(record: Record, terms: Terms, name: str, layer_name: str) -> list[Distribution]:
    links: dict[tuple[str, str], Distribution] = {}
    for kind, address, label in _addresses(record, name):
        if not is_live(address) or len(address) > LONGEST_ADDRESS:
            record.note(notes.LINK_DEAD, address, keep=name)
            continue
        link = _link(terms, kind.rstrip("/"), address, label, layer_name)
        links.setdefault((address, f"{link.protocol_id} {link.description}"), link)
    return list(links.values())


def _addresses(record: Record, name: str) -> Iterator[tuple[str, str, str]]:
    """Kind, address and label."""
    for value in record.values(name):
        references = _parsed(value)
        if references is None:
            record.note(notes.LINKS_UNREADABLE, value, keep=name)
            continue
        for kind, content in references.items():
            for item in content if isinstance(content, list) else [content]:
                yield from _address(record, name, kind, item)


def _parsed(value: Any) -> dict[str, Any] | None:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None


def _address(record: Record, name: str, kind: str, item: Any) -> Iterator[tuple[str, str, str]]:
    label = ""
    if isinstance(item, dict):
        label, item = line(str(item.get("label") or "")), item.get("url") or item.get("@id")
    if isinstance(item, str) and item.strip():
        yield kind, visible(item).strip(), label
    elif item not in (None, "", [], {}):
        record.note(notes.LINKS_UNREADABLE, item, keep=name)


def _link(terms: Terms, kind: str, address: str, label: str, layer_name: str) -> Distribution:
    found = (
        terms.protocols.get(kind) or terms.protocols.get(f"{kind}/") or OTHER_PROTOCOLS.get(kind)
    )
    protocol = terms.known(LinkProtocol, found) or "WWW:LINK"
    # A kind that nobody told us of stands in the description, so that it is not lost.
    description = DESCRIPTIONS.get(kind, "" if found else kind)
    function = (
        "completeMetadata" if description.split(" ")[0] in METADATA else FUNCTIONS.get(protocol)
    )
    if description == "Thumbnail":
        function = "browseGraphic"
    return Distribution(
        url=address,
        protocol_id=protocol,
        function_id=terms.known(LinkFunction, function),
        name=cut(label or (layer_name if protocol in NAMED_BY_SERVICE else ""), 500),
        description=visible(description),
    )
