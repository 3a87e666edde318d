"""Everything but the badge's movement works in a browser that runs no scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from layers.models import Layer
from solr_sync.solr import SolrClient
from tests.browser.conftest import Browse, Picture
from tests.browser.pages import badge_of, field, save, search, titles_of
from tests.browser.test_readers import wait_until_searchable
from tests.catalogue.factories import make_layer

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("workers")]


def test_searching_reading_and_editing(
    solr: SolrClient, editor: User, browse: Browse, picture: Picture
) -> None:
    rivers = make_layer(
        "Rivers of Ghana", owner=editor, keywords=["water"], topics=["inlandWaters"]
    )
    roads = make_layer("Roads of Ghana", owner=editor, topics=["transportation"])
    for layer in (rivers, roads):
        wait_until_searchable(layer)
    page = browse(editor, java_script_enabled=False)
    page.goto("/")
    assert sorted(search(page, "ghana")) == ["Rivers of Ghana", "Roads of Ghana"]
    page.get_by_role("checkbox", name=re.compile("^Transportation")).check()
    page.get_by_role("button", name="Apply filters").click()
    expect(page.locator("#count")).to_have_text("1 layer")
    assert titles_of(page) == ["Roads of Ghana"]
    page.get_by_role("link", name="Transportation").click()
    expect(page.locator("#count")).to_have_text("2 layers")
    page.get_by_label("Order").select_option("title")
    page.get_by_role("button", name="Sort").click()
    page.wait_for_url("**sort=title**")
    assert titles_of(page) == ["Rivers of Ghana", "Roads of Ghana"]

    page.get_by_role("link", name="Rivers of Ghana").click()
    page.get_by_role("link", name="Edit", exact=True).click()
    picture(page, "without-javascript-editor")
    field(page, "title").fill("Streams of Ghana")
    field(page, "links-0-url").fill("https://example.org/wms")
    page.get_by_label("Languages of the content 1").fill("French")
    page.get_by_role("button", name="Add a link").click()
    expect(page).to_have_url(re.compile("#rows-links$"))
    assert field(page, "links-0-url").input_value() == "https://example.org/wms"
    field(page, "links-1-url").fill("https://example.org/streams.gpkg")
    field(page, "links-1-protocol").fill("GeoPackage")
    field(page, "links-1-ORDER").fill("1")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Streams of Ghana")
    links = rivers.distributions.values_list("url", "protocol")
    assert list(links) == [
        ("https://example.org/streams.gpkg", "GPKG"),
        ("https://example.org/wms", "WWW:LINK"),
    ]
    assert [language.code for language in rivers.languages.all()] == ["fra"]
    wait_until_searchable(rivers)
    page.reload()
    expect(badge_of(page)).to_have_text("searchable")

    page.get_by_role("link", name="Edit", exact=True).click()
    field(page, "links-0-DELETE").check()
    field(page, "edition").press("Enter")  # saves, and asks for no rows
    expect(page.get_by_role("heading", level=1)).to_have_text("Streams of Ghana")
    assert page.locator(".links a").count() == 1
    assert Layer.objects.get(pk=rivers.pk).title == "Streams of Ghana"
