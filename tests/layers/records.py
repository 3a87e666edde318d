"""Records for the import's tests, and where the real ones lie if they are at hand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
REAL_RECORDS = PROJECT.parent / "shared" / "data" / "layers.jsonl.gz"
needs_real_records = pytest.mark.skipif(
    not REAL_RECORDS.exists(), reason="the real records do not lie beside the project"
)

RIVERS = {
    "gbl_mdVersion_s": "Aardvark",
    "id": "example-rivers",
    "dct_title_s": "Rivers of Ghana",
    "dct_description_sm": ["Rivers and streams.", "Surveyed in 1998."],
    "dct_subject_sm": ["Rivers", "Hydrography"],
    "dcat_theme_sm": ["Inland Waters"],
    "dct_spatial_sm": ["Ghana"],
    "dcat_bbox": "ENVELOPE(-3.2, 1.2, 11.2, 4.7)",
    "dct_temporal_sm": ["1998"],
    "dct_issued_s": "1999-05",
    "gbl_resourceClass_sm": ["Datasets"],
    "gbl_resourceType_sm": ["Line data"],
    "dct_format_s": "Shapefile",
    "dct_language_sm": ["eng"],
    "schema_provider_s": "Survey of Ghana",
    "dct_creator_sm": ["Mensah, Ama"],
    "dct_publisher_sm": [""],
    "dct_accessRights_s": "Public",
    "gbl_mdModified_dt": "2020-03-04T05:06:07Z",
    "gbl_wxsIdentifier_s": "ghana:rivers",
    "dct_references_s": json.dumps(
        {
            "http://schema.org/url": "https://example.org/rivers",
            "http://www.opengis.net/def/serviceType/ogc/wms": "https://example.org/wms",
        }
    ),
}
ROADS = {
    "geoblacklight_version": "1.0",
    "layer_slug_s": "example-roads",
    "dc_identifier_s": "https://doi.org/10.5555/roads",
    "dc_title_s": "Roads of Peru",
    "dc_description_s": "All roads.",
    "dc_subject_sm": ["Transportation"],
    "dct_spatial_sm": ["Peru"],
    "solr_geom": "ENVELOPE(-81.3, -68.7, 0.0, -18.3)",
    "solr_year_i": "1590",
    "layer_geom_type_s": "Line",
    "dc_format_s": "Shapefile",
    "dc_language_s": "Spanish",
    "dct_provenance_s": "Peru Mapping",
    "dc_rights_s": "Public",
    "layer_id_s": "peru:roads",
    "dct_references_s": "{}",
}


def lines_of(records: Iterable[Any]) -> str:
    return "\n".join(json.dumps(record) for record in records) + "\n"


def write_lines(path: Path, *records: Any) -> Path:
    path.write_text(lines_of(records), encoding="utf-8")
    return path
