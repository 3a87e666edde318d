import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

FOLDER = Path(__file__).parents[2] / "layers" / "samples"
Record = dict[str, Any]
ISO_TOPICS_WITHOUT_THEME = {"disaster", "extraTerrestrial"}
THEMES = 19
RESOURCE_CLASSES = {"Datasets", "Maps", "Imagery", "Collections", "Web services"}
SCRIPTS = {
    "Arabic": "[\u0600-\u06ff]",
    "Bengali": "[\u0980-\u09ff]",
    "Cyrillic": "[\u0400-\u04ff]",
    "Devanagari": "[\u0900-\u097f]",
    "Greek": "[\u0370-\u03ff]",
    "Han": "[\u4e00-\u9fff]",
    "Hangul": "[\uac00-\ud7af]",
    "Hebrew": "[\u0590-\u05ff]",
    "Thai": "[\u0e00-\u0e7f]",
}


@pytest.fixture(scope="module")
def records() -> list[Record]:
    lines = (FOLDER / "samples.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def is_public(record: Record) -> bool:
    return record["dct_accessRights_s"] == "Public" and not record.get("gbl_suppressed_b")


def box(record: Record) -> tuple[float, float, float, float] | None:
    if "dcat_bbox" not in record:
        return None
    inside = re.fullmatch(r"ENVELOPE\((.+)\)", record["dcat_bbox"])
    assert inside is not None
    west, east, north, south = map(float, inside[1].split(","))
    return west, south, east, north


def values(records: list[Record], field: str) -> Counter[str]:
    return Counter(value for record in records for value in record.get(field, []))


def addresses(record: Record) -> list[str]:
    found = []
    for value in json.loads(record.get("dct_references_s", "{}")).values():
        found += [link["url"] for link in value] if isinstance(value, list) else [value]
    return found


def test_there_are_enough(records):
    assert len(records) >= 320
    assert sum(map(is_public, records)) >= 265
    assert sum(not is_public(record) for record in records) >= 20


def test_ids_are_unique_slugs(records):
    ids = [record["id"] for record in records]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"sample-[a-z0-9]+(-[a-z0-9]+)*", identifier) for identifier in ids)


def test_every_record_is_aardvark(records):
    required = {
        "id",
        "dct_title_s",
        "gbl_resourceClass_sm",
        "dct_accessRights_s",
        "gbl_mdVersion_s",
    }
    assert all(required <= set(record) for record in records)
    assert {record["gbl_mdVersion_s"] for record in records} == {"Aardvark"}


def test_multiple_values_are_lists_and_single_values_are_not(records):
    for record in records:
        for field, value in record.items():
            assert isinstance(value, list) == field.endswith(("m", "drsim")), field


def test_all_topics_and_classes_occur_among_the_public(records):
    public = [record for record in records if is_public(record)]
    themes = values(public, "dcat_theme_sm")
    assert set(themes) >= ISO_TOPICS_WITHOUT_THEME
    assert len(themes) == THEMES + len(ISO_TOPICS_WITHOUT_THEME)
    assert min(themes.values()) >= 5
    assert set(values(public, "gbl_resourceClass_sm")) == RESOURCE_CLASSES


def test_boxes_are_within_the_world(records):
    for west, south, east, north in filter(None, map(box, records)):
        assert -180 <= west <= 180
        assert -180 <= east <= 180
        assert -90 <= south <= north <= 90


def test_boxes_that_cross_the_180th_meridian_cannot_be_taken_for_swapped(records):
    crossing = [found for found in filter(None, map(box, records)) if found[0] > found[2]]
    assert len(crossing) >= 10
    assert all(west - east >= 180 for west, _, east, _ in crossing)


def test_there_are_points_worlds_and_layers_without_a_box(records):
    boxes = [box(record) for record in records]
    assert None in boxes
    assert (-180, -90, 180, 90) in boxes
    assert any(found and found[0] == found[2] and found[1] == found[3] for found in boxes)


def test_times_reach_from_1590_to_today(records):
    public = [record for record in records if is_public(record)]
    years = {year for record in public for year in record.get("gbl_indexYear_im", [])}
    assert {1590, 1598, 1775, 1855, 1904, 1984, 2023} <= years
    assert min(years) < 0


def test_time_ranges_are_written_as_solr_reads_them(records):
    year = r"-?\d{4,6}"
    for text in values(records, "gbl_dateRange_drsim"):
        assert re.fullmatch(rf"\[{year} TO (\*|{year})\]", text), text


def test_titles_are_written_in_many_scripts(records):
    titles = " ".join(record["dct_title_s"] for record in records)
    assert [name for name, letters in SCRIPTS.items() if not re.search(letters, titles)] == []


def test_languages_are_codes_of_the_vocabulary(records):
    vocabulary = json.loads((FOLDER.parent / "vocabularies" / "languages.json").read_text("utf-8"))
    languages = set(values(records, "dct_language_sm"))
    assert languages <= {entry["code"] for entry in vocabulary}
    assert len(languages) >= 30


def test_every_link_leads_to_an_example(records):
    for record in records:
        for url in addresses(record):
            host = urlsplit(url).hostname or ""
            assert re.search(r"(^|\.)example\.(org|com|net)$", host), url
            assert urlsplit(url).scheme == "https"


def test_relations_point_at_samples(records):
    ids = {record["id"] for record in records}
    for field in ("pcdm_memberOf_sm", "dct_source_sm", "dct_relation_sm"):
        assert set(values(records, field)) <= ids
        assert values(records, field)


def test_suppressed_layers_name_what_they_are_part_of(records):
    assert all(record["dct_source_sm"] for record in records if record.get("gbl_suppressed_b"))


def test_abstracts_differ(records):
    abstracts = values(records, "dct_description_sm")
    assert max(abstracts.values()) == 1
    assert len(abstracts) >= 340


def test_hard_cases_are_there(records):
    titles = [record["dct_title_s"] for record in records]
    assert max(map(len, titles)) > 800
    assert min(map(len, titles)) == 1
    assert max(len(record.get("dcat_keyword_sm", [])) for record in records) == 60
    assert any("dct_description_sm" not in record for record in records)
    assert any("dct_references_s" not in record for record in records)


def test_the_file_is_what_the_script_makes(tmp_path):
    for name in ("build_samples.py", "organisations.psv"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    (tmp_path / "source").mkdir()
    for path in (FOLDER / "source").glob("*.txt"):
        (tmp_path / "source" / path.name).write_bytes(path.read_bytes())
    subprocess.run([sys.executable, tmp_path / "build_samples.py"], check=True, capture_output=True)
    assert (tmp_path / "samples.jsonl").read_bytes() == (FOLDER / "samples.jsonl").read_bytes()
