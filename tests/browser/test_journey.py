"""The main job as a person does it: edit, see the badge turn, find the words, look at Flower."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import User
from layers.models import Layer
from services.bundle import Services
from solr_sync.solr import SolrClient
from tests.browser.conftest import Browse, Picture
from tests.browser.pages import SEARCHABLE, badge_of, choose, field, save, search, titles_of
from tests.flower.server import PASSWORD, USER, Flower, result_of
from tests.programs import Process, celery_beat, eventually

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("workers")]


def titles_in_solr(name: str) -> list[str]:
    """The workshop's own question, by plain HTTP."""
    answer = requests.get(
        f"{settings.SOLR_URL}/layers/select", params={"q": f'name:"{name}"'}, timeout=5
    )
    return [document["title"] for document in answer.json()["response"]["docs"]]


def rows_in_flower(page: Page, object_id: str) -> list[dict[str, str]]:
    """The task list as it stands on Flower's page."""
    page.reload()
    page.locator("#tasks-table td:not(.dt-empty)").first.wait_for()
    heads = page.locator("#tasks-table thead th").all_text_contents()
    rows = page.locator("#tasks-table tbody tr").all()
    found = [dict(zip(heads, row.locator("td").all_text_contents(), strict=True)) for row in rows]
    return [row for row in found if object_id in row["args"]]


@pytest.fixture
def operator(browse: Browse, flower: Flower) -> Page:
    """Flower's task list, in the window of somebody who knows the password."""
    page = browse(base_url=flower.url, http_credentials={"username": USER, "password": PASSWORD})
    page.goto("/tasks")
    return page


@pytest.fixture
def beat(workers: dict[str, Process], logs: Path) -> Iterator[None]:
    """Sends the sweep, which tries again after an outage."""
    process = celery_beat(logs)
    process.start()
    yield
    process.stop()


def test_from_signing_in_to_solr_and_flower(
    solr: SolrClient, browse: Browse, picture: Picture, flower: Flower, operator: Page
) -> None:
    User.objects.create_user("editor", "editor@example.org", "editor's own")
    page = browse()
    page.goto("/")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_label("Username").fill("editor")
    page.get_by_label("Password").fill("editor's own")
    picture(page, "journey-1-sign-in")
    page.get_by_role("button", name="Sign in").click()

    page.get_by_role("link", name="New layer").first.click()
    field(page, "title").fill("Rivers of Bavaria")
    field(page, "abstract").fill("Streams between the **Danube** and the Alps.")
    field(page, "keywords").fill("hydrology, streams")
    choose(page, "Inland waters")
    for side, degrees in {"west": "9", "south": "47.2", "east": "13.9", "north": "50.6"}.items():
        field(page, side).fill(degrees)
    picture(page, "journey-2-new-layer")
    save(page)
    expect(page).to_have_url(re.compile(r"/layers/rivers-of-bavaria/$"))
    expect(badge_of(page)).to_have_text(SEARCHABLE)
    picture(page, "journey-3-searchable")
    assert titles_in_solr("rivers-of-bavaria") == ["Rivers of Bavaria"]
    assert search(page, "danube streams") == ["Rivers of Bavaria"]
    picture(page, "journey-4-found")

    page.get_by_role("link", name="Rivers of Bavaria").click()
    page.get_by_role("link", name="Edit", exact=True).click()
    field(page, "title").fill("Watercourses of Bavaria")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Watercourses of Bavaria")
    expect(badge_of(page)).to_have_text(SEARCHABLE)
    assert titles_in_solr("rivers-of-bavaria") == ["Watercourses of Bavaria"]
    assert search(page, "watercourses") == ["Watercourses of Bavaria"]
    assert search(page, "rivers") == []

    layer = Layer.objects.get()
    tasks = eventually(
        lambda: (rows := rows_in_flower(operator, str(layer.pk))) and len(rows) == 2 and rows,
        what="one task a save, in Flower",
    )
    picture(operator, "journey-5-flower")
    for task in tasks:
        assert task["Name"] == "solr_sync.tasks.sync_document"
        assert "'layer'" in task["args"]
        assert task["State"] == "SUCCESS"
        assert re.fullmatch(r"[\d.]+ m?s", task["Runtime"])
        assert task["Worker"].startswith("index.live-")
        assert re.fullmatch(result_of("taken by Solr", str(layer.pk)), task["Result"])


