import pytest
from django.http import QueryDict

from catalogue.search.query import SearchQuery
from catalogue.search.reading import parse
from layers.extent import BoundingBox


def asked(text):
    return parse(QueryDict(text))


def test_an_empty_request_asks_for_everything():
    assert asked("") == (SearchQuery(), {})


def test_every_parameter_is_understood():
    query, errors = asked(
        "q=river&bbox=5,45,15,55&within=1&time=1850/1900&topic=farming&topic=health"
        "&not_keyword=Old&sort=title&page=3&page_size=50&facets=0"
    )
    assert errors == {}
    assert query.q == "river"
    assert query.bbox == BoundingBox(5, 45, 15, 55)
    assert query.within
    assert str(query.time) == "1850/1900"
    assert query.chosen == {"topic": ("farming", "health")}
    assert query.excluded == {"keyword": ("Old",)}
    assert (query.sort, query.page, query.page_size, query.facets) == ("title", 3, 50, False)


@pytest.mark.parametrize(
    ("request_text", "field"),
    [
        ("nosuch=1", "nosuch"),
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=x", "page"),
        ("page=²", "page"),
        ("page=99999999999999999999", "page"),
        ("page=9999", "page"),
        ("page_size=101", "page_size"),
        ("facets=yes", "facets"),
        ("sort=price", "sort"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=a,b,c,d", "bbox"),
        ("bbox=0,0,nan,1", "bbox"),
        ("bbox=0,10,10,0", "bbox"),
        ("bbox=0,0,181,1", "bbox"),
        ("time=yesterday", "time"),
        ("time=1900/1850", "time"),
        ("q=" + "a" * 1001, "q"),
        ("q=a&q=b", "q"),
        ("topic=" + "x" * 501, "topic"),
        ("&".join(f"keyword={n}" for n in range(21)), "keyword"),
    ],
)
def test_what_is_wrong_is_said_at_its_parameter(request_text, field):
    _query, errors = asked(request_text)
    assert list(errors) == [field]
    assert all(errors[field])


def test_what_is_right_is_kept_beside_what_is_wrong():
    query, errors = asked("q=river&bbox=1")
    assert query.q == "river"
    assert "bbox" in errors


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1870", "1870/1870"),
        ("../1700", "../1700"),
        ("-0500/..", "-0500/.."),
        ("1850-03/1850-04-05", "1850-03/1850-04-05"),
    ],
)
def test_times_may_be_open_or_before_the_common_era(text, shown):
    query, errors = asked(f"time={text}")
    assert errors == {}
    assert str(query.time) == shown


def test_the_address_holds_the_whole_question():
    text = (
        "?q=r%26d&bbox=170%2C-50%2C-170%2C50&within=1&time=1850%2F1900&topic=a&topic=b&not_type=c"
    )
    query, errors = asked(text[1:])
    assert errors == {}
    assert query.querystring == text
    assert parse(QueryDict(query.querystring[1:])) == (query, {})


def test_filters_come_off_one_by_one_and_lead_to_the_first_page():
    query, _errors = asked("topic=a&topic=b&page=2")
    assert query.without_value("topic", "a").querystring == "?topic=b"
    assert query.with_value("type", "map").querystring == "?topic=a&topic=b&type=map"
