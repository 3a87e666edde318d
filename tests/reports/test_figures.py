"""What the report counts, and for whom."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone, translation

from layers.models import Layer
from reports.figures import SECTIONS
from reports.letters import Letters
from reports.models import CatalogueReport, EmptySearch
from reports.pdf import Paper, as_pdf
from reports.periods import Period, cleaned_url
from reports.showing import shown
from reports.tables import as_csv

pytestmark = pytest.mark.django_db


def made(days=30, url="") -> CatalogueReport:
    content: dict[str, Any] = {}
    for section in SECTIONS.values():
        content |= section(Period(days, url))
    return CatalogueReport(days=days, url=url, made_at=timezone.now(), content=content)


def test_times_are_exact(views):
    views("/search", *range(1, 101))
    views("/search", 2000, days=2)
    views("/search", 5, days=40)
    found = SECTIONS["views"](Period(30))["views"]
    assert (found["count"], found["p50_ms"], found["p95_ms"], found["slow"]) == (101, 51, 96, 1)
    assert len(found["by_day"]) == 30
    assert found["by_day"][-1]["count"] == 100
    assert found["by_day"][-3] == {
        "day": (timezone.localdate() - timedelta(days=2)).isoformat(),
        "count": 1,
        "p50_ms": 2000,
        "p95_ms": 2000,
        "slow": 1,
    }


def test_pages_slow_pages_and_layers(views, rivers):
    views("/search", 10, 1500, 3000)
    views("/layers/rivers/", 10, 20, layer=rivers)
    found = SECTIONS["pages"](Period(7)) | SECTIONS["layers"](Period(7))
    assert [(page["url"], page["views"]) for page in found["pages"]] == [
        ("/search", 3),
        ("/layers/rivers/", 2),
    ]
    assert [(p["url"], p["views"], p["slowest_ms"]) for p in found["slow_pages"]] == [
        ("/search", 2, 3000)
    ]
    assert found["most_viewed"] == [{"layer": str(rivers.pk), "views": 2}]


def test_only_pages_of_an_address(views):
    views("/search", 10)
    views("/layers/a/", 10, 10)
    assert SECTIONS["views"](Period(7, "/layers/"))["views"]["count"] == 2


def test_layers_and_organisations_by_day(rivers, secret):
    rivers.title = "Rivers"
    rivers.save()
    found = SECTIONS["edits"](Period(7))
    assert found["layers_by_day"][-1]["added"] == 1
    assert found["layers_by_day"][-1]["edited"] == 1
    assert found["organisations"] == [{"name": "Survey of Ghana", "added": 1, "edited": 1}]


def test_completeness_is_of_public_layers(rivers, secret):
    found = SECTIONS["completeness"](Period())["completeness"]
    assert found["layers"] == 1
    assert found["mean"] == 14  # a title and an organisation
    assert sum(row["layers"] for row in found["scores"]) == 1
    assert found["missing"]["abstract"] == 1
    assert found["missing"]["title"] == 0


def test_a_withdrawn_layer_is_not_named_any_more(views, rivers, stranger, owner, staff):
    views("/layers/rivers/", 10, layer=rivers)
    EmptySearch.objects.create(day=timezone.localdate(), words="unicorns")
    report = made()
    assert shown(report, stranger)["most_viewed"][0]["title"] == "Rivers of Ghana"
    Layer.objects.filter(pk=rivers.pk).update(visibility="private")
    for reader in (stranger, AnonymousUser()):
        content = shown(report, reader)
        assert (content["most_viewed"], content["pages"]) == ([], [])
        assert content["searches_without_hits"] == {"count": 1, "words": None}
    assert shown(report, owner)["most_viewed"][0]["title"] == "Rivers of Ghana"
    words = shown(report, staff)["searches_without_hits"]["words"]
    assert words == [{"words": "unicorns", "times": 1}]


def test_as_csv(views, rivers, staff):
    Layer.objects.filter(pk=rivers.pk).update(title="=HYPERLINK(1)")
    views("/layers/rivers/", 10, layer=rivers)
    EmptySearch.objects.create(day=timezone.localdate(), words="@SUM(1)")
    text = as_csv(shown(made(), staff)).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["section"] for row in rows} >= {"views", "pages", "completeness", "index"}
    assert [r["name"] for r in rows if r["section"] == "most_viewed"] == ["'=HYPERLINK(1)"]
    assert "'@SUM(1)" in [r["name"] for r in rows]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_as_pdf(views, rivers, staff, language, caplog):
    Layer.objects.filter(pk=rivers.pk).update(title="أنهار غانا – Реки – 河流 ไทย 🌍")
    views("/layers/rivers/", 10, 2000, layer=rivers)
    with translation.override(language):
        assert as_pdf(shown(made(), staff)).startswith(b"%PDF-")
    assert "glyph" not in caplog.text


@pytest.fixture
def letters() -> Letters:
    paper = Paper()
    paper.output()  # closes its fonts
    return paper.letters


@pytest.mark.parametrize(
    ("text", "written", "lacking"),
    [
        ("Rivers – Реки – أنهار", "Rivers – Реки – أنهار", False),
        ("河流与湖泊 of 中国", "… of …", True),
        ("나이지리아 강", "…", True),
        ("a\U000e0001b", "ab", False),
    ],
)
def test_letters_that_the_font_lacks(letters, text, written, lacking):
    assert (letters.text(text), letters.lacking) == (written, lacking)


def test_a_title_without_letters_gives_way_to_its_address(letters):
    row = {"title": "河流", "address": "/layers/rivers/", "views": 1}
    assert letters.fit([row]) == [row | {"title": "… /layers/rivers/"}]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (" /layers/ ", "/layers/"),
        ("https://maps.example.org/layers/rivers/?q=1#x", "/layers/rivers/"),
        ("", ""),
        ("/a\x00b", "/ab"),
    ],
)
def test_addresses_as_people_copy_them(typed, meant):
    assert cleaned_url(typed) == meant
