import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "layers" / "vocabularies"
TRANSLATED = [
    "classifications",
    "date_types",
    "frequencies",
    "licences",
    "link_functions",
    "link_protocols",
    "progress",
    "representation_types",
    "resource_types",
    "restrictions",
    "roles",
    "topic_categories",
]
ALL = [*TRANSLATED, "languages", "regions"]


def entries(name: str) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return content


def codes(name: str) -> list[str]:
    return [entry["code"] for entry in entries(name)]


def region(code: str) -> dict[str, Any]:
    return next(entry for entry in entries("regions") if entry["code"] == code)


def test_the_list_above_names_every_file():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_codes_are_unique_and_fit_the_column(name):
    assert len(codes(name)) == len(set(codes(name)))
    assert all(0 < len(code) <= 64 for code in codes(name))


@pytest.mark.parametrize("name", ALL)
def test_labels_are_unique(name):
    # Antarctica is a continent and, in ISO 3166-1, a country too.
    labels = [(entry.get("level"), entry["label"]) for entry in entries(name)]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("name", TRANSLATED)
def test_every_term_is_explained_and_translated(name):
    for entry in entries(name):
        assert entry["definition"].endswith("."), entry["code"]
        assert set(entry["labels"]) == {"de", "fr", "ar"}, entry["code"]
        assert all(entry["labels"].values()), entry["code"]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("topic_categories", 21),
        ("roles", 20),
        ("date_types", 16),
        ("frequencies", 15),
        ("restrictions", 17),
        ("representation_types", 8),
        ("link_protocols", 28),
        ("licences", 18),
    ],
)
def test_lists_are_complete(name, count):
    assert len(entries(name)) == count


def test_topic_categories_are_numbered_as_in_iso_19115():
    numbers = [entry["number"] for entry in entries("topic_categories")]
    assert numbers == [f"{number:03d}" for number in range(1, 22)]
    assert codes("topic_categories")[0] == "farming"
    assert codes("topic_categories")[18:] == [
        "utilitiesCommunication",
        "extraTerrestrial",
        "disaster",
    ]


def test_licences_have_their_text_and_say_whether_they_are_open():
    by_code = {entry["code"]: entry for entry in entries("licences")}
    assert by_code["CC-BY-4.0"]["open"] is True
    assert by_code["CC-BY-NC-4.0"]["open"] is False
    without_text = {code for code, entry in by_code.items() if not entry["url"]}
    assert without_text == {"other-open", "other-closed", "varied", "not-specified"}


def test_reference_uris_belong_to_one_protocol_each():
    uris = [entry["reference_uri"] for entry in entries("link_protocols")]
    known = [uri for uri in uris if uri]
    assert len(known) == len(set(known)) == 15


def test_languages_know_their_other_codes():
    german = next(entry for entry in entries("languages") if entry["code"] == "deu")
    assert (german["alpha2"], german["bibliographic"]) == ("de", "ger")
    assert german["autonym"] == "Deutsch"
    assert "ger" not in codes("languages")


def test_regions_form_one_tree_with_parents_first():
    seen: set[str | None] = {None}
    for entry in entries("regions"):
        assert entry["parent"] in seen, entry["code"]
        seen.add(entry["code"])
    assert [entry["code"] for entry in entries("regions") if entry["parent"] is None] == ["WORLD"]


def test_all_countries_are_there():
    levels = [entry["level"] for entry in entries("regions")]
    assert levels.count("country") == 250
    assert levels.count("continent") == 7


def test_regions_are_named_in_many_languages():
    for entry in entries("regions"):
        assert {"en", "de", "fr", "ar", "es"} <= {
            code for code, name in entry["names"].items() if name
        }
    assert region("DEU")["names"]["ar"] == "ألمانيا"


def test_boxes_are_boxes():
    for entry in entries("regions"):
        west, south, east, north = entry["bbox"]
        assert -180 <= west <= 180, entry["code"]
        assert -180 <= east <= 180, entry["code"]
        assert -90 <= south < north <= 90, entry["code"]


def test_boxes_cross_the_180th_meridian_where_the_country_does():
    crossing = {
        entry["code"]
        for entry in entries("regions")
        if entry["level"] == "country" and entry["bbox"][0] > entry["bbox"][2]
    }
    assert crossing == {"FJI", "KIR", "NZL", "RUS", "UMI", "USA"}


def test_overseas_parts_with_their_own_code_do_not_widen_the_country():
    assert region("FRA")["bbox"][0] > -6
    assert region("REU")["bbox"][0] > 55
    assert region("NOR")["bbox"][3] < 72
