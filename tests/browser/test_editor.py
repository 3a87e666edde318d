"""The editor: errors at their fields, two people at once, rows that come and go."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from accounts.models import User
from layers.models import Layer
from tests.browser.conftest import Browse, Picture
from tests.browser.pages import badge_of, choose, field, save

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("solr_collection")]


@pytest.fixture
def layer(editor: User) -> Layer:
    return Layer.objects.create(title="Rivers of Ghana", abstract="All of them.", owner=editor)


def test_errors_stand_at_their_fields_and_what_was_typed_stays(
    layer: Layer, editor: User, browse: Browse, picture: Picture
) -> None:
    page = browse(editor)
    page.goto(f"/layers/{layer.slug}/edit/")
    field(page, "title").fill("")
    field(page, "abstract").fill("Typed with <b>care</b> & patience")
    field(page, "keywords").fill("water, wells")
    field(page, "west").fill("9")
    field(page, "east").fill("181")
    choose(page, "Inland waters")
    page.get_by_role("button", name="Add a link").click()
    page.locator("#rows-links [name$='-url']:visible").fill("no address")
    save(page)
    problems = page.locator("#problems")
    expect(problems).to_contain_text("Nothing was saved yet")
    picture(page, "editor-errors")
    assert field(page, "abstract").input_value() == "Typed with <b>care</b> & patience"
    assert field(page, "keywords").input_value() == "water, wells"
    assert field(page, "east").input_value() == "181"
    expect(page.get_by_role("button", name="Remove: Inland waters")).to_be_visible()
    for name, message in {"title": "required", "west": "all four numbers"}.items():
        at_field = page.locator(".field--wrong", has=page.locator(f"[name={name}]"))
        expect(at_field.locator(".errorlist")).to_contain_text(message)
    wrong_link = page.locator("#rows-links .field--wrong")
    expect(wrong_link.locator("input")).to_have_value("no address")
    expect(wrong_link.locator(".errorlist")).to_be_visible()

    problems.get_by_role("link", name=re.compile("^Title")).click()
    expect(field(page, "title")).to_be_focused()
    layer.refresh_from_db()
    assert (layer.title, layer.abstract) == ("Rivers of Ghana", "All of them.")


def test_an_old_form_shows_both_versions_and_loses_neither(
    layer: Layer, editor: User, browse: Browse, picture: Picture
) -> None:
    staff = User.objects.create(username="reviewer", email="r@example.org", is_staff=True)
    mine, theirs = browse(editor, expects=[409]), browse(staff)
    for page in (mine, theirs):
        page.goto(f"/layers/{layer.slug}/edit/")
    field(theirs, "title").fill("Rivers of Ghana, checked")
    save(theirs)
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Rivers of Ghana, checked")
    field(mine, "abstract").fill("Only the larger ones.")
    save(mine)

    expect(mine.get_by_role("heading", level=1)).to_contain_text("saved this layer meanwhile")
    expect(mine.get_by_role("alert")).to_contain_text("reviewer")
    title = mine.get_by_role("row", name=re.compile("^Title")).get_by_role("cell")
    assert title.all_inner_texts() == ["Rivers of Ghana", "Rivers of Ghana, checked"]
    abstract = mine.get_by_role("row", name=re.compile("^Abstract")).get_by_role("cell")
    assert abstract.all_inner_texts() == ["Only the larger ones.", "All of them."]
    picture(mine, "editor-conflict")
    field(mine, "title").fill("Rivers of Ghana, checked")
    save(mine)
    expect(badge_of(mine)).to_be_visible()
    layer.refresh_from_db()
    assert layer.title == "Rivers of Ghana, checked"
    assert layer.abstract == "Only the larger ones."


def test_rows_are_added_and_removed(layer: Layer, editor: User, browse: Browse) -> None:
    page = browse(editor)
    page.goto(f"/layers/{layer.slug}/edit/")
    links = page.locator("#rows-links")
    for address in ("https://example.org/rivers.gpkg", "https://example.org/wms"):
        links.get_by_role("button", name="Add a link").click()
        links.locator("[name$='-url']:visible").last.fill(address)
    suggested = links.get_by_role("combobox", name="Protocol").last
    suggested.fill("web map s")
    page.keyboard.press("Enter")
    assert suggested.input_value() == "Web Map Service (WMS)"
    links.get_by_role("group", name="Links 2").get_by_role("button", name="Move up").click()
    expect(links.get_by_role("button", name="Move up").first).to_be_focused()
    save(page)
    expect(badge_of(page)).to_be_visible()
    assert list(layer.distributions.values_list("url", "protocol")) == [
        ("https://example.org/wms", "OGC:WMS"),
        ("https://example.org/rivers.gpkg", "WWW:LINK"),
    ]

    page.goto(f"/layers/{layer.slug}/edit/")
    links.locator("[data-row]:visible").first.get_by_role("button", name="Remove").click()
    save(page)
    expect(badge_of(page)).to_be_visible()
    assert [row.url for row in layer.distributions.all()] == ["https://example.org/rivers.gpkg"]


def test_terms_of_long_lists_are_suggested_while_one_types(
    layer: Layer, editor: User, browse: Browse, picture: Picture
) -> None:
    page = browse(editor)
    page.goto(f"/layers/{layer.slug}/edit/")
    several = page.get_by_role("combobox", name="Languages of the content")
    for typed in ("germ", "fren"):
        several.fill(typed)
        page.keyboard.press("ArrowDown")
        picture(page, "editor-languages")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove: French").click()
    one = page.get_by_role("combobox", name="Language of this description")
    one.fill("arab")
    page.keyboard.press("Enter")
    one.fill("no language of this world")
    page.keyboard.press("Tab")
    assert one.input_value() == "Arabic"
    save(page)
    expect(badge_of(page)).to_be_visible()
    layer.refresh_from_db()
    assert [language.code for language in layer.languages.all()] == ["deu"]
    assert layer.metadata_language_id == "ara"


def test_a_layer_is_deleted(layer: Layer, editor: User, browse: Browse, picture: Picture) -> None:
    page = browse(editor, expects=[404])
    page.goto(f"/layers/{layer.slug}/edit/")
    page.get_by_role("link", name="Delete", exact=True).click()
    picture(page, "editor-delete")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("status").first).to_contain_text("was deleted")
    answer = page.goto(layer.get_absolute_url())
    assert answer is not None
    assert answer.status == 404
    picture(page, "not-found")
