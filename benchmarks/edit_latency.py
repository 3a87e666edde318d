"""From the click on Save to the moment when Solr itself finds the new title.

    python -m benchmarks.edit_latency --url http://127.0.0.1:8000 --solr http://127.0.0.1:8983/solr

edits a layer of its own in a real browser against a catalogue that runs, and deletes it again. The
last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
import time
from dataclasses import dataclass

import requests
from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
POLL_SECONDS = 0.01
LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Edit:
    """Seconds from the click on."""

    answered: float
    searchable: float


class Watch(threading.Thread):
    """Asks Solr the workshop's question until it answers with the title."""

    def __init__(self, solr: str, slug: str, title: str) -> None:
        super().__init__(daemon=True)
        self.address = f"{solr}/layers/select"
        self.question = {"q": f'name:"{slug}"', "fl": "title"}
        self.title = title
        self.seen_at: float | None = None

    def run(self) -> None:
        end = time.monotonic() + LONGEST_SECONDS
        with requests.Session() as session:
            while time.monotonic() < end:
                answer = session.get(self.address, params=self.question, timeout=10).json()
                titles = [document["title"] for document in answer["response"]["docs"]]
                if self.title in titles:
                    self.seen_at = time.monotonic()
                    return
                time.sleep(POLL_SECONDS)


def sign_in(page: Page, user: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.locator("[name=username]").fill(user)
    page.locator("[name=password]").fill(password)
    page.locator("[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


def create(page: Page, title: str) -> str:
    """Returns the slug."""
    page.goto("/layers/new/")
    save(page, title)
    return page.url.rstrip("/").rpartition("/")[2]


def save(page: Page, title: str) -> float:
    """Returns when Save was clicked."""
    page.locator("#editor [name=title]").fill(title)
    button = page.locator("#editor .editor__actions button[type=submit]").first
    button.scroll_into_view_if_needed()
    began = time.monotonic()
    button.click()
    page.locator("[data-sync-badge]").wait_for()
    return began


def measure(page: Page, solr: str, slug: str, title: str) -> Edit:
    page.goto(f"/layers/{slug}/edit/")
    watch = Watch(solr, slug, title)
    watch.start()
    began = save(page, title)
    answered = time.monotonic() - began
    watch.join(LONGEST_SECONDS)
    if watch.seen_at is None:
        raise SystemExit(f"Solr did not find {title!r} within {LONGEST_SECONDS:g} s")
    return Edit(answered, watch.seen_at - began)


def delete(page: Page, slug: str) -> None:
    page.goto(f"/layers/{slug}/delete/")
    page.locator(f"form[action='/layers/{slug}/delete/'] button").click()
    page.wait_for_url(lambda url: "/delete/" not in url)


def run(options: argparse.Namespace) -> list[Edit]:
    mark = f"{time.time_ns():x}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(base_url=options.url)
        sign_in(page, options.user, options.password)
        slug = create(page, f"Latency {mark}")
        try:
            return [
                measure(page, options.solr, slug, f"Latency {mark}, edit {number}")
                for number in range(1, options.edits + 1)
            ]
        finally:
            delete(page, slug)
            browser.close()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.edit_latency")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="the catalogue")
    parser.add_argument("--solr", default="http://127.0.0.1:8983/solr")
    parser.add_argument("--user", default="editor")
    parser.add_argument("--password", default="editor")
    parser.add_argument("--edits", type=int, default=20)
    return parser.parse_args()


def main() -> None:
    report(run(arguments()))


def report(edits: list[Edit]) -> None:
    print("edit   page answers   found in Solr   (seconds after the click on Save)")
    for number, edit in enumerate(edits, 1):
        print(f"{number:4}   {edit.answered:12.2f}   {edit.searchable:13.2f}")
    searchable = [edit.searchable for edit in edits]
    answered = [edit.answered for edit in edits]
    summary = {
        "edits": len(edits),
        "searchable_median_s": round(statistics.median(searchable), 3),
        "searchable_worst_s": round(max(searchable), 3),
        "page_median_s": round(statistics.median(answered), 3),
        "page_worst_s": round(max(answered), 3),
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
