"""What tests see of pages, in the words of the people who use them."""

from __future__ import annotations

import re
from urllib.parse import quote_plus

from playwright.sync_api import Locator, Page, expect

SEARCHABLE = re.compile(r"^searchable, \d+(\.\d)? s after saving$")


def badge_of(page: Page) -> Locator:
    return page.locator("[data-sync-badge]")


def titles_of(page: Page) -> list[str]:
    """The titles on a page of results."""
    return [" ".join(text.split()) for text in page.locator(".card-title").all_inner_texts()]


def search_field(page: Page) -> Locator:
    return page.locator("[role=search] input[name=q]").first


def search(page: Page, words: str) -> list[str]:
    """Searches by the field of the page and returns the titles found."""
    search_field(page).fill(words)
    search_field(page).press("Enter")
    page.wait_for_url(lambda url: f"q={quote_plus(words)}" in url)
    expect(page.locator("#count")).to_be_visible()
    return titles_of(page)


def field(page: Page, name: str) -> Locator:
    """A field of the editor by the name it is sent under."""
    return page.locator(f"#editor [name='{name}']")


def choose(page: Page, term: str) -> None:
    """Adds a term of a vocabulary to its field, as one does with scripts: type and press Enter."""
    page.get_by_role("combobox", name="Topic categories").fill(term)
    page.keyboard.press("Enter")


def save(page: Page) -> None:
    page.locator("#editor .editor__actions button[type=submit]").click()


def is_too_wide(page: Page) -> bool:
    """Whether the page must be scrolled sideways."""
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )
