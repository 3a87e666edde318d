"""What may be the matter with a file: codes, which `uploads.problems` says in words."""

from __future__ import annotations

from typing import Any

EMPTY = "empty"
UNKNOWN = "unknown"
WRONG_EXTENSION = "wrong_extension"
CUT_SHORT = "cut_short"
UNREADABLE = "unreadable"
PASSWORD = "password"  # noqa: S105 - a code
BOMB = "bomb"
UNSAFE_NAME = "unsafe_name"
SYMLINK = "symlink"
TOO_MANY_FILES = "too_many_files"
TOO_MANY_LAYERS = "too_many_layers"
SEVERAL_DATASETS = "several_datasets"
MISSING_PARTS = "missing_parts"
HOSTILE_XML = "hostile_xml"
NO_LAYERS = "no_layers"
NO_COORDINATES = "no_coordinates"
NO_CRS = "no_crs"
UNKNOWN_CRS = "unknown_crs"
MEMORY = "memory"


class BadFile(Exception):
    """The file can't be taken; `code` says why, `values` what to name."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values
