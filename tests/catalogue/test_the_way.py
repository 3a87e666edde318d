"""The staff's test of the way to Solr."""

from __future__ import annotations

from typing import Any

from catalogue import the_way
from catalogue.tasks import way_there


def test_the_message_goes_all_the_way(workers: Any) -> None:
    way = the_way.try_the_way()
    assert way.problem == ""
    assert way.parts[0][0] == "Web to broker, confirmed"
    assert len(way.parts) == 4
    assert 0 < way.total < 10_000


def test_it_says_where_the_way_ends(db: None, monkeypatch: Any, settings: Any) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(way_there, "apply_async", refuse)
    way = the_way.try_the_way()
    assert "RabbitMQ does not take the message" in way.problem


def test_it_is_for_the_staff(staff: Any, stranger: Any, sign_in: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(the_way, "try_the_way", lambda: the_way.Way([("Web to broker", 1.25)]))
    assert sign_in(stranger).post("/staff/the-way/").status_code == 403
    page = sign_in(staff).post("/staff/the-way/").text
    assert "1.3" in page or "1.2" in page
