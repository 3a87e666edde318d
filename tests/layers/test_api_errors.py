"""What the API says to what it can't take. Nothing of it is a server error, nothing is kept."""

import json

import pytest

from layers.models import Keyword, Layer, Organisation, Party

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": "   "}, "title"),
        ({"title": None}, "title"),
        ({"title": 5}, "title"),
        ({"title": "x" * 1001}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "a\ud800b"}, "title"),
        ({"title": "\u200b\u200e"}, "title"),
        ({"title": "x", "titel": "y"}, "titel"),
        ({"title": "x", "version": 7}, "version"),
        ({"title": "x", "id": "7"}, "id"),
        ({"title": "x", "owner": "staff"}, "owner"),
        ({"title": "x", "abstract": "x" * 50_001}, "abstract"),
        ({"title": "x", "abstract": None}, "abstract"),
        ({"title": "x", "slug": "new"}, "slug"),
        ({"title": "x", "slug": "no slug"}, "slug"),
        ({"title": "x", "slug": "x" * 256}, "slug"),
        ({"title": "x", "bbox": [0, 0, 0]}, "bbox"),
        ({"title": "x", "bbox": [0, 0, 181, 0]}, "bbox"),
        ({"title": "x", "bbox": [0, 9, 0, 8]}, "bbox"),
        ({"title": "x", "bbox": ["0", 0, 0, 0]}, "bbox"),
        ({"title": "x", "bbox": [True, 0, 0, 0]}, "bbox"),
        ({"title": "x", "bbox": [float("nan"), 0, 0, 0]}, "bbox"),
        ({"title": "x", "bbox": {"west": 1}}, "bbox"),
        ({"title": "x", "topic_categories": ["nothing"]}, "topic_categories"),
        ({"title": "x", "topic_categories": "biota"}, "topic_categories"),
        ({"title": "x", "languages": ["english"]}, "languages"),
        ({"title": "x", "licence": "my own"}, "licence"),
        ({"title": "x", "licence": "x\x00"}, "licence"),
        ({"title": "x", "resource_type": "nothing"}, "resource_type"),
        ({"title": "x", "resource_type": None}, "resource_type"),
        ({"title": "x", "geometry_type": "blob"}, "geometry_type"),
        ({"title": "x", "keywords": ["x" * 256]}, "keywords"),
        ({"title": "x", "keywords": ["x"] * 1001}, "keywords"),
        ({"title": "x", "keywords": ["a\ud800"]}, "keywords"),
        ({"title": "x", "scale_denominator": -1}, "scale_denominator"),
        ({"title": "x", "scale_denominator": 10**10}, "scale_denominator"),
        ({"title": "x", "scale_denominator": True}, "scale_denominator"),
        ({"title": "x", "resolution_m": -0.5}, "resolution_m"),
        ({"title": "x", "next_update": "soon"}, "next_update"),
        ({"title": "x", "temporal": [{}]}, "temporal"),
        ({"title": "x", "temporal": [{"start": "1900", "end": "1850"}]}, "temporal"),
        ({"title": "x", "temporal": [{"start": "May 1850"}]}, "temporal"),
        ({"title": "x", "temporal": [{"from": "1850"}]}, "temporal"),
        ({"title": "x", "dates": [{"type": "birthday", "date": "1850"}]}, "dates"),
        ({"title": "x", "dates": [{"type": "creation", "date": "1850-13"}]}, "dates"),
        ({"title": "x", "dates": [{"type": "creation", "date": ""}]}, "dates"),
        ({"title": "x", "contacts": [{}]}, "contacts"),
        ({"title": "x", "contacts": [{"name": "A", "role": "chief"}]}, "contacts"),
        ({"title": "x", "contacts": [{"name": "A", "email": "nobody"}]}, "contacts"),
        ({"title": "x", "contacts": [{"name": "A", "url": "javascript:alert(1)"}]}, "contacts"),
        ({"title": "x", "contacts": [{"name": "x" * 501}]}, "contacts"),
        ({"title": "x", "links": [{"url": "javascript:alert(1)"}]}, "links"),
        ({"title": "x", "links": [{"url": "data:text/html,x"}]}, "links"),
        ({"title": "x", "links": [{"url": "https://e.org", "protocol": "telnet"}]}, "links"),
        ({"title": "x", "links": [{"url": "https://e.org", "size_bytes": 2**70}]}, "links"),
        ({"title": "x", "links": [{}]}, "links"),
        ({"title": "x", "attributes": [{"name": ""}]}, "attributes"),
        ({"title": "x", "attributes": [{"name": "a", "type": "x" * 65}]}, "attributes"),
        ({"title": "x", "identifiers": [{"value": "a"}]}, "identifiers"),
        ({"title": "x", "state": "secret"}, "state"),
        ({"title": "x", "visibility": "group"}, "group"),
        ({"title": "x", "organisation": "x" * 501}, "organisation"),
    ],
)
def test_a_wrong_field_is_named(call, owner, payload, field):
    answer = call(owner, "post", "/api/layers/", json.dumps(payload))
    assert answer.status_code == 422, answer.text
    errors = answer.json()["errors"]
    assert list(errors) == [field], errors
    assert all(isinstance(message, str) and message for message in errors[field])
    for model in (Layer, Keyword, Organisation, Party):
        assert not model.objects.exists()


