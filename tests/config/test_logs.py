"""Logs: JSON or plain, one id from browser to task to Solr, no secrets."""

from __future__ import annotations

import json
import logging

import pytest
from celery import current_app, shared_task

from config import request_ids
from config.logs import Context, Json, Plain, without_secrets
from solr_sync import solr


def record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    found = logging.makeLogRecord({"name": "jobs.x", "msg": message, "args": arguments} | extra)
    Context().filter(found)
    return found


@pytest.fixture
def request_id():
    token = request_ids._current.set("abc-1")
    yield "abc-1"
    request_ids._current.reset(token)


def test_a_line_is_json(request_id):
    line = json.loads(Json().format(record("Starting %s", "a job", ms=1.5, request=object())))
    assert line["message"] == "Starting a job"
    assert (line["logger"], line["request_id"], line["ms"]) == ("jobs.x", "abc-1", 1.5)
    assert "request" not in line


def test_a_line_for_people(request_id):
    plain = Plain("{levelname} {name}:{short_id} {message}", style="{")
    assert plain.format(record("done", level="INFO")).endswith("jobs.x: [abc-1] done")


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("amqp://user:p4ss@host:5672/x", "amqp://user:…@host:5672/x"),
        ("Authorization: Bearer abcdefgh1234", "Authorization: Bearer …"),
        ("password=hunter2 and", "password=… and"),
        ("at /accounts/password/choose/MQ/c1-xyz/", "at /accounts/password/choose/…/"),
        ("mail to ada@example.org", "mail to …@…"),
        ("Rivers of Ghana", "Rivers of Ghana"),
    ],
)
def test_secrets_are_cut_out(said, written):
    assert without_secrets(said) == written


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["from-the-browser.1", "", "a b", "x" * 65, "evil\u00e9"])
def test_the_id_of_a_request_is_kept_or_made(client, given):
    sent = {"X-Request-ID": given} if given else {}
    answered = client.get("/healthz", headers=sent)["X-Request-ID"]
    assert (answered == given) == bool(request_ids.GOOD.fullmatch(given))
    assert request_ids.GOOD.fullmatch(answered)


@pytest.mark.django_db
def test_a_request_is_logged_by_its_route(client, caplog):
    with caplog.at_level("INFO", logger="config"):
        client.get("/search?q=my+secret+place")
        client.get("/no/such/page")
    assert "GET /search 200 in" in caplog.text
    assert "secret" not in caplog.text
    assert "(no such address) 404" in caplog.text


def test_messages_carry_the_id_and_tasks_take_it_up(request_id):
    headers: dict[str, str] = {}
    request_ids.send_along(headers=headers)
    assert headers == {request_ids.IN_MESSAGES: "abc-1"}
    seen = []

    @shared_task(name="tests.config.see", ignore_result=True)
    def see() -> None:
        seen.append(request_ids.current())

    task = current_app.tasks["tests.config.see"]
    task.apply(headers={request_ids.IN_MESSAGES: "of-the-message"})
    assert seen == ["of-the-message"]
    assert request_ids.current() == ""


def test_solr_is_told_the_id(request_id, monkeypatch):
    sent = {}

    class Answer:
        status_code = 200

    def answer(method, url, **options):
        sent.update(options["headers"])
        return Answer()

    monkeypatch.setattr(solr.session(), "request", answer)
    solr.request("get", "http://127.0.0.1:9/solr/x", headers={"A": "b"})
    assert sent == {"A": "b", "X-Request-ID": "abc-1"}
