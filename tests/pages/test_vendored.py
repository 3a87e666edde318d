"""Libraries of other projects: as they were vendored, each once, with its licence."""

from __future__ import annotations

import hashlib
import json

from tests.programs import PROJECT

FOLDER = PROJECT / "catalogue" / "static" / "catalogue" / "vendor"
VENDORED = json.loads((FOLDER / "VENDOR.json").read_text(encoding="utf-8"))


def test_each_file_is_the_one_that_was_vendored():
    for name, entry in VENDORED.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == entry["sha256"], name
        assert (FOLDER / entry["licence_text"]).exists()


def test_nothing_else_lies_there():
    texts = {entry["licence_text"] for entry in VENDORED.values()}
    ours = {"README.md", "VENDOR.json", "openlayers.entry.js"}
    assert {file.name for file in FOLDER.iterdir()} == set(VENDORED) | texts | ours


def test_no_library_makes_code_of_text():
    for file in FOLDER.glob("*.js"):
        source = file.read_text(encoding="utf-8")
        assert "eval(" not in source
        assert "new Function" not in source
