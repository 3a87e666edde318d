import pytest
from django.core.exceptions import ValidationError

from layers.dates import PartialDate, check_order
from layers.models import TemporalExtent


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("1590", "1590"),
        ("1850-03", "1850-03"),
        ("2024-02-29", "2024-02-29"),
        ("-43", "-0043"),
        ("-0043-03-15", "-0043-03-15"),
        ("0", "0000"),
        ("79", "0079"),
        (" 1999 ", "1999"),
        ("-20000", "-20000"),
    ],
)
def test_dates_of_any_time_and_precision_are_kept(text, kept):
    assert str(PartialDate.parse(text)) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "May 1850",
        "1850-3",
        "1850-13",
        "2023-02-29",
        "1900-02-29",
        "10000",
        "1850-00",
        "１８５０-99",
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValidationError):
        PartialDate.parse(text)


def test_leap_years_before_the_common_era():
    assert PartialDate.parse("-0004-02-29").day == 29
    with pytest.raises(ValidationError):
        PartialDate.parse("-0001-02-29")


def test_a_year_lasts_until_its_last_day():
    assert PartialDate.parse("1850").first_day == (1850, 1, 1)
    assert PartialDate.parse("1850").last_day == (1850, 12, 31)
    assert PartialDate.parse("1852-02").last_day == (1852, 2, 29)


@pytest.mark.parametrize(
    ("start", "end"), [("1850", "1850-01"), ("", "1850"), ("1850", ""), ("-44", "12")]
)
def test_periods_in_order(start, end):
    check_order(start, end)


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValidationError, match="exchange"):
        check_order("1900", "1850")


def test_a_temporal_extent_needs_one_end():
    with pytest.raises(ValidationError, match="beginning, an end"):
        TemporalExtent().clean()


def test_years_follow_the_dates(layer):
    extent = TemporalExtent.objects.create(layer=layer, start="-0043-03", end="")
    assert (extent.start_year, extent.end_year) == (-43, None)
