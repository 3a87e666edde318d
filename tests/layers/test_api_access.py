"""Who is calling: tokens, sessions, nobody."""

import pytest
from django.test import Client

from accounts.models import ApiToken
from layers.changes import Changes, Contact
from layers.models import Layer
from layers.services import edit

pytestmark = pytest.mark.django_db

JSON = "application/json"


def test_anonymous_writes_get_401_before_anything_else_is_looked_at(call, layer):
    for method, path in [
        ("post", "/api/layers/"),
        ("patch", f"/api/layers/{layer.pk}"),
        ("delete", f"/api/layers/{layer.pk}"),
    ]:
        answer = call(None, method, path, "{broken" if method != "delete" else None)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == "Bearer"


def test_a_session_needs_its_csrf_token(owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.post("/api/layers/", {"title": "x"}, content_type=JSON).status_code == 403
    token = client.get("/layers/new/").context["csrf_token"]
    headers = {"X-CSRFToken": str(token)}
    answer = client.post("/api/layers/", {"title": "x"}, headers=headers, content_type=JSON)
    assert answer.status_code == 201


def test_a_token_needs_no_csrf_token(owner):
    headers = {"Authorization": f"Bearer {ApiToken.objects.issue(owner)[1]}"}
    client = Client(enforce_csrf_checks=True)
    assert (
        client.post("/api/layers/", {"title": "x"}, headers=headers, content_type=JSON).status_code
        == 201
    )


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "bearer x", "Bearer \u00e9"])
def test_a_wrong_token_is_refused_even_for_reading(layer, header):
    answer = Client().get(f"/api/layers/{layer.pk}", headers={"Authorization": header})
    assert answer.status_code == 401


def test_a_token_beside_a_session_decides(owner, staff, layer):
    client = Client()
    client.force_login(staff)
    headers = {"Authorization": "Bearer wrong"}
    assert client.get(f"/api/layers/{layer.pk}", headers=headers).status_code == 401


def test_tokens_end_with_their_deletion_and_with_their_user(call, owner, layer):
    token, text = ApiToken.objects.issue(owner)
    headers = {"Authorization": f"Bearer {text}"}
    path = f"/api/layers/{layer.pk}"
    assert Client().get(path, headers=headers).status_code == 200
    owner.is_active = False
    owner.save()
    assert Client().get(path, headers=headers).status_code == 401
    owner.is_active = True
    owner.save()
    token.delete()
    assert Client().get(path, headers=headers).status_code == 401


def test_e_mail_addresses_and_telephones_are_for_people_who_signed_in(call, owner, stranger, layer):
    contact = Contact(role="author", name="Ama", email="ama@example.org", phone="0302-1")
    edit(layer, Changes(contacts=[contact]), owner)
    path = f"/api/layers/{layer.pk}"
    anonymous = call(None, "get", path)
    assert "ama@example.org" not in anonymous.text
    assert "0302-1" not in anonymous.text
    assert anonymous.json()["contacts"][0]["name"] == "Ama"
    assert call(stranger, "get", path).json()["contacts"][0]["email"] == "ama@example.org"


def test_a_reader_who_may_not_edit_learns_nothing_from_a_conflict(call, stranger, layer):
    path = f"/api/layers/{layer.pk}"
    answer = call(stranger, "patch", path, {"title": "x"}, **{"If-Match": '"9"'})
    assert answer.status_code == 403
    assert layer.title not in answer.text


def test_nobody_makes_a_layer_for_someone_else(call, owner, staff):
    assert call(owner, "post", "/api/layers/", {"title": "x", "owner": "staff"}).status_code == 422
    assert not Layer.objects.exists()
