"""Accounts as people use them: opened by mail, guarded, opened again, tokens, groups."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import Group, Membership, User
from layers.models import Layer
from tests.browser.conftest import Browse, Picture

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("solr_collection")]

PASSWORD = "a long walk in the rain"


def link_mailed_to(address: str) -> str:
    """The link of the newest mail to this address."""
    folder = Path(settings.EMAIL_FILE_PATH)
    mails = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
    texts = (file.read_text(encoding="utf-8") for file in mails)
    text = next(text for text in texts if f"To: {address}" in text)
    found = re.search(r"https?://\S+/accounts/password/choose/\S+", text)
    assert found, text
    return found[0]


def choose_password(page: Page, address: str) -> None:
    page.goto(link_mailed_to(address))
    for field in page.locator("main input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_an_account_is_opened_by_mail_and_makes_a_token(
    site: str, browse: Browse, picture: Picture
) -> None:
    page = browse()
    page.goto("/accounts/login/")
    page.get_by_role("main").get_by_role("link", name="Sign up").click()
    page.get_by_label("Username").fill("adwoa")
    page.get_by_label("E-mail address").fill("adwoa@example.org")
    page.locator("main button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("Look into your mail")
    choose_password(page, "adwoa@example.org")

    page.goto("/accounts/profile/")
    page.get_by_label("First name").fill("Adwoa")
    page.get_by_label("First name").press("Enter")
    expect(page.get_by_role("status").first).to_be_visible()
    tokens = page.get_by_role("region", name="API tokens")
    tokens.get_by_role("textbox").fill("harvester")
    tokens.get_by_role("button", name="Make a token").click()
    token = page.locator("#token").inner_text()
    picture(page, "people-token")
    asked: Any = {"headers": {"Authorization": f"Bearer {token}"}, "timeout": 10}
    assert (
        requests.post(f"{site}/api/layers/", json={"title": "Rivers"}, **asked).status_code == 201
    )
    page.get_by_role("link", name="I have copied it").click()
    assert token not in page.content()
    page.get_by_role("button", name=re.compile("^Revoke.*harvester")).click()
    expect(page.get_by_role("button", name=re.compile("^Revoke.*harvester"))).to_have_count(0)
    assert requests.post(f"{site}/api/layers/", json={"title": "x"}, **asked).status_code == 401
    layer = Layer.objects.get()
    assert (layer.title, layer.owner) == ("Rivers", User.objects.get(username="adwoa"))


def test_who_forgot_the_password_is_slowed_down_and_gets_in_by_mail(
    committed: None, browse: Browse, picture: Picture
) -> None:
    User.objects.create_user("kwesi", "kwesi@example.org", "forgotten long ago")
    page = browse(expects=[429])
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill("kwesi")
    for number in range(5):
        page.get_by_label("Password").fill(f"was it {number}")
        with page.expect_navigation():
            page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Too many wrong passwords")
    assert page.get_by_label("Username").input_value() == "kwesi"
    picture(page, "people-slowed-down")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_role("textbox", name=re.compile("mail")).fill("kwesi@example.org")
    page.locator("main button[type=submit]").click()
    expect(page).to_have_url(re.compile("/sent/$"))
    choose_password(page, "kwesi@example.org")
    again = browse(expects=[404])
    again.goto(link_mailed_to("kwesi@example.org"))
    assert again.locator("main input[type=password]").count() == 0


def test_a_group_sees_what_is_shown_to_it(
    editor: User, stranger: User, browse: Browse, picture: Picture
) -> None:
    group = Group.objects.create(name="Hydrology")
    Membership.objects.create(group=group, user=editor, is_manager=True)
    layer = Layer.objects.create(title="Wells", owner=editor, visibility="group", group=group)
    theirs = browse(stranger, expects=[404])
    theirs.goto(layer.get_absolute_url())
    expect(theirs.get_by_role("heading", level=1)).not_to_have_text("Wells")

    mine = browse(editor)
    mine.goto("/accounts/profile/")
    mine.get_by_role("link", name="Hydrology").click()
    mine.get_by_role("textbox", name=re.compile("^User name")).fill("stranger")
    mine.get_by_role("button", name="Add", exact=True).click()
    expect(mine.get_by_role("region", name="Members")).to_contain_text("stranger")
    picture(mine, "people-group")
    mine.goto(f"/layers/{layer.slug}/access/")
    expect(mine.locator("main")).to_contain_text("Hydrology")
    expect(mine.locator("main")).to_contain_text("stranger")
    picture(mine, "people-access")
    theirs.goto(layer.get_absolute_url())
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Wells")


def test_a_form_goes_on_after_the_session_has_ended(
    committed: None, browse: Browse, picture: Picture
) -> None:
    owner = User.objects.create_user("editor", "e@example.org", PASSWORD)
    layer = Layer.objects.create(title="Rivers of Ghana", owner=owner)
    page = browse(owner, expects=[403])
    page.goto(f"/layers/{layer.slug}/edit/")
    page.locator("#id_abstract").fill("Typed for an hour.")
    page.get_by_role("button", name="Add a link").click()
    page.locator("#rows-links [name$='-url']").fill("https://example.org/rivers")
    page.context.clear_cookies()
    page.locator("#editor .editor__actions button[type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("What you typed is kept")
    picture(page, "people-signed-out")
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#id_abstract")).to_have_value("Typed for an hour.")
    expect(page.locator("#rows-links [name$='-url']")).to_have_value("https://example.org/rivers")
    page.locator("#editor .editor__actions button[type=submit]").click()
    expect(page.locator("[data-sync-badge]")).to_be_visible()
    layer.refresh_from_db()
    assert layer.abstract == "Typed for an hour."
    assert layer.distributions.get().url == "https://example.org/rivers"
