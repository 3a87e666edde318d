"""A Solr that is slow, holds its answers or gives parts of them: no page waits for long."""

import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from catalogue.search import database, solr
from catalogue.search.patience import SECONDS, patience, time_left
from solr_sync.exceptions import SolrUnavailable
from tests.catalogue.factories import make_layer
from tests.faults.proxy import BlackHole, SolrProxy

pytestmark = pytest.mark.django_db
LONGEST = 3.0
PAGES = ("/search?q=river", "/api/search?q=river", "/api/suggest?q=river", "/", "/search.csv")


@pytest.fixture
def proxy(client_of_solr, monkeypatch):
    found = SolrProxy(urlsplit(settings.SOLR_URL).port or 80)
    monkeypatch.setattr(settings, "SOLR_URL", found.url)
    yield found
    found.close()


@pytest.fixture
def river(index):
    layer = make_layer("Rivers")
    index(layer)
    return layer


def took(client, path):
    began = time.monotonic()
    answer = client.get(path)
    text = b"".join(answer) if answer.streaming else answer.content
    return time.monotonic() - began, answer, text.decode()


def test_no_page_waits_for_a_solr_that_holds_its_answers(river, proxy, client):
    """The first one waits; the breaker spares the others that. All show what the database has."""
    hole = BlackHole(10)
    client.get(PAGES[0])  # compiles the templates
    with proxy.doing(hole):
        for path in (*PAGES, f"/layers/{river.slug}/"):
            solr.breaker.reset()
            seconds, answer, text = took(client, path)
            assert answer.status_code == 200, path
            assert seconds < LONGEST, path
            assert "Rivers" in text, path
        seconds, _answer, _text = took(client, PAGES[0])
        assert seconds < 1
        hole.released.set()


@dataclass
class Slow:
    """Each answer takes as long as Solr is waited for at most; the sum is what must not grow."""

    seconds: float = 0.9
    asked: list[str] = field(default_factory=list)

    def __call__(self, exchange: Any, forward: Any) -> None:
        self.asked.append(exchange.path)
        time.sleep(self.seconds)
        forward()


def test_a_page_of_many_questions_is_not_many_times_as_slow(river, proxy, client):
    """A misspelt question without a hit asks Solr six times, if there is time."""
    client.get(PAGES[0])
    slow = Slow()
    with proxy.doing(slow):
        seconds, answer, _text = took(client, "/search?q=rivrs+volcano+lagoon&topic=oceans")
    assert answer.status_code == 200
    assert seconds < LONGEST
    assert 2 <= len(slow.asked) <= 3


def test_the_time_of_a_page_is_shared():
    assert time_left(9) == 9
    with patience(0.4):
        assert 0.3 < time_left(9) <= 0.4
        assert time_left(0.1) == 0.1
    with patience(0), pytest.raises(SolrUnavailable, match="all the time"):
        time_left(9)
    assert SECONDS + database.SECONDS < LONGEST


def test_a_part_of_the_hits_is_called_a_part(river, proxy, client):
    def ran_out(exchange: Any, forward: Any) -> None:
        forward()
        answer = json.loads(exchange.answer)
        answer["responseHeader"]["partialResults"] = True
        exchange.answer = json.dumps(answer).encode()

    with proxy.doing(ran_out):
        assert client.get("/api/search?q=river").json()["partial"] is True
        assert "some results are missing" in client.get("/search?q=river").content.decode()


def test_a_slow_database_in_solrs_place_is_ended_too(without_solr, client, monkeypatch):
    make_layer("Rivers")
    monkeypatch.setattr(database, "SECONDS", 0)
    content = client.get("/api/search?q=river").json()
    assert (content["source"], content["partial"], content["results"]) == ("database", True, [])
    text = client.get("/search?q=river").content.decode()
    assert "some results are missing" in text
