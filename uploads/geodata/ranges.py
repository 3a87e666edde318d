"""Smallest and largest values of attributes: one pass through the table, made by GDAL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio

from uploads.geodata.sniffing import GPKG
from uploads.geodata.vectors import options_for

ORDERED = {"Integer", "Integer64", "Real", "Date", "DateTime"}
AT_ONCE = 50


def ranges(path: Path, form: str, layer: str, attributes: list[dict[str, Any]]) -> dict[str, Any]:
    """`{name: [smallest, largest]}` of numbers and times; what has no values is left out."""
    names = [each["name"] for each in attributes if each["type"] in ORDERED]
    found: dict[str, Any] = {}
    for start in range(0, len(names), AT_ONCE):
        found |= _ranges(path, form, layer, names[start : start + AT_ONCE])
    return found


def _ranges(path: Path, form: str, layer: str, names: list[str]) -> dict[str, Any]:
    wanted = ", ".join(
        f'min({_quoted(n)}) AS "a{i}", max({_quoted(n)}) AS "b{i}"' for i, n in enumerate(names)
    )
    meta, _fids, _geometry, data = pyogrio.raw.read(
        path,
        sql=f"SELECT {wanted} FROM {_quoted(layer)}",  # noqa: S608 - names, quoted
        sql_dialect=None if form == GPKG else "OGRSQL",
        read_geometry=False,
        **options_for(form),
    )
    # OGR's dialect names the columns as it likes, but keeps their order.
    values = [_plain(column[0]) if len(column) else None for column in data]
    pairs = zip(names, values[::2], values[1::2], strict=len(meta["fields"]) == 2 * len(names))
    return {name: [low, high] for name, low, high in pairs if low is not None}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _plain(value: Any) -> Any:
    """As JSON can carry it."""
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    plain = value.item() if isinstance(value, np.generic) else value
    if plain is None or plain != plain or plain in (float("inf"), float("-inf")):
        return None
    return plain if isinstance(plain, int | float | str) else str(plain)
