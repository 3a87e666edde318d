"""What an operator does with the ledger in the admin."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from layers.models import Layer
from solr_sync.models import LedgerEntry
from tests.solr_sync.conftest import entry_of

LIST = "admin:solr_sync_ledgerentry_changelist"


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("admin", password="admin"))
    return client


@pytest.fixture
def parked(db: None) -> Layer:
    layer = Layer.objects.create(title="Rivers")
    LedgerEntry.objects.update(parked_at=timezone.now(), due_at=None, error="maxY must be >= minY")
    return layer


def test_parked_documents_are_found_with_their_reason(admin: Client, parked: Layer) -> None:
    Layer.objects.create(title="Lakes")
    page = admin.get(reverse(LIST), {"state": "parked"}).content.decode()
    assert str(parked.pk) in page
    assert "maxY must be &gt;= minY" in page
    assert "1 document" in page


def test_a_retry_makes_them_due(admin: Client, parked: Layer) -> None:
    data = {"action": "retry", "_selected_action": [entry_of(parked).pk]}
    assert admin.post(reverse(LIST), data, follow=True).status_code == 200
    entry = entry_of(parked)
    assert entry.parked_at is None
    assert entry.due_at is not None
    assert entry.error == ""


def test_nobody_writes_the_ledger_by_hand(admin: Client, parked: Layer) -> None:
    assert admin.get(reverse("admin:solr_sync_ledgerentry_add")).status_code == 403
    change = reverse("admin:solr_sync_ledgerentry_change", args=[entry_of(parked).pk])
    page: Any = admin.get(change)
    assert page.status_code == 200
    assert b'name="_save"' not in page.content


@pytest.mark.parametrize(
    "model", ["ledgerentry", "relatedchange", "collection", "auditrun", "rebuild", "target"]
)
def test_lists_take_the_same_queries_for_one_row_and_for_many(admin: Client, model: str) -> None:
    address = reverse(f"admin:solr_sync_{model}_changelist")
    Layer.objects.create(title="One")
    with CaptureQueriesContext(
        connection,
    ) as few:
        admin.get(address)
    for n in range(20):
        Layer.objects.create(title=f"Layer {n}")
    with CaptureQueriesContext(connection) as many:
        admin.get(address)
    assert len(many) == len(few)
