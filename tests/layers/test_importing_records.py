"""Records become layers; what a layer can't hold is kept and said."""

import json

import pytest

from layers.extent import BoundingBox
from layers.importing import notes
from layers.importing.incoming import RefusedError, recognise, understand
from layers.importing.places import Gazetteer, Match
from layers.importing.terms import Terms
from tests.layers.records import RIVERS, ROADS

pytestmark = pytest.mark.django_db


@pytest.fixture
def read():
    terms = Terms()

    def understood(record=RIVERS, **changes):
        return understand(recognise("line 1", record | changes), terms)

    return understood


def parts_of(understood, name):
    return [part for part in understood.described.parts if type(part).__name__ == name]


def kinds(understood):
    return [note.kind for note in understood.notes]


def test_aardvark(read):
    described = read().described
    layer = described.layer
    assert layer.title == "Rivers of Ghana"
    assert layer.abstract == "Rivers and streams.\n\nSurveyed in 1998."
    assert layer.name == "ghana:rivers"
    assert layer.bbox.as_list == [-3.2, 4.7, 1.2, 11.2]
    assert (layer.geometry_type, layer.spatial_representation_id) == ("line", "vector")
    assert (layer.resource_type_id, layer.format) == ("dataset", "Shapefile")
    assert (layer.state, layer.visibility) == ("published", "public")
    assert described.terms == {
        "topic_categories": ["inlandWaters"],
        "regions": ["GHA"],
        "languages": ["eng"],
        "access_constraints": [],
    }
    assert described.keywords == ["Rivers", "Hydrography"]
    assert described.organisation == "Survey of Ghana"
    assert described.contacts == [("author", "Mensah, Ama")]


def test_aardvark_s_parts(read):
    understood = read()
    [date] = parts_of(understood, "LayerDate")
    assert (date.type_id, date.date) == ("publication", "1999-05")
    [period] = parts_of(understood, "TemporalExtent")
    assert (period.start, period.end) == ("1998", "1998")
    page, service = parts_of(understood, "Distribution")
    assert (page.protocol_id, page.function_id, page.url) == (
        "WWW:LINK",
        "information",
        "https://example.org/rivers",
    )
    assert (service.protocol_id, service.name) == ("OGC:WMS", "ghana:rivers")


def test_geoblacklight_1(read):
    understood = read(ROADS)
    layer = understood.described.layer
    assert understood.incoming.source_id == "example-roads"
    assert (layer.title, layer.abstract, layer.name) == (
        "Roads of Peru",
        "All roads.",
        "peru:roads",
    )
    assert layer.bbox.as_list == [-81.3, -18.3, -68.7, 0.0]
    assert layer.identifiers == [{"scheme": "doi", "value": "https://doi.org/10.5555/roads"}]
    terms = understood.described.terms
    assert (terms["topic_categories"], terms["regions"]) == (["transportation"], ["PER"])
    assert terms["languages"] == ["spa"]
    assert parts_of(understood, "TemporalExtent")[0].start == "1590"


def test_nothing_is_dropped(read):
    understood = read(nyu_addl_x="kept", b1g_code_s="", deep={"a": [1]}, gbl_georeferenced_b=True)
    assert understood.left_over["nyu_addl_x"] == "kept"
    assert understood.left_over["deep"] == {"a": [1]}
    assert understood.left_over["gbl_georeferenced_b"] is True
    assert not {"b1g_code_s", "id", "gbl_mdVersion_s"} & understood.left_over.keys()


def test_the_older_schema_s_fields_in_a_newer_record(read):
    record = {name: value for name, value in RIVERS.items() if name != "gbl_mdVersion_s"}
    understood = read(record, gbl_mdVersion_s="1.0", dc_publisher_s="Press", dc_type_s="Dataset")
    assert understood.incoming.fields.format == "Aardvark"
    assert ("publisher", "Press") in understood.described.contacts


@pytest.mark.parametrize("access", ["Public", "public", ["Public"], "", None])
def test_public_unless_the_record_says_otherwise(read, access):
    assert read(dct_accessRights_s=access).described.layer.visibility == "public"


@pytest.mark.parametrize(
    "access", ["Restricted", "restricted", "Campus only", ["Public", "Restricted"]]
)
def test_any_other_word_restricts(read, access):
    described = read(dct_accessRights_s=access).described
    assert (described.layer.visibility, described.layer.state) == ("private", "published")
    assert described.terms["access_constraints"] == ["restricted"]


@pytest.mark.parametrize("flag", [True, "true", ["True"], 1])
def test_suppressed_records_are_drafts(read, flag):
    assert read(gbl_suppressed_b=flag).described.layer.state == "draft"
    assert read(gbl_suppressed_b=False).described.layer.state == "published"


