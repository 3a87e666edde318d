"""Wrong passwords are slowed down, without locking out people who did nothing."""

import pytest
from django.test import Client, RequestFactory

from accounts.addresses import address_of
from tests.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def tries(client: Client, password: str, **extra) -> int:
    sent = {"username": "ama", "password": password}
    return client.post("/accounts/login/", sent, **extra).status_code


def test_the_sixth_try_waits_even_with_the_right_password(user):
    client = Client()
    assert [tries(client, "wrong") for _ in range(5)] == [200, 200, 200, 200, 429]
    page = client.post("/accounts/login/", {"username": "ama", "password": PASSWORD})
    assert page.status_code == 429
    assert "Too many wrong passwords" in page.text
    assert 'value="ama"' in page.text


def test_other_addresses_are_not_locked_out(user):
    for _ in range(5):
        tries(Client(), "wrong")
    assert tries(Client(), PASSWORD, REMOTE_ADDR="10.0.0.9") == 302


def test_the_right_password_wipes_the_slate(user):
    for _ in range(2):
        assert [tries(Client(), "wrong") for _ in range(4)] == [200] * 4
        assert tries(Client(), PASSWORD) == 302


def test_the_admin_is_guarded_alike(user):
    for _ in range(5):
        answer = Client().post("/admin/login/", {"username": "ama", "password": "wrong"})
    assert answer.status_code == 429


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("198.51.100.7", "", "198.51.100.7"),
        ("198.51.100.7", "1.1.1.1", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.5, 10.0.0.2", "203.0.113.5"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "not an address", "not an address"),
    ],
)
def test_only_our_own_proxies_are_believed(settings, remote, forwarded, address):
    settings.TRUSTED_PROXIES = ["10.0.0.0/24"]
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", REMOTE_ADDR=remote, headers=headers)
    assert address_of(request) == address
