"""The same cast as in tests/layers, and the layers that pages are shown of."""

from __future__ import annotations

import pytest

from accounts.models import User
from layers.models import Layer
from tests.catalogue.conftest import breaker_closed, without_solr
from tests.layers.conftest import group, owner, sign_in, staff, stranger

__all__ = [
    "breaker_closed", "group", "owner", "sign_in", "staff", "stranger", "without_solr",
]  # fmt: skip


@pytest.fixture(autouse=True)
def fast_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def superuser(db) -> User:
    return User.objects.create(username="root", is_staff=True, is_superuser=True)


@pytest.fixture
def rivers(owner) -> Layer:
    return Layer.objects.create(title="Rivers", slug="rivers", owner=owner)


@pytest.fixture
def secret(owner) -> Layer:
    return Layer.objects.create(title="Secret", slug="secret", owner=owner, visibility="private")
