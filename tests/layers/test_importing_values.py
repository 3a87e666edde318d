"""What cataloguers write, value by value."""

import pytest

from layers.importing import notes
from layers.importing.boxes import box_of
from layers.importing.cleaning import line, prose, storable, visible
from layers.importing.record import Record
from layers.importing.times import date_of, instant_of, periods_of, periods_of_years
from layers.importing.words import fold, format_of, geometry_of, representation_of


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1590", [("1590", "1590")]),
        ("1985-1995", [("1985", "1995")]),
        ("1985 - 1995", [("1985", "1995")]),
        ("1985–1995", [("1985", "1995")]),
        ("1985/1995", [("1985", "1995")]),
        ("1952 to 1987", [("1952", "1987")]),
        ("between 1630 and 1639", [("1630", "1639")]),
        ("1998-2001", [("1998", "2001")]),
        ("1998-99", [("1998", "1999")]),
        ("1998-06", [("1998-06", "1998-06")]),
        ("2014-06-01 to 2015-05-01", [("2014-06-01", "2015-05-01")]),
        ("2005-01-01 01:01:01+00:00", [("2005", "2005")]),
        ("2005-03-17T10:00:00Z", [("2005-03-17", "2005-03-17")]),
        ("1995-1985", [("1985", "1995")]),
        ("2000-Pres", [("2000", "")]),
        ("1960s to present day", [("1960", "")]),
        ("1980s", [("1980", "1989")]),
        ("Late 20th century", [("1967", "2000")]),
        ("early 19th century", [("1801", "1834")]),
        ("19th Century.", [("1801", "1900")]),
        ("Twentieth Century", [("1901", "2000")]),
        ("1st century BC", [("-0099", "0000")]),
        ("400 BCE-900", [("-0399", "0900")]),
        ("550-1850", [("0550", "1850")]),
        ("1 BC", [("0000", "0000")]),
        ("300 BCE to 200 CE", [("-0299", "0200")]),
        ("191-", [("1910", "1919")]),
        ("ca. 1850", [("1850", "1850")]),
        ("[1916?]", [("1916", "1916")]),
        ("c. 1730's-2017", [("1730", "2017")]),
        ("2016; 2005", [("2016", "2016"), ("2005", "2005")]),
        ("[1980 TO 1995]", [("1980", "1995")]),
        ("[300 TO 1797]", [("0300", "1797")]),
        ("[1980 TO *]", [("1980", "")]),
        ("[* TO *]", []),
        ("0001-01-01 01:01:01+00:00", []),
        ("Sheet 6530 1 S", []),
        ("Cuban Revolution", []),
        ("2020-02-31", []),
    ],
)
def test_periods(written, read):
    assert periods_of(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2003", ("2003", False)),
        ("2003.0", ("2003", False)),
        ("2018-07-13", ("2018-07-13", False)),
        ("2018-12-06T00:00:00Z", ("2018-12-06", False)),
        ("7/24/2020", ("2020-07-24", False)),
        ("24/7/2020", ("2020-07-24", False)),
        ("12/08/2018", ("2018", True)),
        ("[between 1945 and 1952]", ("1945", True)),
        ("©1966", ("1966", False)),
        ("1868 [i.e. 1886]", ("1868", False)),
        ("2000-06-00", ("2000-06", False)),
        ("unknown", None),
    ],
)
def test_dates(written, read):
    assert date_of(written) == read


def test_years_one_after_the_other_are_one_period():
    assert periods_of_years([2001, 1999, 2000, 2005, 2005]) == [("1999", "2001"), ("2005", "2005")]


def test_time_stamps_without_a_zone_are_utc():
    assert str(instant_of("2020-01-02T03:04:05")) == "2020-01-02 03:04:05+00:00"
    assert instant_of("yesterday") is None