def test_a_title_that_is_a_list_or_too_long(read):
    layer = read(dct_title_s=["First\n title", "Second"]).described.layer
    assert (layer.title, layer.alternative_titles) == ("First title", ["Second"])
    long = read(dct_title_s="x" * 1200)
    assert len(long.described.layer.title) == 1000
    assert long.left_over["dct_title_s"] == "x" * 1200
    assert notes.TOO_LONG in kinds(long)


def test_headings_lists_and_codes_among_the_subjects(read):
    described = read(
        dct_subject_sm=["Housing--United States--Maps.", "soil; Soil", "PlanningCadastre", "Health"]
    ).described
    assert described.keywords == ["Housing", "United States", "Maps", "soil", "Soil", "Health"]
    assert described.terms["topic_categories"] == ["inlandWaters", "planningCadastre", "health"]


def test_a_theme_of_no_category_becomes_a_keyword(read):
    understood = read(dcat_theme_sm=["Events", "Sports"])
    topics = understood.described.terms["topic_categories"]
    assert topics == ["society", "climatologyMeteorologyAtmosphere"]
    assert "Sports" in understood.described.keywords
    assert notes.THEME_UNKNOWN in kinds(understood)


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        (["eng", "fre", "ger", "dut"], ["eng", "fra", "deu", "nld"]),
        ("Spanish; Castilian", ["spa"]),
        ("English, Spanish, Castilian", ["eng", "spa"]),
        (["en", "English", "eng"], ["eng"]),
        ("esp", ["spa"]),
        ("und", ["und"]),
        (" ", []),
    ],
)
def test_languages(read, written, codes):
    assert read(dct_language_sm=written).described.terms["languages"] == codes


def test_an_unknown_language_is_kept(read):
    understood = read(dct_language_sm=["s", "eng"])
    assert understood.described.terms["languages"] == ["eng"]
    assert understood.left_over["dct_language_sm"] == ["s", "eng"]
    assert notes.LANGUAGE_UNKNOWN in kinds(understood)


@pytest.mark.parametrize(
    ("written", "code", "in_words"),
    [
        ("https://creativecommons.org/licenses/by/4.0/legalcode", "CC-BY-4.0", False),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0", False),
        ("Attribution 4.0 International (CC BY 4.0)", "CC-BY-4.0", False),
        ("https://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0", False),
        ("https://creativecommons.org/licenses/by-nc/3.0/legalcode", "other-closed", True),
        ("https://creativecommons.org/licenses/by/3.0/legalcode", "other-open", True),
        ("https://creativecommons.org/publicdomain/mark/1.0/", "other-open", True),
        ("https://www.usa.gov/government-works/", "US-GOV-PD", False),
        ("Ask the mayor", None, True),
    ],
)
def test_licences(read, written, code, in_words):
    layer = read(dct_license_sm=[written], dct_rights_sm=["Be kind."]).described.layer
    assert layer.licence_id == code
    assert layer.other_constraints == (f"{written}\n\nBe kind." if in_words else "Be kind.")


def test_references_of_all_shapes(read):
    references = {
        "http://schema.org/downloadUrl": [
            {"url": "https://example.org/a.zip", "label": "Shapefile"},
            "https://example.org/b.zip",
            {"label": "no address"},
        ],
        "urn:x-esri:serviceType:ArcGIS#FeatureLayer": "https://example.org/FeatureServer/0",
        "http://www.isotc211.org/schemas/2005/gmd/": "https://example.org/iso.xml",
        "https://example.org/unheard-of": "https://example.org/thing",
        "http://iiif.io/api/image": "",
        "http://schema.org/url": "javascript:alert(1)",
    }
    understood = read(dct_references_s=json.dumps(references))
    links = [
        (link.protocol_id, link.name, link.description)
        for link in parts_of(understood, "Distribution")
    ]
    assert links == [
        ("WWW:DOWNLOAD", "Shapefile", ""),
        ("WWW:DOWNLOAD", "", ""),
        ("ESRI:FeatureServer", "", ""),
        ("WWW:LINK", "", "Metadata (ISO 19139)"),
        ("WWW:LINK", "", "https://example.org/unheard-of"),
    ]
    assert kinds(understood) == [notes.LINK_DEAD]
    assert understood.left_over["dct_references_s"] == json.dumps(references)


@pytest.mark.parametrize("written", ["{broken", "[]", 7])
def test_references_that_can_t_be_read_are_kept(read, written):
    understood = read(dct_references_s=written)
    assert understood.left_over["dct_references_s"] == written
    assert kinds(understood) == [notes.LINKS_UNREADABLE]


def test_the_size_goes_with_the_only_download(read):
    download = json.dumps({"http://schema.org/downloadUrl": "https://example.org/a.zip"})
    understood = read(dct_references_s=download, gbl_fileSize_s="1.5 MB")
    assert parts_of(understood, "Distribution")[0].size_bytes == 1_500_000
    assert understood.left_over["gbl_fileSize_s"] == "1.5 MB"


