"""The layer page at work: maps of its services, copying, and nothing that jumps."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from layers.models import Distribution, Layer
from tests.browser.conftest import Browse, Picture
from tests.browser.pages import is_too_wide

pytestmark = pytest.mark.browser

MAPPED = ("/layers/rivers/", "/layers/rivers/edit/")
SHIFTS = """window.shifted = 0; new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: "layout-shift", buffered: true})"""


@pytest.fixture
def layer(editor: User, maps: str) -> Layer:
    made = Layer.objects.create(
        title="Rivers", slug="rivers", name="rivers", abstract="All of them.", owner=editor,
        west=-3.3, south=4.7, east=1.2, north=11.2,
    )  # fmt: skip
    links = [
        ("OGC:WMS", f"{maps}/wms?service=WMS&request=GetCapabilities"),
        ("OGC:WMTS", f"{maps}/wmts"),
        ("XYZ", f"{maps}/tiles/{{z}}/{{x}}/{{y}}.png"),
        ("GeoJSON", f"{maps}/rivers.geojson"),
        ("OGC:WMS", f"{maps}/wms?layers=unknown"),
        ("XYZ", f"{maps}/broken/{{z}}/{{x}}/{{y}}"),
        ("OGC:WMS", "https://maps.example.org/wms"),
    ]
    for protocol, url in links:
        Distribution.objects.create(layer=made, protocol_id=protocol, url=url)
    return made


def test_maps_of_services_are_shown_when_they_answer(
    browse: Browse, layer: Layer, picture: Picture
) -> None:
    page = browse(expects=[500])
    page.goto("/layers/rivers/")
    said = page.locator("[data-said]")
    assert page.locator("#preview option").count() == 7  # six services, and none
    for number in range(4):
        page.locator("#preview").select_option(index=number)
        expect(said).to_contain_text("The map comes from 127.0.0.1")
        picture(page, f"layer-preview-{number}")
    for number in (4, 5):
        page.locator("#preview").select_option(index=number)
        expect(said).to_contain_text("does not answer with a map of this layer")
    picture(page, "layer-preview-silent")
    expect(page.locator("main")).to_contain_text("has not allowed maps of maps.example.org")


def test_an_address_and_a_citation_are_copied(browse: Browse, layer: Layer) -> None:
    page = browse(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/layers/rivers/")
    page.get_by_role("button", name="Copy the address").nth(1).click()
    assert page.evaluate("navigator.clipboard.readText()").endswith("/wmts")
    page.get_by_role("button", name="Copy as BibTeX").click()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@misc{rivers,")


def test_on_paper_links_have_addresses_and_nothing_is_there_to_press(
    solr_collection: str, browse: Browse, layer: Layer, picture: Picture
) -> None:
    named = Distribution.objects.create(layer=layer, url="https://example.org/a.zip", name="Data")
    page = browse(viewport={"width": 700, "height": 900})
    for path in ("/search", "/layers/rivers/"):
        page.goto(path)
        page.emulate_media(media="print")
        expect(page.get_by_role("heading", level=1).first).to_be_attached()
        for gone in ("nav", "button", "summary", ".site-header", ".site-footer"):
            assert page.locator(f"{gone}:visible").count() == 0, (path, gone)
        assert not is_too_wide(page)
        picture(page, f"print{path.replace('/', '-').rstrip('-')}")
    link = page.get_by_role("link", name=named.name)
    content = link.evaluate("link => getComputedStyle(link, '::after').content")
    assert named.url in content


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_jumps_when_parts_arrive(
    solr_collection: str, browse: Browse, editor: User, layer: Layer, width: int
) -> None:
    page = browse(editor, viewport={"width": width, "height": 900})
    page.add_init_script(SHIFTS)
    found = {}
    for path in ("/", "/search", "/layers/rivers/", "/layers/rivers/edit/"):
        page.goto(path)
        if path in MAPPED or (path == "/search" and width > 1000):
            page.locator("canvas").first.wait_for()
        found[path] = round(shift_of(page), 3)
    # A tenth is what web vitals call good; half of it is not seen.
    assert {path: shift for path, shift in found.items() if shift > 0.05} == {}


def shift_of(page: Page) -> float:
    return float(page.evaluate("window.shifted"))
