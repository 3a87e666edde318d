"""A collection of Solr for these tests alone, and a cast of readers."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Group, Membership, User
from catalogue.search import solr
from layers.models import Layer
from solr_sync import solr_collections
from solr_sync.exceptions import SolrUnavailable
from solr_sync.registry import registry
from solr_sync.solr import SolrClient

versions = count(1)


@pytest.fixture(scope="session")
def collection() -> Iterator[str]:
    try:
        solr_collections.names()
    except SolrUnavailable as error:
        if "SOLR_URL" in os.environ:
            raise
        pytest.skip(str(error))
    name = f"catalogue_test_{uuid.uuid4().hex[:8]}"
    configset = replace(solr_collections.configset_of("layers"), collection=name)
    solr_collections.upload(configset)
    solr_collections.create(name, configset)
    yield name
    solr_collections.admin("collections", action="DELETE", name=name)
    solr_collections.admin("configs", action="DELETE", name=configset.name)


@pytest.fixture
def client_of_solr(collection, monkeypatch) -> Iterator[SolrClient]:
    """The catalogue asks this collection, which is empty again afterwards."""
    monkeypatch.setattr(solr, "COLLECTION", collection)
    solr.breaker.reset()
    found = SolrClient(collection)
    yield found
    found.delete(q="*:*", softCommit=True)  # a hard commit takes ten times as long
    found.commit_softly()


@pytest.fixture
def index(client_of_solr) -> Callable[..., None]:
    """Sends layers to Solr as the engine does, and waits until they are found."""

    def send(*layers: Layer) -> None:
        document = registry["layer"]
        documents = []
        for _key, fields in document.build([str(layer.pk) for layer in layers]):
            assert isinstance(fields, dict), fields
            documents.append(fields | {"sync_version": next(versions), "deleted": False})
        client_of_solr.post_documents(documents)
        client_of_solr.commit_softly()

    return send


@pytest.fixture
def without_solr(monkeypatch) -> None:
    """Nothing listens there."""
    monkeypatch.setattr(settings, "SOLR_URL", "http://127.0.0.1:9/solr")
    solr.breaker.reset()


@pytest.fixture(autouse=True)
def breaker_closed() -> Iterator[None]:
    yield
    solr.breaker.reset()


def user(name: str, **options) -> User:
    return User.objects.create_user(name, f"{name}@example.org", **options)  # signed in by force


@pytest.fixture
def owner(db) -> User:
    return user("owner")


@pytest.fixture
def group(owner) -> Group:
    return Group.objects.create(name="Hydrology")


@pytest.fixture
def member(group) -> User:
    found = user("member")
    Membership.objects.create(group=group, user=found)
    return found


@pytest.fixture
def stranger(db) -> User:
    return user("stranger")


@pytest.fixture
def staff(db) -> User:
    return user("staff", is_staff=True)


@pytest.fixture
def sign_in() -> Callable[[User | None], Client]:
    def client_of(reader: User | None) -> Client:
        client = Client()
        if reader is not None:
            client.force_login(reader)
        return client

    return client_of
