"""axe finds nothing on any page, in both schemes and three widths; no page breaks its policy.

`browse` fails a test on any error of the console, and so on any violation of the policy.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from accounts.models import Group, Membership, User
from layers.models import Attribute, Distribution, Layer
from tests.browser.conftest import Browse, Picture
from tests.browser.pages import field, is_too_wide, save

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
WIDTHS = [360, 768, 1440]
# Rules whose answer depends on the colours; all others say the same in both schemes.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
FOR_ALL = [
    "/",
    "/search",
    "/search?q=nothing-of-that-name&bbox=1,2&topic=farming",
    "/search/values/topic",
    "/layers/rivers/",
    "/accounts/login/",
    "/accounts/sign-up/",
    "/accounts/sign-up/sent/",
    "/accounts/password/forgot/",
    "/accounts/password/forgot/sent/",
    "/accounts/password/choose/MQ/x-1/",
    "/api/docs",
    "/nowhere/",
]
FOR_EDITORS = [
    "/my/",
    "/my/?list=drafts",
    "/my/searches/",
    "/layers/new/",
    "/layers/rivers/",
    "/layers/rivers/edit/",
    "/layers/rivers/access/",
    "/layers/rivers/delete/",
    "/layers/others/edit/",
    "/accounts/profile/",
    "/accounts/password/",
    "/accounts/groups/{group}/",
]
FOR_STAFF = [
    "/staff/components/",
    "/admin/",
    "/admin/layers/layer/",
    "/admin/layers/layer/{rivers}/change/",
    "/admin/layers/layer/{rivers}/delete/",
    "/admin/layers/layer/{rivers}/history/",
    "/admin/accounts/user/",
    "/admin/solr_sync/ledgerentry/",
]
IN_OTHER_LANGUAGES = ["/", "/search", "/layers/rivers/", "/layers/rivers/edit/", "/accounts/login/"]


@pytest.fixture
def rivers(editor: User) -> Layer:
    layer = Layer.objects.create(
        title="Rivers", slug="rivers", abstract="All of them.", owner=editor,
        west=170, south=-20, east=-170, north=-10,
    )  # fmt: skip
    Attribute.objects.create(layer=layer, name="width", description="In metres.")
    Distribution.objects.create(layer=layer, url="https://example.org/", name="Data")
    return layer


@pytest.fixture
def group(editor: User) -> Group:
    made = Group.objects.create(name="Hydrology")
    Membership.objects.create(group=made, user=editor, is_manager=True)
    return made


@pytest.fixture
def superuser(committed: None) -> User:
    return User.objects.create(username="root", is_staff=True, is_superuser=True)


def violations(page: Page, rules: list[str] | None = None, but: str = "") -> list[str]:
    """What axe finds, but in the part named; transitions of colours must have come to their end."""
    run = """([rules, but]) => Promise.all(document.getAnimations().map(a => a.finished))
        .then(() => axe.run(but ? {exclude: but} : document, rules ? {runOnly: rules} : {}))
        .then(found => found.violations.map(v => `${v.id} ${v.nodes.map(n => n.html)}`))"""
    return list(page.evaluate(run, [rules, but]))


def look_over(page: Page, name: str, picture: Picture, but: str = "") -> dict[str, object]:
    """What is wrong with the page that is open, by scheme and width. It is loaded once."""
    found: dict[str, object] = {}
    page.evaluate(AXE)
    for scheme, rules in (("light", None), ("dark", OF_COLOURS)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            wrong = violations(page, rules, but)
            wrong += ["too wide"] * (is_too_wide(page) and "admin" not in name)
            if wrong:
                found[f"{name} {scheme} {width}"] = wrong
            picture(page, f"{width}-{scheme}-{name}")
    return found


def look_at(page: Page, paths: list[str], picture: Picture) -> dict[str, object]:
    """What is wrong with each page, where something is."""
    found: dict[str, object] = {}
    for path in paths:
        page.goto(path)
        found |= look_over(page, re.sub(r"[^a-z]+", "-", path).strip("-") or "home", picture)
    return found


@pytest.mark.browser
def test_pages_for_all(browse: Browse, rivers: Layer, picture: Picture) -> None:
    # Solr, which the maps and suggestions ask, may be away here.
    page = browse(expects=[404, 503])
    assert look_at(page, FOR_ALL, picture) == {}
    answer = page.request.get("/robots.txt")
    assert answer.ok


@pytest.mark.browser
def test_pages_for_editors(
    browse: Browse, editor: User, stranger: User, rivers: Layer, group: Group, picture: Picture
) -> None:
    Layer.objects.create(title="Others", slug="others", owner=stranger)
    page = browse(editor, expects=[403, 404, 409, 503])
    assert look_at(page, [path.format(group=group.pk) for path in FOR_EDITORS], picture) == {}
    page.goto("/accounts/profile/")
    page.get_by_role("button", name="Make a token").locator("xpath=../..").get_by_role(
        "textbox"
    ).fill("Script")
    page.get_by_role("button", name="Make a token").click()
    assert look_over(page, "token", picture) == {}


@pytest.mark.browser
def test_errors_and_conflicts(
    browse: Browse, editor: User, rivers: Layer, picture: Picture
) -> None:
    """The form itself is looked over by the test above."""
    page = browse(editor, expects=[404, 409, 503])
    page.goto("/layers/rivers/edit/")
    field(page, "title").fill("")
    save(page)
    page.locator("#problems").wait_for()
    assert look_over(page, "editor-errors", picture) == {}
    field(page, "title").fill("Mine")
    Layer.objects.get(pk=rivers.pk).save()
    save(page)
    page.locator("#differences").wait_for()
    assert look_over(page, "editor-conflict", picture, but=".editor") == {}
    Layer.objects.all().delete()
    save(page)
    page.get_by_text("it was deleted meanwhile").wait_for()
    assert look_over(page, "editor-deleted", picture, but=".editor") == {}
    assert field(page, "title").input_value() == "Mine"


@pytest.mark.browser
def test_pages_for_the_staff(
    browse: Browse, superuser: User, rivers: Layer, picture: Picture
) -> None:
    paths = [path.format(rivers=rivers.pk) for path in FOR_STAFF]
    page = browse(superuser)
    for path in paths:  # the policy
        page.goto(path)
    # axe copies elements of the admin with their styles, which the policy refuses to the copies.
    assert look_at(browse(superuser, bypass_csp=True), paths, picture) == {}


@pytest.mark.browser
@pytest.mark.parametrize("language", ["de", "fr", "ar"])
def test_pages_in_other_languages(
    browse: Browse, editor: User, rivers: Layer, picture: Picture, language: str
) -> None:
    """Words are longer or run the other way; colours are the same."""
    viewport = {"width": 360, "height": 900}
    # The badge goes on asking for the layer while the test ends.
    page = browse(editor, expects=[401, 404, 503], locale=language, viewport=viewport)
    found = {}
    for path in IN_OTHER_LANGUAGES:
        page.goto(path)
        page.evaluate(AXE)
        wrong = violations(page) + ["too wide"] * is_too_wide(page)
        if wrong:
            found[path] = wrong
        picture(page, f"360-{language}-{re.sub('[^a-z]+', '-', path).strip('-') or 'home'}")
    assert found == {}
    page.goto("/layers/rivers/")
    assert page.locator("html").get_attribute("lang") == language
    assert "SECONDS" not in page.locator("[data-sync-badge]").inner_text()


@pytest.mark.browser
def test_the_keyboard_alone_edits_and_saves(browse: Browse, editor: User, rivers: Layer) -> None:
    page = browse(editor)
    page.goto("/layers/rivers/edit/")
    page.locator("#id_title").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Rivers of Fiji")
    page.locator("#id_licence").focus()
    page.keyboard.type("attribution 4.0")
    page.keyboard.press("Enter")
    assert page.locator("#id_licence-codes").input_value() == "CC-BY-4.0"
    page.locator("#id_topic_categories").focus()
    page.keyboard.type("inland")
    page.keyboard.press("Enter")
    page.locator("#id_west").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("175.5")
    page.keyboard.press("Enter")  # in a field: saves
    page.wait_for_url("**/layers/rivers/")
    rivers.refresh_from_db()
    assert (rivers.title, rivers.licence_id, rivers.west) == ("Rivers of Fiji", "CC-BY-4.0", 175.5)
    assert rivers.topic_categories.get().pk == "inlandWaters"


@pytest.mark.browser
def test_a_box_is_drawn_across_the_180th_meridian(
    browse: Browse, editor: User, rivers: Layer
) -> None:
    page = browse(editor)
    page.goto("/layers/rivers/edit/")
    canvas = page.locator(".extent-map__canvas")
    canvas.scroll_into_view_if_needed()
    page.get_by_role("button", name="Draw a box").click()
    area = canvas.bounding_box()
    assert area is not None
    middle, centre = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    page.mouse.move(middle - 40, centre - 30)
    page.mouse.down()
    page.mouse.move(middle + 40, centre + 30, steps=4)
    page.mouse.up()
    sides = [
        float(page.locator(f"#id_{side}").input_value())
        for side in ("west", "south", "east", "north")
    ]
    west, south, east, north = sides
    assert 170 < west < 180
    assert -180 < east < -170
    assert -20 < south < north < -10
