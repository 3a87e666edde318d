"""Page views: what is noted, what is not, and that none is lost at a gentle stop."""

from __future__ import annotations

import time

import pytest
from django.db import DatabaseError
from django.utils import timezone

from reports import middleware, recording
from reports.models import EmptySearch, PageView
from reports.recording import Recorder, View
from tests.programs import Process, eventually


@pytest.fixture
def noted(monkeypatch, settings):
    settings.RECORD_PAGE_VIEWS = True
    seen: list = []
    monkeypatch.setattr(recording.recorder, "put", seen.append)
    return seen


@pytest.mark.django_db
def test_pages_are_noted_without_whom_and_what(client, noted, rivers, secret):
    for path in ("/search?q=secret+place", "/layers/rivers/?x=1", "/layers/secret/"):
        client.get(path, headers={"X-Forwarded-For": "198.51.100.7"})
    client.get("/accounts/password/choose/MQ/token/")
    client.get("/search.csv")
    client.get("/healthz")
    client.post("/accounts/login/")
    client.get("/no/such/page")
    views = [seen for seen in noted if isinstance(seen, View)]
    assert [(view.url, view.slug) for view in views] == [
        ("/search", ""),
        ("/layers/rivers/", "rivers"),
        ("/accounts/password/choose/<uidb64>/<token>/", ""),
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Unicorns  of\tGhana ", "unicorns of ghana"),
        ("ada@example.org", None),
        ("+49 89 1234567", None),
        ("", None),
        ("floods 1999", "floods 1999"),
    ],
)
def test_searches_without_hits_are_noted_without_personal_data(noted, typed, kept):
    middleware.nothing_found(typed)
    assert [seen.words for seen in noted] == ([kept] if kept else [])


def test_a_batch_is_written_at_once(committed, owner, rivers, django_assert_num_queries):
    now = timezone.now()
    batch: list = [View(now, "/layers/rivers/", "rivers", 200, 12), View(now, "/", "", 200, 3)]
    with django_assert_num_queries(3):
        recording.write([*batch, recording.NothingFound(now, "unicorns")])
    assert list(PageView.objects.order_by("pk").values_list("url", "layer", "ms")) == [
        ("/layers/rivers/", rivers.pk, 12),
        ("/", None, 3),
    ]
    assert EmptySearch.objects.get().words == "unicorns"


def test_views_wait_while_the_database_is_away_and_are_bounded(monkeypatch):
    def away(batch):
        raise DatabaseError("away")

    monkeypatch.setattr(recording, "write", away)
    monkeypatch.setattr(recording, "CAPACITY", 3)
    monkeypatch.setattr(recording, "close_old_connections", lambda: None)
    recorder = Recorder()
    monkeypatch.setattr(recorder, "_begin", lambda: None)
    for number in range(5):
        recorder.put(View(timezone.now(), f"/{number}", "", 200, 1))
    assert recorder.dropped == 2
    recorder.flush()
    written: list = []
    monkeypatch.setattr(recording, "write", written.extend)
    recorder.flush()
    assert [view.url for view in written] == ["/0", "/1", "/2"]


def test_nothing_is_lost_at_a_gentle_stop(committed, logs, unused_port):
    web = Process(logs / "web-page-views.log", "gunicorn", "config.wsgi", PORT=str(unused_port))
    web.start()
    address = f"http://127.0.0.1:{unused_port}"
    try:
        eventually(lambda: _get(f"{address}/healthz") == 200, within=60, what="the site")
        for _ in range(20):
            assert _get(f"{address}/accounts/login/") == 200
    finally:
        web.stop()
    assert PageView.objects.filter(url="/accounts/login/").count() == 20


def _get(address: str) -> int:
    import requests

    try:
        return requests.get(address, timeout=5).status_code
    except requests.RequestException:
        time.sleep(0.1)
        return 0


@pytest.fixture
def unused_port() -> int:
    from services import ports

    return ports.find_free()
