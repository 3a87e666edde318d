"""Signing in, searching, editing and saving without a mouse."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from layers.models import Layer
from solr_sync.solr import SolrClient
from tests.browser.conftest import Browse, Picture
from tests.browser.pages import SEARCHABLE, badge_of, field, search_field, titles_of
from tests.browser.test_readers import wait_until_searchable
from tests.catalogue.factories import make_layer

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("workers")]


def tab_to(page: Page, target: Locator, most: int = 30) -> None:
    """Presses Tab until the target has the focus, which must be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            break
    expect(target).to_be_focused()
    assert target.evaluate("element => element.matches(':focus-visible')")


def test_by_keyboard_alone(solr: SolrClient, browse: Browse, picture: Picture) -> None:
    owner = User.objects.create_user("editor", "e@example.org", "editor's own")
    layer = Layer.objects.create(title="Rivers of Ghana", owner=owner)
    wait_until_searchable(layer)
    page = browse()
    page.goto("/")
    tab_to(page, page.get_by_role("link", name="Skip to the content"))
    picture(page, "keyboard-skip-link")
    tab_to(page, page.get_by_role("link", name="Sign in"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/accounts/login/**")
    if not page.get_by_label("Username").evaluate("e => e === document.activeElement"):
        tab_to(page, page.get_by_label("Username"))
    page.keyboard.type("editor")
    page.keyboard.press("Tab")
    page.keyboard.type("editor's own")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    tab_to(page, search_field(page))
    page.keyboard.type("rivers")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    assert titles_of(page) == ["Rivers of Ghana"]
    tab_to(page, page.get_by_role("link", name="Rivers of Ghana"), most=60)
    picture(page, "keyboard-focus-on-a-result")
    page.keyboard.press("Enter")
    page.wait_for_url("**/layers/**")
    tab_to(page, page.get_by_role("link", name="Edit", exact=True))
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit/")

    tab_to(page, field(page, "title"), most=40)
    page.keyboard.press("Control+a")
    page.keyboard.type("Streams of Ghana")
    # Past the long lists by the index of the sections.
    for _ in range(40):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.hash") == "#section-publication":
            break
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#section-publication$"))
    tab_to(page, page.get_by_role("button", name="Save"), most=10)
    picture(page, "keyboard-save")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Streams of Ghana")
    expect(badge_of(page)).to_have_text(SEARCHABLE)


def test_searching_by_keyboard_alone(solr: SolrClient, browse: Browse, picture: Picture) -> None:
    """Leafing, a typed box, a facet and the order: after each the focus is where one goes on."""
    for title, west in (("Rivers of Ghana", -3), ("Lakes of Ghana", -2), ("Rivers of Fiji", 177)):
        box = [west, 5, west + 1, 6]
        layer = make_layer(title, bbox=box, topics=["inlandWaters"], keywords=["water"])
        wait_until_searchable(layer)
    page = browse()
    page.goto("/search?page_size=2&sort=title")
    tab_to(page, page.get_by_role("link", name="Next"), most=60)
    page.keyboard.press("Enter")
    page.wait_for_url("**page=2**")
    expect(page.locator("#count")).to_be_focused()
    assert titles_of(page) == ["Rivers of Ghana"]
    page.go_back()
    page.wait_for_url(lambda url: "page=2" not in url)
    expect(page.locator(".card-title")).to_have_count(2)

    page.goto("/search")
    box_field = page.get_by_label("Box: west, south, east, north")
    tab_to(page, box_field)
    page.keyboard.type("-10,0,10,20")
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_have_text("2 layers")
    expect(box_field).to_be_focused()
    picture(page, "keyboard-box")
    topic = page.get_by_role("checkbox", name=re.compile("^Inland waters"))
    tab_to(page, topic)
    page.keyboard.press("Space")
    page.wait_for_url("**topic=inlandWaters**")
    expect(topic).to_be_checked()
    expect(topic).to_be_focused()
    order = page.get_by_label("Order")
    tab_to(page, order, most=60)
    page.keyboard.type("t")
    page.wait_for_url("**sort=title**")
    expect(order).to_be_focused()
    assert titles_of(page) == ["Lakes of Ghana", "Rivers of Ghana"]
    tab_to(page, page.get_by_role("link", name=re.compile("^Touches the box")))
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_have_text("3 layers")
    expect(page.locator("#count")).to_be_focused()
