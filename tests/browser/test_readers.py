"""Who sees what: strangers, visitors, and layers that are nobody else's business."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from layers.models import Layer
from solr_sync.solr import SolrClient
from solr_sync.status import status_of
from tests.browser.conftest import Browse, Picture
from tests.browser.pages import search, titles_of
from tests.catalogue.factories import make_layer
from tests.programs import eventually

pytestmark = pytest.mark.browser


def wait_until_searchable(layer: Layer) -> None:
    def searchable() -> bool:
        status: Any = status_of("layer", str(layer.pk))
        return bool(status.state == "searchable")

    eventually(searchable, what=f"{layer} being searchable")


def test_a_stranger_may_not_edit_and_is_not_invited_to(
    solr_collection: str, editor: User, stranger: User, browse: Browse, picture: Picture
) -> None:
    layer = Layer.objects.create(title="Rivers of Ghana", owner=editor)
    for reader in (stranger, None):
        page = browse(reader, expects=[403])
        page.goto(layer.get_absolute_url())
        expect(page.get_by_role("heading", level=1)).to_have_text("Rivers of Ghana")
        assert page.locator("a[href*='/edit/'], a[href*='/delete/']").count() == 0
        assert page.locator("[data-sync-badge]").count() == 0
    page = browse(stranger, expects=[403])
    for address in (f"/layers/{layer.slug}/edit/", f"/layers/{layer.slug}/delete/"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 403
    picture(page, "stranger-403")


def test_a_visitor_who_wants_to_edit_signs_in_first_and_then_goes_on(
    solr_collection: str, committed: None, browse: Browse
) -> None:
    owner = User.objects.create_user("editor", "e@example.org", "editor's own")
    layer = Layer.objects.create(title="Rivers of Ghana", owner=owner)
    page = browse()
    page.goto(f"/layers/{layer.slug}/edit/")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").fill("editor's own")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{page.url.split('/layers')[0]}/layers/{layer.slug}/edit/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert page.url.endswith("/")


@pytest.mark.usefixtures("workers")
def test_a_private_layer_is_found_by_nobody_else(
    solr: SolrClient, editor: User, stranger: User, browse: Browse
) -> None:
    secret = make_layer(
        "Nesting places of the eagle",
        owner=editor,
        visibility="private",
        keywords=["eyries"],
        organisation="Society of Falconers",
        topics=["biota"],
    )
    public = make_layer("Nesting places of the stork", owner=editor, keywords=["storks"])
    for layer in (secret, public):
        wait_until_searchable(layer)
    mine = browse(editor)
    mine.goto("/")
    assert sorted(search(mine, "nesting")) == [secret.title, public.title]

    for reader in (stranger, None):
        page = browse(reader, expects=[404])
        page.goto("/search?q=nesting")
        assert titles_of(page) == [public.title]
        for address in ("/", "/search", "/search?q=eagle", "/search?keyword=eyries", "/api/search"):
            page.goto(address)
            # What one asked for oneself is said again; what is found is not.
            text = page.locator("body").inner_text()
            assert "Nesting places of the eagle" not in text
            assert "Falconers" not in text
            assert "Biota" not in text
        page.goto("/search")
        assert "eyries" not in page.content()
        expect(page.locator("#count")).to_have_text("1 layer")
        for address in (secret.get_absolute_url(), f"/api/layers/{secret.pk}"):
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 404
