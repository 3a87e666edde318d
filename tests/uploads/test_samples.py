"""Real files that lie beside the project, against what their manifest says of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.layers.records import REAL_RECORDS

FOLDER = REAL_RECORDS.parent / "uploads"
MANIFEST = FOLDER / "manifest.json"
pytestmark = pytest.mark.records


def samples() -> list[dict[str, Any]]:
    if not MANIFEST.exists():
        skipped = pytest.mark.skip(reason="the sample files do not lie beside the project")
        return [pytest.param({}, marks=skipped)]  # type: ignore[list-item]
    return list(json.loads(MANIFEST.read_text(encoding="utf-8")))


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.get("file", "none"))
def test_a_sample_is_what_its_manifest_says(sample, send) -> None:
    sent = send(sample["file"], Path(FOLDER / sample["file"]).read_bytes())
    assert sent.job.state == "done", sent.job.error
    facts, wanted = sent.metadata, sample["gdal"]
    assert facts["kind"] == wanted["kind"]
    if wanted["kind"] == "raster":
        assert (facts["size"], facts["band_count"]) == (wanted["size"], wanted["bands"])
        assert facts["bands"][0]["type"] == wanted["dtype"]
        assert (facts["crs"], facts["bbox"]) == (wanted["crs"], wanted["bounds"])
        return
    layer = wanted["layers"][0]
    assert facts["features"] == layer["features"]
    assert facts["crs"] == layer["crs"]
    assert facts["encoding"] == layer["encoding"]
    assert len(facts["attributes"]) == layer["fields"]
    assert facts["layers"][0]["bounds"] == pytest.approx(layer["bounds"])
    assert (sent.layer.bbox is None) == (layer["crs"] is None)
