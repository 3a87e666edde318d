from datetime import UTC, datetime, timedelta, timezone

import pytest

from catalogue.solr_values import cell, clean, cut, date_range, instant, sort_key, strings, texts
from layers.extent import BoundingBox


def test_what_solr_would_store_wrongly_is_taken_out():
    assert clean(" a\x00b\ud800c\x85d\ufffee ") == "a b c d e"
    assert clean("line\nbreak\tand emoji 🗺") == "line\nbreak\tand emoji 🗺"


@pytest.mark.parametrize("text", ["a" * 5000, "é" * 5000, "水" * 5000, "🗺" * 5000])
def test_strings_are_cut_between_letters(text):
    short = cut(text)
    assert text.startswith(short)
    assert 1990 < len(short.encode()) <= 2000


def test_lists_are_without_blanks_and_repetitions():
    assert texts(["b", " ", "a", "b", ""]) == ["b", "a"]
    assert strings(["a" * 3000, "a" * 4000]) == ["a" * 2000]


def test_times_are_utc():
    there = timezone(timedelta(hours=5, minutes=30))
    assert instant(datetime(2026, 1, 1, 3, 0, tzinfo=there)) == "2025-12-31T21:30:00.000Z"
    assert instant(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00.000Z"


def test_titles_are_ordered_without_case_and_accents():
    assert sorted(["zebra", "École", "ecology", "«Atlas»"], key=sort_key) == [
        "«Atlas»",
        "École",
        "ecology",
        "zebra",
    ]


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("1850", "1900", "[1850 TO 1900]"),
        ("1850-03", "", "[1850-03 TO *]"),
        ("", "-0043-03-15", "[* TO -0043-03-15]"),
        ("", "", None),
        ("1900", "1850", None),
        ("about 1900", "", None),
    ],
)
def test_periods(start, end, text):
    assert date_range(start, end) == text


@pytest.mark.parametrize(
    ("box", "five", "one"),
    [
        ([5, 45, 15, 47], "10,45", "10,46"),
        ([170, -10, -170, 10], "175,0", "179,0"),
        ([180, 90, 180, 90], "175,85", "179,89"),
        ([-180, -90, -180, -90], "-180,-90", "-180,-90"),
        ([-0.4, -0.4, -0.2, -0.2], "-5,-5", "-1,-1"),
    ],
)
def test_cells_of_the_centre(box, five, one):
    assert (cell(BoundingBox.of(box), 5), cell(BoundingBox.of(box), 1)) == (five, one)
