from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User

PASSWORD = "a long pass phrase"


@pytest.fixture(autouse=True)
def fast_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def user(db) -> User:
    return User.objects.create_user("ama", "ama@example.org", PASSWORD, first_name="Ama")


@pytest.fixture
def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client