def test_flowers_pages(solr: SolrClient, picture: Picture, operator: Page) -> None:
    operator.goto("/broker")
    for queue in ("index.live", "index.bulk"):
        expect(operator.locator("#queue-table")).to_contain_text(queue)
    live = operator.locator("#queue-table tr", has_text="index.live")
    assert live.locator("td").nth(4).inner_text() == "1"
    picture(operator, "flower-broker")
    operator.goto("/workers")
    expect(operator.locator("body")).to_contain_text("index.live-")
    picture(operator, "flower-workers")


def test_solr_is_away(
    solr: SolrClient,
    services: Services,
    browse: Browse,
    picture: Picture,
    operator: Page,
    editor: User,
    beat: None,
) -> None:
    layer = Layer.objects.create(title="Glaciers of Nepal", owner=editor)
    page = browse(editor)
    page.goto(layer.get_absolute_url())
    expect(badge_of(page)).to_have_text(re.compile("^searchable"))
    services.solr.stop()
    try:
        page.goto(f"/layers/{layer.slug}/edit/")
        field(page, "title").fill("Ice fields of Nepal")
        began = time.monotonic()
        save(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Ice fields of Nepal")
        assert time.monotonic() - began < 8  # it waits for no Solr; the machine may be busy
        badge = badge_of(page)
        expect(badge).to_have_text(re.compile(r"^not searchable: .+, trying again in \d+ s$"))
        expect(badge).to_contain_text("Connection refused")
        expect(badge).to_contain_text(settings.SOLR_URL)
        picture(page, "solr-away-1-badge")

        # The overview of the map has nothing to be drawn from.
        visitor = browse(expects=[503])
        visitor.goto("/search?q=ice")
        expect(visitor.locator("main")).to_contain_text("straight from the database")
        assert titles_of(visitor) == ["Ice fields of Nepal"]
        picture(visitor, "solr-away-2-search")

        def failed() -> list[dict[str, str]]:
            rows = rows_in_flower(operator, str(layer.pk))
            return [row for row in rows if row["State"] == "FAILURE"]

        (failure, *_) = eventually(failed, what="the failure in Flower")
        picture(operator, "solr-away-3-flower")
        assert settings.SOLR_URL in failure["Result"]
        assert "Connection refused" in failure["Result"]
        assert len(failure["Result"].splitlines()) == 1
    finally:
        services.solr.start()
        services.solr.wait_ready(120)
    expect(badge_of(page)).to_have_text(re.compile(r"^searchable, "), timeout=60_000)
    picture(page, "solr-away-4-searchable")
    assert titles_in_solr(layer.slug) == ["Ice fields of Nepal"]

    def succeeded() -> bool:
        rows = rows_in_flower(operator, str(layer.pk))
        return bool(rows) and rows[0]["State"] == "SUCCESS"

    eventually(succeeded, what="the success in Flower")
    picture(operator, "solr-away-5-flower")


def test_no_worker_runs(
    solr: SolrClient,
    workers: dict[str, Process],
    browse: Browse,
    picture: Picture,
    editor: User,
) -> None:
    page = browse(editor)
    workers["live"].stop()
    try:
        page.goto("/layers/new/")
        field(page, "title").fill("Dunes of Namibia")
        save(page)
        expect(badge_of(page)).to_have_text("saved · waiting")
        asked: list[Any] = []
        page.on("response", lambda answer: asked.append(answer.url.endswith("/sync")))
        page.wait_for_timeout(1500)
        assert any(asked)
        expect(badge_of(page)).to_have_text("saved · waiting")
        picture(page, "no-worker-waiting")
    finally:
        workers["live"].start()
    page.evaluate("window.same = true")
    expect(badge_of(page)).to_have_text(SEARCHABLE, timeout=60_000)
    assert page.evaluate("window.same"), "the page was loaded again"
    assert titles_in_solr("dunes-of-namibia") == ["Dunes of Namibia"]
