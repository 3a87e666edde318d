"""What people and programs are told when the database dies under them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test import Client

from accounts.models import User
from layers import services
from layers.models import Layer

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(db: None) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create(username="editor", is_staff=True))
    return client


@pytest.fixture
def layer(db: None) -> Layer:
    return Layer.objects.create(title="Rivers")


@pytest.fixture
def dead(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The connection ends in the middle of an edit."""

    def save(self: Any, *_args: Any, **_options: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(Layer, "save", save)
    return monkeypatch


def form(layer: Layer) -> dict[str, Any]:
    data: dict[str, Any] = {"version": layer.version, "title": "Rivers & <streams>"}
    for part in ("temporal", "dates", "contacts", "links", "attributes"):
        data |= {f"{part}-TOTAL_FORMS": 0, f"{part}-INITIAL_FORMS": 0}
    return data | {
        "abstract": "One line.\nAnother.",
        "keywords": "water\nfloods",
        "resource_type": "dataset",
        "metadata_language": "eng",
        "visibility": "public",
        "state": "published",
    }


def kept(page: str) -> dict[str, str]:
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {unescape(name): unescape(value) for name, value in fields}


def test_what_was_typed_is_kept_and_sent_again(
    client: Client, layer: Layer, dead: pytest.MonkeyPatch
) -> None:
    address = f"/layers/{layer.slug}/edit/"
    answer = client.post(address, form(layer))
    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "The database does not answer." in page
    layer.refresh_from_db()
    assert (layer.title, layer.keywords.count()) == ("Rivers", 0)  # nothing half saved
    dead.undo()
    assert client.post(address, kept(page)).status_code == 302
    layer.refresh_from_db()
    assert (layer.title, layer.abstract) == ("Rivers & <streams>", "One line.\nAnother.")
    assert layer.keywords.count() == 2


def test_a_password_stands_on_no_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_options: Any) -> None:
        raise OperationalError("away")

    monkeypatch.setattr("accounts.forms.SignInForm.is_valid", fail)
    client.logout()
    answer = client.post("/accounts/login/", {"username": "editor", "password": "secret-word"})
    assert answer.status_code == 503
    assert b"secret-word" not in answer.content


def test_a_program_gets_one_line(client: Client, layer: Layer, dead: pytest.MonkeyPatch) -> None:
    answer = client.patch(
        f"/api/layers/{layer.pk}",
        {"title": "Streams"},
        content_type="application/json",
        headers={"If-Match": f'"{layer.version}"'},
    )
    assert answer.status_code == 503
    assert answer.json() == {"detail": "The database does not answer."}


def test_the_drivers_own_error_is_told_alike(
    client: Client, layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it comes when the connection ends between two parts of a long answer."""

    def fail(*_args: Any, **_options: Any) -> None:
        driver: Any = connection.Database  # type: ignore[attr-defined]
        raise driver.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(Layer, "save", fail)
    answer = client.post(f"/layers/{layer.slug}/edit/", form(layer))
    assert answer.status_code == 503
    assert "The database does not answer." in answer.content.decode()


@pytest.mark.parametrize(
    "error",
    [
        IntegrityError("violates foreign key constraint"),  # a row that somebody has just removed
        Layer.DoesNotExist("Layer matching query does not exist."),
        OperationalError("deadlock detected"),
    ],
    ids=["referred to", "removed", "deadlock"],
)
def test_two_who_change_the_same_at_once(
    client: Client, layer: Layer, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    class Deadlock(Exception):
        pgcode = "40P01"

    def fail(*_args: Any, **_options: Any) -> None:
        raise error from Deadlock()

    monkeypatch.setattr(Layer, "save", fail)
    address = f"/layers/{layer.slug}/edit/"
    answer = client.post(address, form(layer))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody else changed the same at the same moment. Nothing was saved." in page
    monkeypatch.undo()
    assert client.post(address, kept(page)).status_code == 302
    layer.refresh_from_db()
    assert layer.title == "Rivers & <streams>"


def test_other_errors_offer_no_second_sending(
    client: Client, layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_options: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(services, "edit", fail)
    answer = client.post(f"/layers/{layer.slug}/edit/", form(layer))
    assert answer.status_code == 500
    assert b"Something went wrong" in answer.content
    assert b"<form" not in answer.content
