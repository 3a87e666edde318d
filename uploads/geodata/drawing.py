"""Pictures of data: a thumbnail and a larger one, drawn by Pillow; and a simplified GeoJSON."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import rasterio
import shapely
from PIL import Image, ImageDraw
from pyproj import Transformer
from rasterio.enums import ColorInterp, Resampling

from uploads.geodata import extents
from uploads.geodata.vectors import features_of_main_layer, options_for

THUMBNAIL, PICTURE = 240, 1024
GROUND, LINE, FILL = (246, 247, 248, 255), (7, 83, 90, 255), (11, 110, 117, 70)
DRAWN = 20_000  # features
IN_PREVIEW = 3000
PREVIEW_COLUMNS = 8
MARGIN = 0.04
# The ends of a light to dark ramp, for a raster of one band
RAMP = ((13, 41, 60), (11, 110, 117), (122, 176, 133), (246, 236, 190))


def draw_vector(path: Path, form: str, facts: dict[str, Any], folder: Path) -> list[str]:
    """Writes the pictures and, where the CRS is known, the preview; returns their names."""
    crs = extents.crs_of(facts["crs_wkt"])
    geometries, fields, columns = _sample(path, form, facts)
    if not len(geometries):
        return []
    if crs is not None and not crs.is_geographic:
        transformer = Transformer.from_crs(crs, extents.WGS84, always_xy=True)
        geometries = shapely.transform(geometries, lambda p: _projected(transformer, p))
    box = facts["bbox"]
    if box and box[0] > box[2]:
        geometries = shapely.transform(geometries, _eastwards)
    names = _write_pictures(_vector_picture(geometries, in_degrees=crs is not None), folder)
    if crs is not None:
        _write_preview(geometries, fields, columns, folder / "preview.geojson")
        names.append("preview.geojson")
    return names


def _projected(transformer: Transformer, points: Any) -> Any:
    return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))


def _eastwards(points: Any) -> Any:
    """Past the 180th meridian longitudes go on growing, so that what belongs together is."""
    return np.column_stack(
        (np.where(points[:, 0] < 0, points[:, 0] + 360, points[:, 0]), points[:, 1])
    )


def _sample(path: Path, form: str, facts: dict[str, Any]) -> tuple[Any, list[str], list[Any]]:
    """Features spread over the whole table where a format can be read at any place."""
    names = [each["name"] for each in facts["attributes"]][:PREVIEW_COLUMNS]
    options: dict[str, Any] = {"layer": facts["main_layer"], "columns": names, "force_2d": True}
    total = features_of_main_layer(facts)
    if total > DRAWN and form == "shp":
        options["fids"] = np.linspace(0, total - 1, DRAWN).astype(int)
    else:
        options["max_features"] = DRAWN
    meta, _fids, wkb, data = pyogrio.raw.read(path, **options, **options_for(form))
    geometries = shapely.from_wkb(wkb, on_invalid="ignore")
    drawn = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    finite = np.isfinite(shapely.bounds(geometries)).all(axis=1)
    chosen = drawn & finite
    return geometries[chosen], [str(f) for f in meta["fields"]], [c[chosen] for c in data]


def _vector_picture(geometries: Any, *, in_degrees: bool) -> Image.Image:
    west, south, east, north = shapely.total_bounds(geometries)
    narrowing = math.cos(math.radians((south + north) / 2)) if in_degrees else 1.0
    width = max((east - west) * narrowing, 1e-9)
    height = max(north - south, 1e-9)
    scale = PICTURE * (1 - 2 * MARGIN) / max(width, height)
    size = (_side(width * scale), _side(height * scale))
    picture = Image.new("RGB", size, GROUND[:3])
    over = ImageDraw.Draw(picture, "RGBA")
    left = (size[0] - width * scale) / 2
    top = (size[1] - height * scale) / 2

    def place(points: Any) -> Any:
        xs = left + (points[:, 0] - west) * narrowing * scale
        ys = top + (north - points[:, 1]) * scale
        return np.column_stack((xs, ys))

    placed = shapely.simplify(shapely.transform(geometries, place), 0.4, preserve_topology=False)
    few = len(geometries) < 200
    for geometry in shapely.get_parts(shapely.get_parts(placed)):
        _draw(over, geometry, few)
    return picture


def _side(pixels: float) -> int:
    return max(round(pixels / (1 - 2 * MARGIN)), PICTURE // 4)


def _draw(over: ImageDraw.ImageDraw, geometry: Any, few: bool) -> None:
    if shapely.is_empty(geometry):
        return
    if geometry.geom_type == "Point":
        size = 6 if few else 3
        x, y = geometry.x, geometry.y
        over.ellipse((x - size, y - size, x + size, y + size), fill=(*LINE[:3], 170))
    elif geometry.geom_type == "LineString":
        over.line(list(geometry.coords), fill=LINE, width=3 if few else 2)
    elif geometry.geom_type == "Polygon":
        over.polygon(list(geometry.exterior.coords), fill=FILL)
        for ring in (geometry.exterior, *geometry.interiors):
            over.line(list(ring.coords), fill=LINE, width=2 if few else 1)


def _write_preview(geometries: Any, fields: list[str], columns: list[Any], target: Path) -> None:
    """GeoJSON of at most three thousand features, as exact as a picture needs it."""
    step = max(-(-len(geometries) // IN_PREVIEW), 1)
    west, south, east, north = shapely.total_bounds(geometries)
    tolerance = max(east - west, north - south) / 2000
    simple = shapely.simplify(geometries[::step], tolerance)
    # Rounded: a hundred metres in a layer of the world, a metre in one of a town
    digits = min(max(3 - math.floor(math.log10(max(tolerance * 1000, 1e-9))), 2), 7)
    simple = shapely.transform(simple, lambda points: points.round(digits))
    values = [column[::step] for column in columns]
    features = [
        {
            "type": "Feature",
            "geometry": json.loads(shapely.to_geojson(geometry)),
            "properties": {n: _plain(v[i]) for n, v in zip(fields, values, strict=True)},
        }
        for i, geometry in enumerate(simple)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    target.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    plain = value.item() if isinstance(value, np.generic) else value
    if plain is None or (isinstance(plain, float) and not math.isfinite(plain)):
        return None
    return plain if isinstance(plain, bool | int | float) else str(plain)[:500]


def draw_raster(path: Path, folder: Path) -> list[str]:
    with rasterio.open(path, driver="GTiff") as raster:
        return _write_pictures(_raster_picture(raster), folder)


def _raster_picture(raster: Any) -> Image.Image:
    scale = min(PICTURE / max(raster.width, raster.height), 1.0)
    shape = (max(round(raster.height * scale), 1), max(round(raster.width * scale), 1))
    bands = [1, 2, 3] if raster.count >= 3 else [1]
    pixels = raster.read(bands, out_shape=(len(bands), *shape), resampling=Resampling.nearest)
    seen = raster.dataset_mask(out_shape=shape)
    if raster.colorinterp[0] == ColorInterp.palette:
        colours = _of_palette(pixels[0], raster.colormap(1))
    elif len(bands) == 3:
        colours = np.stack([_stretched(band, seen) for band in pixels], axis=-1)
    else:
        colours = _of_ramp(_stretched(pixels[0], seen))
    picture = Image.fromarray(np.dstack((colours, seen)).astype("uint8"), "RGBA")
    ground = Image.new("RGBA", picture.size, GROUND)
    return Image.alpha_composite(ground, picture)


def _of_palette(band: Any, colours: dict[int, tuple[int, ...]]) -> Any:
    table = np.zeros((256, 3), dtype="uint8")
    for value, colour in colours.items():
        if 0 <= value < 256:
            table[value] = colour[:3]
    return table[band.astype("uint8")]


def _stretched(band: Any, seen: Any) -> Any:
    """To 0 to 255, between the second and the 98th percentile."""
    band = np.abs(band) if np.iscomplexobj(band) else band.astype("float64")
    known = band[(seen > 0) & np.isfinite(band)]
    if not known.size:
        return np.zeros(band.shape, dtype="uint8")
    low, high = np.percentile(known, (2, 98))
    if high <= low:
        low, high = float(known.min()), float(known.max()) or 1.0
    part = (np.nan_to_num(band, nan=low) - low) / ((high - low) or 1.0)
    return (np.clip(part, 0, 1) * 255).astype("uint8")


def _of_ramp(band: Any) -> Any:
    stops = np.linspace(0, 255, len(RAMP))
    ramp = np.array(RAMP)
    levels = np.arange(256)
    table = np.column_stack([np.interp(levels, stops, ramp[:, i]) for i in range(3)])
    return table.astype("uint8")[band]


def _write_pictures(picture: Image.Image, folder: Path) -> list[str]:
    picture = picture.convert("RGB")
    picture.save(folder / "picture.png", optimize=True)
    small = picture.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    small.save(folder / "thumbnail.png", optimize=True)
    return ["picture.png", "thumbnail.png"]
