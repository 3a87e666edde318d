import threading

from kombu import Connection

from catalogue import health
from catalogue.health import examine


def test_a_living_process_says_so(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def fine() -> None:
    pass


def broken() -> None:
    raise ConnectionError("amqp://catalogue:s3cret@broker/ refused")


def test_each_dependency_has_its_own_answer(client, monkeypatch):
    monkeypatch.setattr(
        health, "PROBES", {"database": fine, "broker": broken, "solr": broken, "worker": broken}
    )
    answer = client.get("/readyz")
    assert answer.status_code == 200
    content = answer.json()
    assert set(content) == {"database", "broker", "solr", "worker"}
    assert all(set(part) == {"ok", "ms", "message"} for part in content.values())
    assert content["database"]["ok"]
    assert not content["broker"]["ok"]
    assert content["broker"]["message"]


def test_no_message_tells_a_password(client, monkeypatch):
    monkeypatch.setattr(health, "PROBES", {"database": fine, "broker": broken})
    assert b"s3cret" not in client.get("/readyz").content


def test_only_a_missing_database_makes_it_unready(client, monkeypatch):
    monkeypatch.setattr(health, "PROBES", {"database": broken, "solr": fine})
    assert client.get("/readyz").status_code == 503


def _wait_for(event: threading.Event) -> None:
    event.wait()


def test_a_probe_that_hangs_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(health, "DEADLINE", 0.1)
    release = threading.Event()
    found = examine({"database": fine, "solr": lambda: _wait_for(release)})
    release.set()
    assert found["database"].ok
    assert found["solr"].message == "no answer in time"


def test_a_broker_that_is_away_is_found_out_at_once(monkeypatch):
    away = Connection("amqp://u:p@127.0.0.1:9//", connect_timeout=1)
    monkeypatch.setattr(health, "_broker_connection", lambda: away)
    found = examine({"broker": health.broker})
    assert not found["broker"].ok
    assert found["broker"].ms < 2000