def test_relations_are_kept_though_they_dangle(read):
    layer = read(pcdm_memberOf_sm=["nowhere-1"], dct_source_sm=["a", "b"]).described.layer
    assert layer.relations == [
        {"type": "memberOf", "target": "nowhere-1"},
        {"type": "source", "target": "a"},
        {"type": "source", "target": "b"},
    ]


def test_times_that_can_t_be_read_are_kept_and_years_step_in(read):
    understood = read(
        dct_temporal_sm=["Sheet 12"], gbl_indexYear_im=[1900, 1901], dct_issued_s="soon"
    )
    assert [(p.start, p.end) for p in parts_of(understood, "TemporalExtent")] == [("1900", "1901")]
    assert understood.left_over["dct_temporal_sm"] == ["Sheet 12"]
    assert understood.left_over["dct_issued_s"] == "soon"
    assert {notes.TIME_UNUSABLE, notes.DATE_UNUSABLE} <= set(kinds(understood))


def test_a_stamp_that_can_t_be_used_is_said(read):
    assert read().modified is not None
    assert read().modified.isoformat() == "2020-03-04T05:06:07+00:00"
    for stamp in ("yesterday", "2999-01-01T00:00:00Z"):
        understood = read(gbl_mdModified_dt=stamp)
        assert understood.modified is None
        assert kinds(understood) == [notes.STAMP_UNUSABLE]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ([1], "JSON object"),
        ({"title": "x"}, "neither Aardvark nor GeoBlacklight"),
        ({"dct_title_s": "no id"}, "no id"),
        ({"dct_title_s": "x", "id": "y" * 501}, "longer than 500"),
        ({"dct_title_s": " \n", "id": "a"}, "no title"),
    ],
)
def test_refused_records(record, reason):
    with pytest.raises(RefusedError, match=reason):
        understand(recognise("line 1", record), Terms())


def test_content_decides_whether_a_record_changed():
    def digest(**changes):
        return recognise("line 1", RIVERS | changes).digest

    assert digest() == digest(gbl_mdModified_dt="2024-01-01T00:00:00Z")
    assert digest() == digest(dct_title_s=["Rivers of  Ghana".replace("  ", " "), ""], b1g_x=[])
    assert digest() == digest(dct_subject_sm=["Rivers ", "Hydrography"])
    assert digest() != digest(dct_title_s="Rivers of Togo")
    assert digest() != digest(b1g_x="new")


@pytest.mark.parametrize(
    ("place", "code", "exact"),
    [
        ("Ghana", "GHA", True),
        ("GHANA", "GHA", True),
        ("Allemagne", "DEU", True),
        ("Côte d'Ivoire", "CIV", True),
        ("United States", "USA", True),
        ("Earth (Planet)", "WORLD", True),
        ("Antarctica", "AN", True),
        ("Paris (France)", "FRA", False),
        ("Kunduz (Afghanistan : Province)", "AFG", False),
        ("Boston (Mass.)", "USA", False),
        ("Massachusetts--Boston", "USA", False),
        ("New Orleans, Louisiana, United States", "USA", False),
        ("Ontario, Canada", "CAN", False),
        ("VA", "USA", False),
        ("England", "GBR", False),
    ],
)
def test_places(place, code, exact):
    match = Gazetteer().find(place, None)
    assert match is not None
    assert (match.code, match.exact) == (code, exact)


def test_a_place_is_no_region_that_its_box_does_not_touch():
    gazetteer = Gazetteer()
    atlanta, tbilisi = BoundingBox(-85, 33, -84, 34), BoundingBox(44, 41, 45, 42)
    assert gazetteer.find("Georgia", tbilisi) == Match("GEO", exact=True)
    assert gazetteer.find("Georgia", atlanta) == Match("USA", exact=False)
    assert gazetteer.find("Ghana", atlanta) is None
    assert gazetteer.find("Atlantis", None) is None


def test_the_box_helps_where_no_name_does():
    around = Gazetteer().around
    assert around(BoundingBox(-180, -85, 180, 90)) == "WORLD"
    assert around(BoundingBox(113.3, -43.6, 153.6, -10.7)) == "AUS"
    assert around(BoundingBox(-52, -13, -50, -11)) == "BRA"
    assert around(BoundingBox(-35, 10, -34, 11)) is None


def test_places_without_a_region_become_keywords(read):
    understood = read(dct_spatial_sm=["Accra (Ghana)", "Ghana"])
    assert understood.described.terms["regions"] == ["GHA"]
    assert "Accra (Ghana)" in understood.described.keywords
    assert "Ghana" not in understood.described.keywords
    many = read(dct_spatial_sm=[f"Street {number}" for number in range(150)])
    assert len(many.described.keywords) == 2 + 100
    assert len(many.left_over["dct_spatial_sm"]) == 150
    assert notes.TOO_MANY_PLACES in kinds(many)
