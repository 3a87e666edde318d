"""Every address stands in the table, and answers as the table says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.base import ContentFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import ApiToken
from catalogue import the_way
from jobs.models import Job
from tests.pages.addresses import ADMIN_MODELS, ADMIN_PAGES, LINES, Line
from uploads.models import Rendition, Upload

pytestmark = pytest.mark.django_db
ADMIN = "admin/"


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for found in resolver.url_patterns:
        route = before + (
            str(found.pattern).removeprefix("^") if before == ADMIN else str(found.pattern)
        )
        if isinstance(found, URLPattern):
            yield route
        else:
            yield from routes(found, route)


def admin_routes() -> set[str]:
    return {r.removeprefix(ADMIN) for r in routes(get_resolver()) if r.startswith(ADMIN)}


def model_of(route: str) -> str:
    return "/".join(route.split("/")[:2])


def test_every_address_stands_in_the_table():
    found = {route for route in routes(get_resolver()) if not route.startswith(ADMIN)}
    assert found == {line.route for line in LINES}


def test_every_page_of_the_admin_stands_in_the_table():
    found = {model_of(route) for route in admin_routes() if route.endswith("/add/")}
    assert found == ADMIN_MODELS
    assert {route for route in admin_routes() if model_of(route) not in found} == ADMIN_PAGES


def file_of(layer) -> Rendition:
    """A file of the layer, and a picture that was made of it."""
    upload = Upload(layer=layer, owner=layer.owner, name="secret.txt", size=1)
    upload.file.save("secret.txt", ContentFile(b"x"), save=False)
    Upload.objects.bulk_create([upload])  # no job reads it
    made = Rendition(upload=upload, kind="picture", name="x.png", size=1)
    made.file.save("x.png", ContentFile(b"x"))
    return made


@pytest.fixture
def paths(owner, group, rivers, secret):
    job = Job.objects.create(kind="counting", owner=owner)
    made = file_of(secret)
    token, _text = ApiToken.objects.issue(owner, "script")
    values = {
        "token": token.pk, "group": group.pk, "owner": owner.pk, "rivers": rivers.pk,
        "secret": secret.pk, "job": job.pk, "made": made.pk,
        "file": made.upload_id,
    }  # fmt: skip
    return lambda line: line.path.format(**values)


@pytest.mark.parametrize("who", range(4), ids=["nobody", "somebody", "owner", "staff"])
@pytest.mark.parametrize("line", LINES, ids=[line.path for line in LINES])
def test_an_address_answers_as_the_table_says(
    line: Line, who: int, paths, sign_in, owner, stranger, staff, monkeypatch
):
    monkeypatch.setattr(the_way, "PATIENCE_SECONDS", 0.1)  # no worker is there
    client = sign_in([None, stranger, owner, staff][who])
    path = paths(line)
    # Solr may be away where these tests run; who may ask is the same then.
    answers = [
        {503: 200}.get(answer.status_code, answer.status_code)
        for answer in (client.get(path), client.post(path))
    ]
    assert answers == [line.get[who], line.post[who]]


@pytest.mark.parametrize("model", sorted(ADMIN_MODELS))
def test_only_the_staff_see_the_admin(model, sign_in, stranger, staff, superuser):
    path = f"/admin/{model}/"
    for user in (None, stranger):
        assert sign_in(user).get(path)["Location"].startswith(reverse("admin:login"))
    assert sign_in(staff).get(path).status_code == 403
    assert sign_in(superuser).get(path).status_code == 200
