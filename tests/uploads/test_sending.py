"""Uploads by API and page, downloads in parts, conversions, removal."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from jobs import tasks
from jobs.models import Job
from layers.models import Layer
from tests.uploads import making
from tests.uploads.conftest import Sent, files_in
from uploads import names, removal, services
from uploads.models import Rendition, Upload


@pytest.fixture
def stranger(committed: None) -> User:
    return User.objects.create(username="stranger")


@pytest.fixture
def towns(send: Callable[..., Sent], tmp_path: Path) -> Sent:
    return send("towns.gpkg", making.geopackage(tmp_path))


def post(client: Any, name: str, content: bytes, **fields: str) -> Any:
    return client.post("/api/uploads/", {"file": SimpleUploadedFile(name, content), **fields})


def test_the_api_answers_at_once_with_job_and_layer(person, sign_in, no_messages) -> None:
    answer = post(sign_in(person), "towns.csv", making.CSV.encode())
    assert answer.status_code == 202
    job = Job.objects.get(pk=answer.json()["job"])
    layer = Layer.objects.get(pk=answer.json()["layer"])
    assert (job.state, job.kind, job.owner) == ("waiting", names.READ, person)
    assert (layer.state, layer.owner, layer.title) == ("draft", person, "towns")
    assert no_messages == [job]
    found = sign_in(person).get(f"/api/uploads/{answer.json()['upload']}").json()
    assert (found["name"], found["size"], found["metadata"]) == ("towns.csv", len(making.CSV), None)


def test_a_large_file_goes_to_the_disk_and_is_renamed(person, sign_in, media, settings) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = post(sign_in(person), "towns.csv", making.CSV.encode() * 100)
    upload = Upload.objects.get(pk=answer.json()["upload"])
    assert files_in(media) == [f"uploads/{upload.pk}/original/towns.csv"]


def test_it_says_what_is_wrong_with_a_request(person, stranger, sign_in, settings) -> None:
    client = sign_in(person)
    assert client.post("/api/uploads/").status_code == 422
    answer = post(client, "a.csv", b"x", crs="nowhere")
    assert "nowhere" in answer.json()["errors"]["crs"][0]
    layer = Layer.objects.create(title="Mine", owner=person)
    assert post(sign_in(stranger), "a.csv", b"x", layer=str(layer.pk)).status_code == 403
    settings.UPLOAD_MAX_BYTES = 10
    assert post(client, "a.csv", b"x").status_code == 413
    assert post(sign_in(None), "a.csv", b"x").status_code in {401, 413}


def test_the_page_works_without_javascript(person, sign_in) -> None:
    client = sign_in(person)
    assert 'type="file"' in client.get("/uploads/new/").text
    answer = client.post("/uploads/new/", {"file": SimpleUploadedFile("a.csv", b"x")})
    assert answer["Location"] == Job.objects.get().get_absolute_url()


# Files go out to those who may read the layer


def test_files_of_a_draft_are_its_owners(towns, person, stranger, sign_in) -> None:
    addresses = [towns.upload.get_absolute_url()]
    addresses += [made.get_absolute_url() for made in towns.upload.renditions.all()]
    for address in addresses:
        answers = [sign_in(user).get(address).status_code for user in (person, stranger, None)]
        assert answers == [200, 404, 404]
    Layer.objects.update(state="published")
    assert [sign_in(None).get(a).status_code for a in addresses] == [200] * len(addresses)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_file_comes_whole_and_in_parts(towns, person, sign_in) -> None:
    client, address = sign_in(person), towns.upload.get_absolute_url()
    content = Path(towns.upload.file.path).read_bytes()
    whole = client.get(address)
    assert body(whole) == content
    assert whole["Content-Disposition"] == "attachment; filename*=UTF-8''towns.gpkg"
    assert (whole["Accept-Ranges"], whole["X-Content-Type-Options"]) == ("bytes", "nosniff")
    size = len(content)
    for asked, first, last in [
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, size - 1),
        ("bytes=-50", size - 50, size - 1),
        (f"bytes=10-{size * 2}", 10, size - 1),
    ]:
        answer = client.get(address, headers={"Range": asked})
        assert answer.status_code == 206
        assert answer["Content-Range"] == f"bytes {first}-{last}/{size}"
        assert body(answer) == content[first : last + 1]
    assert client.get(address, headers={"Range": f"bytes={size}-"}).status_code == 416
    for unfit in ("bytes=5-2", "bytes=0-1,5-6", "lines=1-2", "bytes=-"):
        assert client.get(address, headers={"Range": unfit}).status_code == 200
    stale = {"Range": "bytes=0-9", "If-Range": '"another"'}
    assert client.get(address, headers=stale).status_code == 200
    known = {"If-None-Match": whole["ETag"]}
    assert client.get(address, headers=known).status_code == 304


# Conversions


@pytest.mark.parametrize(
    ("form", "crs", "ending"),
    [
        ("gpkg", "EPSG:3857", ".gpkg"),
        ("shp", "EPSG:2136", ".zip"),
        ("csv", "", ".csv"),
        ("kml", "", ".kml"),
    ],
)
def test_a_layer_in_another_form(towns, person, sign_in, work, form, crs, ending) -> None:
    client = sign_in(person)
    answer = client.post(
        reverse("convert_upload", args=[towns.upload.pk]), {"format": form, "crs": crs}
    )
    job = Job.objects.get(kind=names.CONVERT)
    assert answer["Location"] == job.get_absolute_url()
    job = work(job)
    assert job.state == "done", job.error
    made = Rendition.objects.get(kind="conversion")
    assert made.name == f"towns{ending}"
    assert job.result_links[0]["url"] == made.get_absolute_url()
    again = client.post(
        reverse("convert_upload", args=[towns.upload.pk]), {"format": form, "crs": crs}
    )
    assert again["Location"] == made.get_absolute_url()


def test_more_features_than_are_converted_at_once(person, send, work, tmp_path) -> None:
    places = [(number % 170, number % 80) for number in range(20_500)]
    sent = send("many.gpkg", making.geopackage(tmp_path, "many.gpkg", places=places))
    found = services.convert(sent.upload, person, "geojson", "")
    assert isinstance(found, Job)
    assert work(found).state == "done"
    made = Rendition.objects.get(kind="conversion")
    assert len(json.loads(Path(made.file.path).read_bytes())["features"]) == 20_500


def test_a_raster_in_another_crs(person, send, work, tmp_path) -> None:
    sent = send("relief.tif", making.raster(tmp_path))
    found = services.convert(sent.upload, person, "tif", "EPSG:4326")
    assert isinstance(found, Job)
    assert work(found).state == "done"
    assert Path(Rendition.objects.get(kind="conversion").file.path).read_bytes()[:2] == b"II"


# Removal


def test_deleting_a_layer_deletes_its_files_in_a_job(towns, work, media) -> None:
    assert len(files_in(media)) == 4
    towns.layer.delete()
    assert len(files_in(media)) == 4
    assert work(Job.objects.get(kind=names.REMOVE)).state == "done"
    assert files_in(media) == []
    assert not Upload.objects.exists()


def test_a_file_is_removed_from_its_layer(towns, person, stranger, sign_in, work, media) -> None:
    address = reverse("remove_upload", args=[towns.upload.pk])
    Layer.objects.update(state="published")
    assert sign_in(stranger).post(address).status_code == 403
    assert sign_in(person).post(address).status_code == 302
    work(Job.objects.get(kind=names.REMOVE))
    assert files_in(media) == []
    assert Layer.objects.exists()


def test_strays_are_removed_when_nobody_can_be_writing_them(towns, media) -> None:
    for name in (f"uploads/{uuid.uuid4()}", "work/old", "incoming/old"):
        place = media / name
        place.mkdir(parents=True)
        os.utime(place, (0, 0))
    os.utime(towns.upload.folder, (0, 0))
    (media / "incoming" / "fresh").touch()
    assert removal.remove_strays() == 3
    assert towns.upload.folder.is_dir()
    assert (media / "incoming" / "fresh").exists()


def test_a_worker_that_does_not_see_the_file_says_so(person, work, media) -> None:
    upload, job = services.receive(SimpleUploadedFile("a.csv", making.CSV.encode()), person)
    Path(upload.file.path).unlink()
    assert "must share the folder" in work(job).error
    assert Upload.objects.exists()


def test_a_job_that_comes_twice_reads_once(towns) -> None:
    before = list(towns.upload.renditions.values_list("pk", flat=True))
    assert "is done" in tasks.run_job(towns.job.kind, str(towns.job.pk))
    assert list(towns.upload.renditions.values_list("pk", flat=True)) == before
