"""What is read of good files, and what it fills in."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import shapely
from django.db import connection

from layers import services as layers
from layers.changes import Changes
from layers.models import Layer
from tests.uploads import making
from uploads import filling, services
from uploads.models import Upload

EARTH = pytest.approx


def test_a_geopackage_fills_in_a_draft(send, tmp_path) -> None:
    sent = send("towns_of-ghana.gpkg", making.geopackage(tmp_path))
    layer = sent.layer
    assert sent.job.state == "done"
    assert (layer.state, layer.title) == ("draft", "towns of-ghana")
    assert layer.bbox.as_list == EARTH([-1.62, 5.6, -0.19, 9.4])
    assert (layer.crs, layer.geometry_type, layer.format) == (["EPSG:4326"], "point", "GeoPackage")
    assert layer.spatial_representation_id == "vector"
    assert [(a.name, a.data_type) for a in layer.attributes.all()] == [
        ("name", "String"),
        ("people", "Integer64"),
    ]
    facts = sent.metadata
    assert (facts["features"], facts["encoding"]) == (3, "UTF-8")
    assert facts["attributes"][1] == {
        "name": "people", "type": "Integer64", "min": 371_351, "max": 2_544_530
    }  # fmt: skip
    upload = sent.upload
    assert (upload.name, upload.size) == (
        "towns_of-ghana.gpkg",
        len(Path(upload.file.path).read_bytes()),
    )
    assert len(upload.checksum) == 64
    assert upload.media_type == "application/geopackage+sqlite3"


def test_pictures_and_a_preview_are_made(send, tmp_path) -> None:
    sent = send("towns.gpkg", making.geopackage(tmp_path))
    made = {r.kind: r for r in sent.upload.renditions.all()}
    assert set(made) == {"thumbnail", "picture", "preview"}
    assert Path(made["picture"].file.path).read_bytes().startswith(b"\x89PNG")
    assert b'"Kumasi"' in Path(made["preview"].file.path).read_bytes()


@pytest.mark.parametrize("name", ["towns.geojson", "towns.json"])
def test_geojson(send, tmp_path, name) -> None:
    sent = send(name, making.geojson(tmp_path))
    assert (sent.metadata["format"], sent.metadata["crs"]) == ("GeoJSON", "EPSG:4326")


def test_a_zipped_shapefile_in_a_folder_with_its_description(send, tmp_path) -> None:
    parts = making.shapefile(
        tmp_path, crs="EPSG:2136", places=[(1_000_000, 500_000), (1_100_000, 600_000)]
    )
    entries = {f"data/{name}": content for name, content in parts.items()}
    entries["data/towns.shp.xml"] = making.ISO_XML.encode()
    sent = send("anything.zip", making.archive(entries))
    assert sent.job.state == "done", sent.job.error
    assert sent.layer.title == "Towns of Ghana"
    assert sent.layer.abstract == "All towns."
    assert {k.name for k in sent.layer.keywords.all()} == {"towns", "Ghana"}
    assert sent.metadata["crs"] == "EPSG:2136"
    assert -4 < sent.layer.west < sent.layer.east < 2


def test_kml(send) -> None:
    sent = send("towns.kml", making.KML.encode())
    assert (sent.metadata["format"], sent.metadata["features"]) == ("KML", 1)


def test_csv_in_degrees_says_that_its_crs_was_taken_from_its_columns(send) -> None:
    sent = send("towns.csv", making.CSV.encode())
    assert sent.layer.bbox.as_list == EARTH([-1.62, 5.6, -0.19, 6.69])
    assert "longitude and latitude" in sent.job.notes[0]


def test_a_geotiff_with_tags(send, tmp_path) -> None:
    tags = {"TIFFTAG_DOCUMENTNAME": "Relief of Ghana", "TIFFTAG_COPYRIGHT": "Survey"}
    sent = send("relief.tif", making.raster(tmp_path, tags=tags))
    facts = sent.metadata
    assert (facts["size"], facts["band_count"], facts["crs"]) == ([60, 40], 1, "EPSG:32630")
    assert facts["bands"][0]["type"] == "float32"
    assert facts["bands"][0]["nodata"] == -9999
    assert sent.layer.resolution_m == 30
    assert (sent.layer.title, sent.layer.attribution) == ("Relief of Ghana", "Survey")
    assert sent.layer.spatial_representation_id == "grid"
    assert {r.kind for r in sent.upload.renditions.all()} == {"thumbnail", "picture"}


# Where it lies


def test_a_missing_crs_is_said_and_not_guessed(send, work, person, tmp_path) -> None:
    sent = send("towns.zip", making.archive(making.shapefile(tmp_path, crs=None)))
    assert sent.job.state == "done"
    assert sent.metadata["crs"] is None
    assert sent.layer.bbox is None
    assert sent.layer.crs == []
    assert "does not say in which coordinate reference system" in sent.job.notes[0]
    again = work(services.read_again(sent.upload, person, "EPSG:4326"))
    assert again.state == "done"
    box = Layer.objects.get().bbox
    assert box is not None
    assert box.as_list == EARTH([-1.62, 5.6, -0.19, 9.4])


def test_across_the_180th_meridian(send, tmp_path) -> None:
    halves = shapely.MultiPolygon(
        [shapely.box(177, -19, 180, -16), shapely.box(-180, -19, -178, -16)]
    )
    places = [halves, shapely.MultiPolygon([shapely.box(178, -18, 179, -17)])]
    sent = send("fiji.gpkg", making.geopackage(tmp_path, "fiji.gpkg", places=places))
    assert sent.layer.bbox.as_list == EARTH([177, -19, -178, -16])


def test_a_projection_across_the_180th_meridian(send, tmp_path) -> None:
    places = [(2_700_000, -1_900_000), (3_600_000, -1_800_000)]
    sent = send("pacific.gpkg", making.geopackage(tmp_path, places=places, crs="EPSG:3832"))
    assert sent.layer.west > 0 > sent.layer.east


def test_data_of_the_whole_world_keep_their_plain_box(send, tmp_path) -> None:
    places = [(-175, -20), (-60, 10), (10, 50), (100, 10), (179, -40)]
    sent = send("world.gpkg", making.geopackage(tmp_path, places=places))
    assert sent.layer.bbox.as_list == EARTH([-175, -40, 179, 50])


# What people wrote stays


def test_nothing_that_a_person_wrote_is_overwritten(send, person, tmp_path) -> None:
    layer = layers.create(
        Layer(title="Mine", abstract="By hand", west=1, south=1, east=2, north=2),
        Changes(keywords=["own"]),
        person,
    )
    sent = send("towns.gpkg", making.geopackage(tmp_path), layer=layer)
    found = sent.layer
    assert (found.title, found.abstract) == ("Mine", "By hand")
    assert found.bbox.as_list == [1, 1, 2, 2]
    assert found.geometry_type == "point"
    assert found.state == "published"


@pytest.mark.postgresql
def test_an_editor_who_saves_meanwhile_wins(send, person, tmp_path, monkeypatch) -> None:
    columns = filling._columns

    def save() -> None:
        layer = Layer.objects.get()
        layer.title = "Typed meanwhile"
        layer.save()
        connection.close()

    def save_first(upload, facts):
        if Layer.objects.get().version == 1:
            editor = threading.Thread(target=save)
            editor.start()
            editor.join()
        return columns(upload, facts)

    monkeypatch.setattr(filling, "_columns", save_first)
    sent = send("towns.gpkg", making.geopackage(tmp_path))
    assert sent.job.state == "done"
    assert sent.layer.title == "Typed meanwhile"
    assert sent.layer.bbox is not None


def test_the_tasks_own_saves_start_nothing(send, no_messages, tmp_path) -> None:
    sent = send("towns.gpkg", making.geopackage(tmp_path))
    assert [job.kind for job in no_messages] == ["uploads.read"]
    sent.upload.save()
    assert len(no_messages) == 1


def test_other_files_are_attached_to_a_layer(send, person) -> None:
    layer = layers.create(Layer(title="Mine"), Changes(), person)
    sent = send("read me.pdf", b"%PDF-1.4 nothing", layer=layer)
    assert sent.job.state == "done"
    upload = sent.upload
    assert (upload.role, upload.name, upload.size) == ("attachment", "read me.pdf", 16)
    assert upload.media_type == "application/pdf"
    assert len(upload.checksum) == 64


def test_a_geopackage_of_several_layers_is_described_as_one(send, tmp_path) -> None:
    path = making.vector(tmp_path / "two.gpkg", "GPKG")
    making.vector(
        path, "GPKG", [shapely.LineString([(10, 10), (11, 11)])], layer="roads", append=True
    )
    sent = send("two.gpkg", path.read_bytes())
    assert [each["name"] for each in sent.metadata["layers"]] == ["two", "roads"]
    assert (sent.layer.geometry_type, sent.metadata["features"]) == ("mixed", 4)
    assert sent.layer.bbox.as_list == EARTH([-1.62, 5.6, 11, 11])


def test_an_upload_has_one_job(send, tmp_path) -> None:
    sent = send("towns.gpkg", making.geopackage(tmp_path))
    assert Upload.objects.get().job == sent.job
