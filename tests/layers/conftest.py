"""A cast: the owner of a layer, a colleague of the owner's group, a stranger, the staff, nobody."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import ApiToken, Group, Membership, User
from layers.models import Layer


def _user(name: str, **kwargs) -> User:
    # No password: hashing one takes longer than most tests.
    return User.objects.create(username=name, email=f"{name}@example.org", **kwargs)


@pytest.fixture
def owner(db) -> User:
    return _user("owner")


@pytest.fixture
def colleague(group) -> User:
    user = _user("colleague")
    Membership.objects.create(group=group, user=user)
    return user


@pytest.fixture
def stranger(db) -> User:
    return _user("stranger")


@pytest.fixture
def staff(db) -> User:
    return _user("staff", is_staff=True)


@pytest.fixture
def group(owner) -> Group:
    group = Group.objects.create(name="Hydrology")
    Membership.objects.create(group=group, user=owner, is_manager=True)
    return group


@pytest.fixture
def layer(owner) -> Layer:
    return Layer.objects.create(title="Rivers of Ghana", abstract="All of them.", owner=owner)


@pytest.fixture
def sign_in():
    def client_of(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return client_of


@pytest.fixture
def call(db):
    """Calls the API as a user, with a token."""

    def send(user: User | None, method: str, path: str, data=None, **headers):
        if user is not None:
            headers["Authorization"] = f"Bearer {ApiToken.objects.issue(user)[1]}"
        sent = {"data": data, "content_type": "application/json"} if data is not None else {}
        return getattr(Client(), method)(path, headers=headers, **sent)

    return send
