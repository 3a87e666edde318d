"""A real browser in front of the real web server, on the test database.

A window that logs an error, asks another host for anything or gets an answer that nobody expected
fails its test.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from accounts.models import User
from services import ports
from services.installation import browser
from tests.browser.map_services import running_map_service
from tests.flower.server import Flower, running_flower
from tests.programs import PROJECT, Process, answers, eventually

PICTURES = PROJECT / "var" / "screenshots"
FLAGS = [
    "--no-sandbox",  # root can't have one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PATIENCE = 15_000  # milliseconds

Browse = Callable[..., Page]
Picture = Callable[[Page, str], None]


@pytest.fixture(scope="session")
def maps() -> Iterator[str]:
    """The address of map services, which the operator of the site allows pages to ask."""
    with running_map_service() as server:
        yield f"http://127.0.0.1:{server.server_port}"


@pytest.fixture(scope="session")
def site(django_db_setup: None, django_db_blocker: Any, logs: Path, maps: str) -> Iterator[str]:
    """The address of gunicorn, which runs as in production."""
    port = ports.find_free()
    address = f"http://127.0.0.1:{port}"
    settings = {"PORT": str(port), "SITE_URL": address, "SIGN_UP": "1", "MAP_SOURCES": maps}
    with django_db_blocker.unblock():
        web = Process(logs / "web.log", "gunicorn", "config.wsgi", **settings)
        web.start()
    try:
        eventually(lambda: answers(f"{address}/healthz"), within=60, what=f"the site ({web.log})")
        yield address
    finally:
        web.stop()


@pytest.fixture(scope="package")
def flower(worker_processes: dict[str, Process], tmp_path_factory: Any) -> Iterator[Flower]:
    with running_flower(tmp_path_factory.mktemp("flower")) as found:
        yield found


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Closed after the last test of this folder: as long as it is open, an event loop runs in this
    thread, and Django refuses its database there unless told."""
    expect.set_options(timeout=PATIENCE)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        found = playwright.chromium.launch(executable_path=browser(), args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def browse(chromium: Browser, site: str, committed: None) -> Iterator[Browse]:
    """Opens a window: `browse(user, expects=[403], java_script_enabled=False)`.

    `expects` are statuses of errors that belong to the test; other options are Playwright's.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_window(user: User | None = None, expects: Iterable[int] = (), **options: Any) -> Page:
        options = {"base_url": site, "viewport": {"width": 1280, "height": 900}} | options
        context = chromium.new_context(**options)
        contexts.append(context)
        listen(context, complaints, set(expects))
        context.set_default_timeout(PATIENCE)
        if user is not None:
            sign_in(context, user, site)
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []


def listen(context: BrowserContext, complaints: list[str], expects: set[int]) -> None:
    def note(what: str, about: str) -> None:
        complaints.append(f"{what}: {about}")

    def on_request(request: Any) -> None:
        if urlsplit(request.url).hostname != "127.0.0.1" and not request.url.startswith("data:"):
            note("request to another host", request.url)

    def on_failure(request: Any) -> None:
        # Leaving a page ends what it still waits for.
        if request.failure != "net::ERR_ABORTED":
            note(f"request failed, {request.failure}", request.url)

    def on_response(response: Any) -> None:
        if response.status >= 400 and response.status not in expects:
            note(f"status {response.status}", response.url)

    def on_console(message: Any) -> None:
        # The statuses are looked at above.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            note("console", message.text)

    def on_dialog(dialog: Any) -> None:
        note("dialog", dialog.message)
        dialog.dismiss()

    context.on("request", on_request)
    context.on("requestfailed", on_failure)
    context.on("response", on_response)
    context.on("console", on_console)
    context.on("weberror", lambda error: note("script", str(error.error)))
    context.on("dialog", on_dialog)


def sign_in(context: BrowserContext, user: User, site: str) -> None:
    """Without the form: hashing a password takes longer than most tests."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])


@pytest.fixture
def picture() -> Picture:
    """Keeps what the window shows as a picture in var/screenshots, when asked to: `make pictures`.

    They take longer than all that the tests look at.
    """
    PICTURES.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        if os.environ.get("PICTURES"):
            page.screenshot(path=PICTURES / f"{name}.png")

    return take


@pytest.fixture
def editor(committed: None) -> User:
    return User.objects.create(username="editor", email="editor@example.org")


@pytest.fixture
def stranger(committed: None) -> User:
    return User.objects.create(username="stranger", email="stranger@example.org")
