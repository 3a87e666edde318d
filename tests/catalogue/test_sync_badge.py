"""Where a layer stands on its way to Solr, for those who may edit it."""

import pytest
from django.utils import timezone

from solr_sync.models import LedgerEntry
from tests.catalogue.factories import make_layer

pytestmark = pytest.mark.django_db


@pytest.fixture
def layer(owner):
    return make_layer(owner=owner)


def address_of(layer):
    return f"/api/layers/{layer.pk}/sync"


def test_a_saved_layer_waits(layer, owner, sign_in):
    content = sign_in(owner).get(address_of(layer)).json()
    assert set(content) == {
        "version", "indexed_version", "state", "saved_at", "searchable_at", "error",
        "next_attempt_at",
    }  # fmt: skip
    assert content["state"] == "waiting"
    assert content["indexed_version"] == 0 < content["version"]
    assert content["saved_at"] is not None
    assert content["error"] is None


def entry_of(layer):
    return LedgerEntry.objects.filter(document_type="layer", object_id=str(layer.pk))


def test_a_layer_that_solr_shows_is_searchable(layer, owner, sign_in):
    entry = entry_of(layer).get()
    now = timezone.now()
    entry_of(layer).update(
        indexed_version=entry.version, due_at=None, indexed_at=now, searchable_at=now
    )
    content = sign_in(owner).get(address_of(layer)).json()
    assert content["state"] == "searchable"
    assert content["searchable_at"] >= content["saved_at"]


def test_a_refused_layer_says_why(layer, owner, sign_in):
    entry_of(layer).update(parked_at=timezone.now(), due_at=None, error="unknown field 'x'")
    content = sign_in(owner).get(address_of(layer)).json()
    assert (content["state"], content["error"]) == ("parked", "unknown field 'x'")
    assert "unknown field" in sign_in(owner).get(f"/layers/{layer.slug}/").content.decode()


def test_others_are_told_nothing(layer, sign_in, stranger, staff):
    assert sign_in(None).get(address_of(layer)).status_code == 401
    assert sign_in(stranger).get(address_of(layer)).status_code == 403
    assert sign_in(staff).get(address_of(layer)).status_code == 200


def test_what_one_may_not_read_is_not_there(owner, stranger, sign_in):
    layer = make_layer(owner=owner, visibility="private")
    assert sign_in(stranger).get(address_of(layer)).status_code == 404


def test_of_a_deleted_layer_the_staff_may_ask(layer, owner, staff, sign_in):
    address = address_of(layer)
    layer.delete()
    assert sign_in(owner).get(address).status_code == 404
    assert sign_in(staff).get(address).json()["state"] == "waiting"
    assert (
        sign_in(staff).get("/api/layers/00000000-0000-0000-0000-000000000000/sync").status_code
        == 404
    )
