"""Making an account, and choosing a new password where it was forgotten."""

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db
ADA = {"username": "ada", "email": "ada@example.org", "first_name": "Ada", "last_name": ""}
NEW = "another long pass phrase"


@pytest.fixture
def open_sign_up(settings):
    settings.SIGN_UP = True


def path_in_mail() -> str:
    found = re.search(r"http://[^/\s]+(/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def choose_password(client: Client, password: str = NEW):
    answer = client.get(path_in_mail())
    sent = {"new_password1": password, "new_password2": password}
    return client.post(answer["Location"], sent, follow=True)


def test_sign_up_is_off_unless_switched_on(client):
    assert client.get("/accounts/sign-up/").status_code == 404
    assert client.post("/accounts/sign-up/", ADA).status_code == 404
    assert "sign-up" not in client.get("/accounts/login/").text
    assert not User.objects.exists()


def test_an_account_is_opened_by_the_link_of_a_mail(client, open_sign_up):
    assert "sign-up" in client.get("/accounts/login/").text
    answer = client.post("/accounts/sign-up/", ADA, follow=True)
    assert "Look into your mail" in answer.text
    assert mail.outbox[0].to == ["ada@example.org"]
    page = choose_password(client)
    assert "you are signed in" in page.text
    assert User.objects.get().check_password(NEW)


def test_a_weak_password_opens_nothing(client, open_sign_up):
    client.post("/accounts/sign-up/", ADA)
    assert "too short" in choose_password(client, "12345").text
    assert not User.objects.get().has_usable_password()


def test_a_second_mail_can_be_had(client, open_sign_up):
    client.post("/accounts/sign-up/", ADA)
    client.post("/accounts/sign-up/", ADA)
    assert len(mail.outbox) == 2
    assert User.objects.count() == 1


def test_a_name_that_is_taken_is_said(client, user, open_sign_up):
    page = client.post("/accounts/sign-up/", ADA | {"username": "AMA"})
    assert "is taken" in page.text
    assert mail.outbox == []


def test_a_known_address_is_told_by_mail_alone(client, user, open_sign_up):
    answer = client.post("/accounts/sign-up/", ADA | {"email": "ama@example.org"}, follow=True)
    assert "Look into your mail" in answer.text
    assert "You have one already: “ama”" in mail.outbox[0].body
    assert User.objects.count() == 1


def test_without_a_mail_server_no_account_is_made(client, open_sign_up, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("accounts.sign_up.send_mail", refuse)
    assert "could not be sent" in client.post("/accounts/sign-up/", ADA).text
    assert not User.objects.exists()


def test_a_forgotten_password_is_replaced(client, user):
    answer = client.post("/accounts/password/forgot/", {"email": "ama@example.org"}, follow=True)
    assert "Look into your mail" in answer.text
    assert "“ama”" in mail.outbox[0].body
    assert "you are signed in" in choose_password(client).text
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_a_link_works_once(client, user):
    client.post("/accounts/password/forgot/", {"email": "ama@example.org"})
    choose_password(client)
    assert "expired or was used" in Client().get(path_in_mail()).text


def test_unknown_addresses_are_answered_alike(client):
    answer = client.post("/accounts/password/forgot/", {"email": "x@example.org"}, follow=True)
    assert "Look into your mail" in answer.text
    assert mail.outbox == []
