"""Files that are damaged, or made to do harm: a clear answer, and nothing left behind."""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs import services as jobs
from jobs.exceptions import JobFailed
from layers import services as layers
from layers.changes import Changes
from layers.models import Layer
from tests.uploads import making
from tests.uploads.conftest import files_in
from uploads import child
from uploads.geodata import unpacking
from uploads.geodata.problems import BadFile
from uploads.models import Upload

Maker = Callable[[Path], bytes]


def bomb(_folder: Path) -> bytes:
    return making.archive({"towns.shp": b"\0" * (120 * 2**20)})


def several(folder: Path) -> bytes:
    parts = making.shapefile(folder)
    return making.archive(parts | {n.replace("towns", "roads"): c for n, c in parts.items()})


BAD: dict[str, tuple[str, Maker, str]] = {
    "empty": ("towns.gpkg", lambda _: b"", "is empty"),
    "empty archive": ("towns.zip", lambda _: making.archive({}), "is empty"),
    "text": ("notes.txt", lambda _: b"to do", "holds no geodata"),
    "picture": ("photo.png", lambda _: b"\x89PNG\r\n\x1a\n" + b"x" * 99, "holds no geodata"),
    "archive of texts": ("a.zip", lambda _: making.archive({"a.txt": b"x"}), "holds no geodata"),
    "wrong extension": ("towns.gpkg", making.raster, "called .gpkg"),
    "text as GeoTIFF": ("relief.tif", lambda _: b"no picture", "called .tif"),
    "other JSON": ("towns.geojson", lambda _: b'{"a": 1}', "called .geojson"),
    "GeoPackage cut short": ("t.gpkg", lambda f: making.geopackage(f)[:20_000], "cut short"),
    "GeoTIFF cut short": ("t.tif", lambda f: making.raster(f)[:3000], "cut short"),
    "GeoJSON cut short": ("t.geojson", lambda f: making.geojson(f)[:-20], "cut short"),
    "KML cut short": ("t.kml", lambda _: making.KML[:-30].encode(), "cut short"),
    "archive cut short": (
        "t.zip",
        lambda f: making.archive(making.shapefile(f))[:-200],
        "cut short",
    ),
    "Shapefile cut short": (
        "t.zip",
        lambda f: making.archive(
            {n: c[: len(c) - 30 * n.endswith("shp")] for n, c in making.shapefile(f).items()}
        ),
        "cut short",
    ),
    "Shapefile without table": (
        "t.zip",
        lambda f: making.archive(
            {n: c for n, c in making.shapefile(f).items() if not n.endswith("dbf")}
        ),
        "lacks its .dbf",
    ),
    "two Shapefiles": ("t.zip", several, "2 datasets"),
    "password": (
        "t.zip",
        lambda f: making.encrypted(making.archive(making.shapefile(f))),
        "password",
    ),
    "bomb": ("t.zip", bomb, "would unpack to 120 MB"),
    "name that leads out": (
        "t.zip",
        lambda f: making.archive({"../../towns.shp": b"x"}),
        "leads out",
    ),
    "absolute name": ("t.zip", lambda f: making.archive({"/etc/towns.shp": b"x"}), "leads out"),
    "symlink": ("t.zip", lambda _: making.with_link(), "a link instead"),
    "many files": (
        "t.zip",
        lambda _: making.archive({f"{n}.txt": b"" for n in range(2001)}),
        "2001 files",
    ),
    "many layers": ("t.gpkg", lambda f: making.many_layers(f, 10_000), "10001 layers"),
    "hostile XML": ("t.kml", lambda _: making.LAUGHS.encode(), "XML with entities"),
    "hostile XML beside": (
        "t.zip",
        lambda f: making.archive(making.shapefile(f) | {"towns.shp.xml": making.LAUGHS.encode()}),
        "XML with entities",
    ),
    "no coordinates": ("t.csv", lambda _: b"name,people\nAccra,1\n", "no columns with coordinates"),
    "addresses to follow": (
        "t.csv",
        lambda _: b"<OGRVRTDataSource><OGRVRTLayer name='x'/></OGRVRTDataSource>",
        "called .csv",
    ),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_bad_file_gets_a_clear_answer_and_leaves_nothing(name, send, media, tmp_path) -> None:
    called, make, words = BAD[name]
    sent = send(called, make(tmp_path))
    assert sent.job.state == "failed"
    assert words in sent.job.error
    assert "catalogue itself" not in sent.job.error
    assert (Upload.objects.count(), Layer.objects.count()) == (0, 0)
    assert files_in(media) == []
    with pytest.raises(JobFailed, match="Upload it again"):
        jobs.repeat(sent.job, owner=None)


def test_a_draft_that_somebody_worked_on_stays(send, person, media, monkeypatch) -> None:
    def save_first(self, *arguments):
        layer = Layer.objects.get()
        layer.title = "Typed meanwhile"
        layer.save()
        return answer(self, *arguments)

    answer = child.Reader.answer
    monkeypatch.setattr(child.Reader, "answer", save_first)
    sent = send("towns.gpkg", b"no GeoPackage")
    assert sent.job.state == "failed"
    assert sent.layer.title == "Typed meanwhile"
    assert files_in(media) == []


def test_a_bad_file_harms_no_layer_that_was_there(send, person, media) -> None:
    layer = layers.create(Layer(title="Mine"), Changes(), person)
    sent = send("towns.gpkg", b"no GeoPackage", layer=layer)
    assert sent.job.state == "failed"
    assert (sent.layer.title, sent.layer.version) == ("Mine", 1)
    assert files_in(media) == []


def test_names_are_kept_without_their_folders(send, tmp_path) -> None:
    sent = send('../../a "b"\\c:d.gpkg', making.geopackage(tmp_path))
    assert sent.upload.name == "c_d.gpkg"


# What reading may cost


def test_a_file_that_takes_too_long_is_given_up(send, settings, tmp_path, media) -> None:
    settings.UPLOAD_SECONDS = 0.01
    began = time.monotonic()
    sent = send("towns.gpkg", making.geopackage(tmp_path))
    assert "longer than the catalogue allows" in sent.job.error
    assert time.monotonic() - began < 5
    assert files_in(media) == []


def test_a_file_that_takes_too_much_memory_is_given_up(send, settings, tmp_path) -> None:
    settings.UPLOAD_MEMORY_BYTES = 60 * 2**20
    sent = send("towns.gpkg", making.geopackage(tmp_path))
    assert sent.job.state == "failed"
    assert "memory" in sent.job.error or "break off" in sent.job.error


def test_the_reader_has_no_secrets(monkeypatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    kept = {name for name in child.KEPT if name in os.environ}
    assert not {n for n in kept if "URL" in n or "SECRET" in n or "PASSWORD" in n}


def test_what_unpacks_to_more_than_it_says_is_stopped(tmp_path) -> None:
    path = tmp_path / "t.zip"
    path.write_bytes(making.archive({"towns.csv": b"x" * 5_000_000}))
    folder = tmp_path / "out"
    folder.mkdir()
    with zipfile.ZipFile(path) as opened, pytest.raises(BadFile):
        unpacking._copy(opened, opened.infolist()[0], folder / "towns.csv", 1_000_000)
