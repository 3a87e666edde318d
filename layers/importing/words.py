"""Tables from the words of OpenGeoMetadata to the codes of ISO 19115 and of this catalogue."""

from __future__ import annotations

import re

from layers.importing.cleaning import line

# OpenGeoMetadata's themes and the names of ISO 19115's topic categories, folded by `fold`.
TOPICS = {
    "agriculture": ["farming"],
    "farming": ["farming"],
    "biology": ["biota"],
    "biology and ecology": ["biota"],
    "biota": ["biota"],
    "boundaries": ["boundaries"],
    "climate": ["climatologyMeteorologyAtmosphere"],
    "climatology meteorology and atmosphere": ["climatologyMeteorologyAtmosphere"],
    "atmospheric sciences": ["climatologyMeteorologyAtmosphere"],
    "economy": ["economy"],
    "elevation": ["elevation"],
    "environment": ["environment"],
    "events": ["society", "climatologyMeteorologyAtmosphere"],
    "geology": ["geoscientificInformation"],
    "geoscientific information": ["geoscientificInformation"],
    "health": ["health"],
    "imagery": ["imageryBaseMapsEarthCover"],
    "imagery and base maps": ["imageryBaseMapsEarthCover"],
    "imagery base maps and earth cover": ["imageryBaseMapsEarthCover"],
    "land cover": ["imageryBaseMapsEarthCover"],
    "inland waters": ["inlandWaters"],
    "intelligence and military": ["intelligenceMilitary"],
    "military": ["intelligenceMilitary"],
    "location": ["location"],
    "oceans": ["oceans"],
    "planning and cadastral": ["planningCadastre"],
    "planning and cadastre": ["planningCadastre"],
    "property": ["planningCadastre"],
    "society": ["society"],
    "structure": ["structure"],
    "structures": ["structure"],
    "transportation": ["transportation"],
    "utilities": ["utilitiesCommunication"],
    "utilities and communication": ["utilitiesCommunication"],
    "utilities and communications": ["utilitiesCommunication"],
    "disaster": ["disaster"],
    "extraterrestrial": ["extraTerrestrial"],
}
RESOURCE_TYPES = {
    "datasets": "dataset",
    "dataset": "dataset",
    "imagery": "dataset",
    "image": "dataset",
    "maps": "map",
    "map": "map",
    "still image": "map",
    "stillimage": "map",
    "physical object": "map",
    "collections": "series",
    "collection": "series",
    "web services": "service",
    "service": "service",
    "websites": "application",
    "interactive resource": "application",
    "software": "application",
    "text": "document",
    "other": "dataset",
}
GEOMETRIES = {
    "point": "point",
    "multipoint": "point",
    "line": "line",
    "line string": "line",
    "linestring": "line",
    "polyline": "line",
    "polygon": "polygon",
    "raster": "raster",
    "image": "raster",
    "grid": "raster",
    "mixed": "mixed",
    "table": "table",
    "tabular": "table",
}
# Values of the geometry fields that say nothing about the geometry.
NO_GEOMETRY = {"undetermined", "unknown", "unknown data type", "other"}
REPRESENTATIONS = {
    "point": "vector",
    "line": "vector",
    "polygon": "vector",
    "raster": "grid",
    "table": "textTable",
}
# Spellings of one format; others stand as they are.
FORMATS = {
    "shapefile": "Shapefile",
    "shape file": "Shapefile",
    "esri shapefile": "Shapefile",
    "shp": "Shapefile",
    "geotiff": "GeoTIFF",
    "geo tiff": "GeoTIFF",
    "tiff": "TIFF",
    "tif": "TIFF",
    "jpeg": "JPEG",
    "jpg": "JPEG",
    "jpeg2000": "JPEG2000",
    "jp2": "JPEG2000",
    "geojson": "GeoJSON",
    "geopackage": "GeoPackage",
    "gpkg": "GeoPackage",
    "esri geodatabase": "Geodatabase",
    "geodatabase": "Geodatabase",
    "file geodatabase": "Geodatabase",
    "arcgrid": "ArcGRID",
    "pdf": "PDF",
    "csv": "CSV",
    "tabular data": "Tabular Data",
}
GRID_FORMATS = {
    "GeoTIFF",
    "TIFF",
    "JPEG",
    "JPEG2000",
    "GeoJPEG",
    "ArcGRID",
    "Raster Dataset",
    "Raster",
}
VECTOR_FORMATS = {"Shapefile", "GeoJSON", "GeoPackage", "E00"}
POINT_CLOUD_FORMATS = {"LAS", "LAZ"}


def fold(text: str) -> str:
    """`InlandWaters`, `Inland Waters` and `inland_waters` in one form: words in small letters."""
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", line(text))
    return " ".join(re.sub(r"[&/,.;:_-]+", " ", text.replace("&", " and ")).casefold().split())


def format_of(text: str) -> str:
    return FORMATS.get(text.casefold(), text)


def representation_of(geometry: str, format_name: str) -> str | None:
    if format_name in POINT_CLOUD_FORMATS:
        return "pointCloud"
    if geometry in REPRESENTATIONS:
        return REPRESENTATIONS[geometry]
    if format_name in GRID_FORMATS:
        return "grid"
    return "vector" if format_name in VECTOR_FORMATS else None


def geometry_of(words: list[str]) -> tuple[str, list[str]]:
    """The geometry, and those words that say something else: "Nautical charts"."""
    found: dict[str, None] = {}
    others = []
    for word in words:
        name = fold(word).removeprefix("3d ").removeprefix("3 d ").removesuffix(" data")
        if name in GEOMETRIES:
            found[GEOMETRIES[name]] = None
        elif name not in NO_GEOMETRY | {"vector"}:
            others.append(word)
    if len(found) > 1:
        return "mixed", others
    return next(iter(found), ""), others
