"""A form that is sent by somebody who was signed out meanwhile is not lost."""

import re

import pytest
from django.test import Client

from accounts.kept_forms import SESSION_KEY
from layers.models import Layer
from tests.accounts.conftest import PASSWORD
from tests.layers.test_editor import filled, least

pytestmark = pytest.mark.django_db
NEW = "/layers/new/"


def kept_in(page) -> str:
    found = re.search(r'name="kept" value="([^"]+)"', page.text)
    assert found
    return found[1]


def sign_in_again(client: Client, page, **data):
    return client.post(
        "/accounts/login/",
        {"username": "ama", "password": PASSWORD, "kept": kept_in(page), "next": NEW} | data,
    )


def test_what_was_typed_comes_back_after_signing_in_and_can_be_saved(user):
    client = Client()
    page = client.post(NEW, filled(title="Rivers of Togo"))
    assert page.status_code == 403
    assert "What you typed is kept" in page.text
    answer = sign_in_again(client, page)
    assert answer["Location"] == f"{NEW}?typed"
    page = client.get(answer["Location"])
    assert "it is not saved yet" in page.text
    for text in ("Rivers of Togo", "Ama Mensah", "https://example.org/wms", "First line."):
        assert text in page.text
    assert not Layer.objects.exists()
    assert client.post(NEW, filled(title="Rivers of Togo")).status_code == 302
    assert Layer.objects.get().title == "Rivers of Togo"
    assert SESSION_KEY not in client.session
    assert "Rivers of Togo" not in client.get(f"{NEW}?typed").content.decode().split("<main")[1]


def test_a_wrong_password_does_not_lose_it(user):
    client = Client()
    page = client.post(NEW, least(title="Rivers of Togo"))
    page = sign_in_again(client, page, password="wrong")
    assert page.status_code == 200
    assert sign_in_again(client, page)["Location"] == f"{NEW}?typed"


def test_nothing_is_stored_for_people_who_are_not_signed_in(client):
    client.post(NEW, least(title="Rivers of Togo"))
    assert SESSION_KEY not in client.session


def test_what_others_made_up_is_not_shown(user):
    answer = Client().post(
        "/accounts/login/", {"username": "ama", "password": PASSWORD, "kept": "made:up"}
    )
    assert answer["Location"] == "/"


def test_passwords_are_not_kept(client, user):
    page = client.post("/accounts/profile/", {"first_name": "Ama", "new_password1": "sesame"})
    sign_in_again(client, page)
    assert client.session[SESSION_KEY] == ["/accounts/profile/", {"first_name": ["Ama"]}]


def test_a_form_from_before_another_sign_in_comes_back_too(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    answer = client.post(NEW, least(title="Rivers of Togo", csrfmiddlewaretoken="old"))
    assert answer["Location"] == f"{NEW}?typed"
    assert "Rivers of Togo" in client.get(answer["Location"]).text


def test_a_form_of_another_site_does_not(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    answer = client.post(NEW, least(title="x"), headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert SESSION_KEY not in client.session
