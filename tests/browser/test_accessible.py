"""axe finds nothing on any page, in both schemes and three widths; no page breaks its policy.

`browse` fails a test on any error of the console, and so on any violation of the policy.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from accounts.models import Group, Membership, User
from layers.models import Attribute, Distribution, Layer
from tests.browser.conftest import Browse
from tests.browser.pages import is_too_wide

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
WIDTHS = [360, 768, 1440]
FOR_ALL = ["/", "/search", "/layers/rivers/", "/accounts/login/", "/accounts/password/forgot/"]
FOR_EDITORS = [
    "/my/",
    "/layers/new/",
    "/layers/rivers/edit/",
    "/layers/rivers/access/",
    "/layers/rivers/delete/",
    "/accounts/profile/",
    "/accounts/password/",
    "/accounts/groups/{group}/",
]
FOR_STAFF = ["/staff/components/"]
ADMIN = ["/admin/", "/admin/layers/layer/", "/admin/layers/layer/add/", "/admin/accounts/user/"]


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


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    run = "axe.run().then(found => found.violations.map(v => v.id + ' ' + v.nodes[0].target))"
    return list(page.evaluate(run))


def look_at(browse: Browse, user: User | None, paths: list[str]) -> dict[str, object]:
    """What is wrong with each page, where something is."""
    found: dict[str, object] = {}
    for scheme in ("light", "dark"):
        # The map of the first page asks Solr, which may be away here.
        page = browse(user, color_scheme=scheme, expects=[503])
        for path in paths:
            page.goto(path)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                wrong = violations(page) + ["too wide"] * is_too_wide(page)
                if wrong:
                    found[f"{path} {scheme} {width}"] = wrong
    return found


@pytest.mark.browser
def test_pages_for_all(browse: Browse, rivers: Layer) -> None:
    assert look_at(browse, None, FOR_ALL) == {}


@pytest.mark.browser
def test_pages_for_editors(browse: Browse, editor: User, rivers: Layer, group: Group) -> None:
    assert look_at(browse, editor, [path.format(group=group.pk) for path in FOR_EDITORS]) == {}


@pytest.mark.browser
def test_pages_for_the_staff(browse: Browse, superuser: User) -> None:
    assert look_at(browse, superuser, FOR_STAFF) == {}


@pytest.mark.browser
@pytest.mark.parametrize("path", ADMIN)
def test_the_admin_keeps_the_policy(
    browse: Browse, superuser: User, rivers: Layer, path: str
) -> None:
    browse(superuser).goto(path)


@pytest.mark.browser
def test_the_pages_of_the_api_keep_the_policy(browse: Browse, committed: None) -> None:
    page = browse()
    page.goto("/api/docs")
    page.get_by_text("Layer catalogue").first.wait_for()


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