@pytest.mark.parametrize(
    ("written", "read", "note"),
    [
        ("ENVELOPE(-3.2, 1.2, 11.2, 4.7)", [-3.2, 4.7, 1.2, 11.2], None),
        ("ENVELOPE(-0.0,0.000,90,90)", [0, 90, 0, 90], None),
        ("ENVELOPE(170, -170, 10, -10)", [170, -10, -170, 10], None),
        ("ENVELOPE(65.0, 60.0, 74.0, 47.0)", [60, 47, 65, 74], notes.BOX_EXCHANGED),
        ("ENVELOPE(1, 2, 3, 4)", [1, 3, 2, 4], notes.BOX_TURNED),
        ("ENVELOPE(-360, 0, 80, -56)", [-180, -56, 180, 80], notes.BOX_SHIFTED),
        ("ENVELOPE(190, 200, 80, 70)", [-170, 70, -160, 80], notes.BOX_SHIFTED),
        ("ENVELOPE(-180.00000001, 180, 90, -90)", [-180, -90, 180, 90], None),
        ("ENVELOPE(-180000000, 180, 90, -90)", None, notes.BOX_UNUSABLE),
        ("ENVELOPE(1, 2, 300, 4)", None, notes.BOX_UNUSABLE),
        ("somewhere", None, notes.BOX_UNUSABLE),
        ("POLYGON((-104 49, -73 49, -73 36, -104 36, -104 49))", [-104, 36, -73, 49], None),
        ("MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)), ((4 4, 5 4, 5 5, 4 4)))", [0, 0, 5, 5], None),
    ],
)
def test_boxes(written, read, note):
    record = Record({"dcat_bbox": written})
    box = box_of(record, "dcat_bbox")
    assert (box.as_list if box else None) == read
    assert [one.kind for one in record.notes] == ([note] if note else [])
    kept = note is not None or "POLYGON" in written
    assert record.left_over == ({"dcat_bbox": written} if kept else {})


def test_a_second_field_steps_in_for_an_unusable_box():
    record = Record({"dcat_bbox": "ENVELOPE(,,,)", "locn_geometry": "ENVELOPE(1, 2, 4, 3)"})
    box = box_of(record, "dcat_bbox", "locn_geometry")
    assert box is not None
    assert box.as_list == [1, 3, 2, 4]
    assert "dcat_bbox" in record.left_over


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Fish &amp; Game", "Fish & Game"),
        ("Fish &amp;amp; Game", "Fish & Game"),
        ("<p>One.</p>  <p>Two.</p>", "One.\n\nTwo."),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        (
            'See <a href="https://example.org/x">the page</a>.',
            "See [the page](https://example.org/x).",
        ),
        ('<a href="javascript:alert(1)">click</a>', "click"),
        ("<script>alert(1)</script>Text <b>bold</b>", "Text bold"),
        ("&lt;p&gt;Escaped&lt;/p&gt;", "Escaped"),
        ("depth < 5 m and > 2 m", "depth < 5 m and > 2 m"),
        ("matter &lt; 2.5 microns", "matter < 2.5 microns"),
        ("one\r\n\r\n\r\n\r\ntwo", "one\n\ntwo"),
    ],
)
def test_markup_becomes_plain_text(written, read):
    assert prose(written) == read


def test_characters_that_nobody_sees_go_and_words_stay():
    assert visible("Cafe\u0301") == "Café"
    assert visible("County\x92s") == "County’s"
    assert visible("\ufeffHydro\u00adgen \u200b") == "Hydrogen "
    assert visible("d'Af\u200cfricque") == "d'Affricque"
    assert visible("می\u200cخواهم") == "می\u200cخواهم"  # the joiner belongs to the word
    assert visible("Curaâ”œÂºao") == "Curaâ”œÂºao"  # nobody can tell what that was
    assert visible("a\x00b") == "a b"


def test_titles_are_one_line():
    assert line("A Mapp of the\n          Higher\tÆthiopia. ") == "A Mapp of the Higher Æthiopia."


def test_what_databases_refuse_is_not_stored():
    value = {"a\x00": ["b\ud800", float("inf"), float("nan"), None, 1.5, True]}
    assert storable(value) == {"a": ["b", "inf", "nan", None, 1.5, True]}


def test_a_record_reads_lists_and_texts_alike_and_keeps_the_rest():
    record = Record(
        {"one": ["", " a ", None], "two": "b", "three": [["c"], 4], "blank": "", "x": {"y": 1}}
    )
    assert record.lines("one", "two", "three", "missing") == ["a", "b", "c", "4"]
    assert record.left_over == {"x": {"y": 1}}
    record.keep("two")
    assert record.left_over == {"two": "b", "x": {"y": 1}}


@pytest.mark.parametrize(
    ("words", "geometry", "others"),
    [
        (["Polygon data"], "polygon", []),
        (["3D Line String"], "line", []),
        (["Point data", "Polygon data"], "mixed", []),
        (["Raster data", "Nautical charts"], "raster", ["Nautical charts"]),
        (["Undetermined"], "", []),
        (["Table data"], "table", []),
    ],
)
def test_geometries(words, geometry, others):
    assert geometry_of(words) == (geometry, others)


def test_spellings_of_one_thing():
    assert fold("ImageryBaseMapsEarthCover") == fold("imagery base maps, earth cover")
    assert format_of("GeoTiff") == format_of("geotiff") == "GeoTIFF"
    assert format_of("Pulsewaves") == "Pulsewaves"
    assert representation_of("", "GeoTIFF") == "grid"
    assert representation_of("polygon", "LAZ") == "pointCloud"
    assert representation_of("", "Paper") is None
