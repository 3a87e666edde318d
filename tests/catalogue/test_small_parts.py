"""Markdown, locator, years, system checks."""

import pytest
from django.core.checks import run_checks

from catalogue import locator
from catalogue.markdown import plain, render
from catalogue.templatetags.catalogue import in_words, years
from layers.extent import BoundingBox
from tests.catalogue.factories import make_layer


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a *b* **c**", "<p>a <em>b</em> <strong>c</strong></p>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("# no heading", "<p># no heading</p>\n"),
        ("    no code", "<p>no code</p>\n"),
        ("<b>no html</b>", "<p>&lt;b&gt;no html&lt;/b&gt;</p>\n"),
        (
            "[a](https://e.org)",
            '<p><a href="https://e.org" rel="nofollow ugc noopener">a</a></p>\n',
        ),
    ],
)
def test_a_little_markdown(text, html):
    assert render(text) == html


def test_lines_under_a_title_are_without_signs():
    text = "A **network** of `wells`, see [the page](https://e.org/a) [1] and a*b"
    assert plain(text) == "A network of wells, see the page [1] and a*b"


@pytest.mark.parametrize(
    "text",
    [
        "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))", "[a](data:text/html,x)",
        "[a](&#106;avascript:alert(1))", "<javascript:alert(1)>", "![a](https://e.org/a.png)",
        "[a](file:///etc/passwd)", "[a](//e.org)", '[a](https://e.org" onclick="x)',
    ],
)  # fmt: skip
def test_no_dangerous_links_and_no_images(text):
    html = render(text)
    assert 'href="javascript' not in html.lower()
    assert 'href="data' not in html
    assert "<img" not in html
    assert 'href="file' not in html
    assert 'onclick="' not in html


def test_a_box_across_the_180th_meridian_is_drawn_in_two_parts():
    first, second = locator.rectangles(BoundingBox(170, -20, -170, -10))
    assert (first.x, first.y, first.width, first.height) == ("170.00", "10.00", "10.00", "10.00")
    assert (second.x, second.width) == ("-180.00", "10.00")


def test_a_point_is_drawn_large_enough_to_be_seen():
    [part] = locator.rectangles(BoundingBox(10, 50, 10, 50))
    assert (part.width, part.height) == ("3.00", "3.00")
    assert locator.is_small(BoundingBox(10, 50, 10, 50))


def test_a_box_in_words():
    assert (
        in_words(BoundingBox(-3.26, 4.74, 1.19, 11.17)) == "3.26° W – 1.19° E, 4.74° N – 11.17° N"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("times", "text"),
    [
        ([], ""),
        ([("1850", "1900")], "1850–1900"),
        ([("1850", "1850")], "1850"),
        ([("1850-02", "1851"), ("1900", "")], "since 1850"),
        ([("", "1700")], "until 1700"),
        ([("-0043", "0014")], "44 BCE–14"),
    ],
)
def test_years(times, text):
    assert years(make_layer(times=times)) == text


@pytest.mark.parametrize(
    ("backend", "wrong"),
    [
        ("django.core.cache.backends.locmem.LocMemCache", True),
        ("django.core.cache.backends.dummy.DummyCache", True),
        ("django.core.cache.backends.db.DatabaseCache", False),
        ("django.core.cache.backends.redis.RedisCache", False),
    ],
)
def test_a_cache_of_one_process_is_refused(settings, backend, wrong):
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": "x"}}
    ids = {message.id for message in run_checks(tags=["caches"])}
    assert ("catalogue.E001" in ids) is wrong