def test_all_errors_are_said_at_once(call, owner):
    payload = {"title": "x", "bbox": [0, 9, 0, 8], "licence": "?", "links": [{"url": "x"}]}
    errors = call(owner, "post", "/api/layers/", payload).json()["errors"]
    assert set(errors) == {"bbox", "licence", "links"}
    assert errors["links"][0].startswith("[0].url: ")


def test_a_patch_that_is_refused_changes_nothing(call, owner, layer):
    path = f"/api/layers/{layer.pk}"
    payload = {"title": "Changed", "keywords": ["new"], "bbox": [1]}
    answer = call(owner, "patch", path, payload, **{"If-Match": '"1"'})
    assert answer.status_code == 422
    layer.refresh_from_db()
    assert (layer.title, layer.version) == ("Rivers of Ghana", 1)
    assert not Keyword.objects.exists()


def test_a_title_can_not_be_taken_away(call, owner, layer):
    path = f"/api/layers/{layer.pk}"
    assert call(owner, "patch", path, {"title": ""}, **{"If-Match": "*"}).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "{'title': 'x'}",
        b"\xff\xfe",
        "[" * 100_000,
        '{"title": "x", "scale_denominator": ' + "9" * 5000 + "}",
    ],
)
def test_what_is_no_json_gets_400(call, owner, body):
    answer = call(owner, "post", "/api/layers/", body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize("body", ["", "[]", '"title"', "null", "7"])
def test_json_that_is_no_object_gets_422(call, owner, body):
    answer = call(owner, "post", "/api/layers/", body)
    assert answer.status_code == 422, answer.text
    assert "errors" in answer.json()


def test_a_huge_body_gets_413(call, owner):
    answer = call(owner, "post", "/api/layers/", {"title": "x", "abstract": "x" * 3_000_000})
    assert answer.status_code == 413
    assert answer.json()["detail"]


def test_no_error_repeats_a_lone_surrogate(call, owner):
    answer = call(owner, "post", "/api/layers/", '{"title": "x", "\\ud800": 1}')
    assert answer.status_code == 422
    answer.content.decode()


def test_a_slug_that_another_layer_has_or_had_is_refused(call, owner, layer):
    layer.slug = "streams"
    layer.save()
    for slug in ("streams", "rivers-of-ghana"):
        answer = call(owner, "post", "/api/layers/", {"title": "x", "slug": slug})
        assert list(answer.json()["errors"]) == ["slug"]
