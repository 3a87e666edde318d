"""Pages stay whole whatever people write, on a telephone and on a desk."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import User
from layers.models import Distribution, Layer
from solr_sync.solr import SolrClient
from tests.browser.conftest import Browse, Picture
from tests.browser.pages import is_too_wide, search_field
from tests.browser.test_readers import wait_until_searchable
from tests.catalogue.factories import make_layer

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("workers")]

WIDTHS = (360, 768, 1440)
ATTACK = "<script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
HOSTILE: dict[str, dict[str, Any]] = {
    "script": {
        "title": f"{ATTACK} \"'><svg onload=window.hacked=1> {{{{ 7*7 }}}}",
        "abstract": f"{ATTACK}\n\n[click](javascript:window.hacked=1) ![x](https://evil.example/x)",
        "keywords": [ATTACK, "a\" onfocus=window.hacked=1 autofocus x='"],
        "organisation": ATTACK,
        "attribution": ATTACK,
        "bbox": [-180, -90, 180, 90],
    },
    "long": {"title": "w" * 800, "abstract": "x" * 5000, "organisation": "y" * 400},
    "many": {
        "title": "Words " * 80,
        "keywords": [f"keyword number {n}" for n in range(400)],
        "bbox": [13.4, 52.5, 13.4, 52.5],
    },
    "arabic": {
        "title": "خرائط المياه الجوفية في حوض النيل ‮(نسخة) — نهر",
        "abstract": "طبقات المياه\n\n* نهر\n* بحيرة",
        "keywords": ["مياه", "水", "نهر", "a"],
        "bbox": [170, -20, -170, 10],
    },
    "short": {"title": "a"},
}


@pytest.fixture
def layers(solr: SolrClient, editor: User) -> dict[str, Layer]:
    made = {}
    for name, options in HOSTILE.items():
        made[name] = make_layer(owner=editor, slug=f"hostile-{name}", **options)
    for url in ("javascript:window.hacked=1", "https://example.org/" + "z" * 900):
        Distribution.objects.create(
            layer=made["script"], url=url, name=ATTACK, protocol_id="WWW:LINK"
        )
    for layer in made.values():
        wait_until_searchable(layer)
    return made


def test_no_page_breaks(
    layers: dict[str, Layer], editor: User, browse: Browse, picture: Picture
) -> None:
    page = browse(editor)
    addresses = {f"layer-{name}": layer.get_absolute_url() for name, layer in layers.items()}
    addresses |= {"home": "/", "search": "/search", "nothing": f"/search?q={'q' * 300}"}
    addresses |= {"edit": "/layers/hostile-script/edit/", "profile": "/accounts/profile/"}
    broken = []
    for name, address in addresses.items():
        page.goto(address)
        expect(page.locator("h1").first).to_be_attached()
        assert page.evaluate("window.hacked") is None
        assert page.locator("a[href^='javascript:' i]").count() == 0
        if layer := layers.get(name.removeprefix("layer-")):
            shown = page.locator("h1").inner_text()
            assert " ".join(shown.split()) == " ".join(layer.title.split())
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            picture(page, f"hostile-{width}-{name}")
            if is_too_wide(page):
                broken.append(f"{name} at {width}")
    assert broken == []


QUERIES = [ATTACK, '"', "a AND (", "{!lucene}*:*", "\\", "title:*", "%", "-", "ن", "a" * 1000]


def test_hostile_questions_are_answered(solr: SolrClient, browse: Browse) -> None:
    page = browse()
    for words in QUERIES:
        page.goto("/search")
        search_field(page).fill(words)
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=**")
        expect(search_field(page)).to_have_value(words)
        expect(page.locator("#count")).to_be_visible()
        assert page.evaluate("window.hacked") is None
