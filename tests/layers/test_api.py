"""POST, GET, PATCH and DELETE of one layer."""

import uuid

import pytest

from layers.models import Layer, Party

pytestmark = pytest.mark.django_db

WHOLE = {
    "title": "Rivers of Ghana",
    "slug": "rivers",
    "name": "hydro:rivers",
    "alternative_titles": ["Ghana rivers"],
    "abstract": "All of them.",
    "purpose": "Planning",
    "supplemental_information": "none",
    "lineage": "Digitised by hand.",
    "edition": "2",
    "identifiers": ["doi:10.1234/x", {"scheme": "local", "value": "77"}],
    "resource_type": "dataset",
    "languages": ["eng", "fra"],
    "metadata_language": "eng",
    "status": "completed",
    "topic_categories": ["inlandWaters"],
    "keywords": ["Ghana", "rivers"],
    "regions": ["AF"],
    "bbox": [-3.3, 4.7, 1.2, 11.2],
    "crs": ["EPSG:4326"],
    "spatial_representation": "vector",
    "geometry_type": "line",
    "scale_denominator": 50000,
    "resolution_m": 2.5,
    "temporal": [{"start": "1590", "end": None}, {"start": "-0043-03", "end": "0012"}],
    "dates": [{"type": "publication", "date": "2024-05"}],
    "maintenance_frequency": "annually",
    "next_update": "2027-01-01",
    "organisation": "Water Board",
    "contacts": [
        {
            "role": "author",
            "name": "Ama",
            "organisation": "Water Board",
            "position": "Head",
            "email": "ama@example.org",
            "phone": "1",
            "url": "https://example.org/ama",
            "orcid": "0000-0002-1825-0097",
        }
    ],
    "licence": "CC-BY-4.0",
    "access_constraints": ["license"],
    "use_constraints": ["copyright"],
    "other_constraints": "none",
    "classification": "unclassified",
    "attribution": "Water Board",
    "links": [
        {
            "url": "https://example.org/wms",
            "protocol": "OGC:WMS",
            "function": "download",
            "name": "rivers",
            "description": "map",
            "media_type": "image/png",
            "size_bytes": 5_000_000_000,
        }
    ],
    "format": "Shapefile",
    "attributes": [
        {
            "name": "w",
            "label": "Width",
            "description": "mean",
            "type": "float",
            "unit": "m",
            "nullable": False,
        }
    ],
    "relations": [{"type": "isPartOf", "target": "https://example.org/atlas"}],
    "state": "published",
    "visibility": "registered",
    "group": None,
}


@pytest.fixture
def made(call, owner):
    return call(owner, "post", "/api/layers/", WHOLE)


def matched(version):
    return {"If-Match": f'"{version}"'}


def test_a_title_is_enough(call, owner):
    answer = call(owner, "post", "/api/layers/", {"title": "Soils"})
    layer = answer.json()
    assert answer.status_code == 201
    assert answer["ETag"] == '"1"'
    assert answer["Location"] == f"/api/layers/{layer['id']}"
    assert (layer["state"], layer["visibility"], layer["owner"]) == ("published", "public", "owner")
    assert layer["slug"] == "soils"


def test_every_field_comes_back_as_it_was_sent(made):
    assert made.status_code == 201, made.text
    answer = made.json()
    assert {name: answer[name] for name in WHOLE} == WHOLE


def test_what_was_read_can_be_sent_back(call, owner, made):
    """But for what the catalogue itself sets."""
    own = {"id", "owner", "source", "version", "created_at", "updated_at", "updated_by"}
    layer = {name: value for name, value in made.json().items() if name not in own}
    answer = call(owner, "patch", made["Location"], layer, **matched(1))
    assert answer.status_code == 200, answer.text
    assert {name: answer.json()[name] for name in layer} == layer


def test_reading_gives_the_etag_and_may_not_be_kept_by_shared_caches(call, layer):
    answer = call(None, "get", f"/api/layers/{layer.pk}")
    assert answer["ETag"] == '"1"'
    assert "private" in answer["Cache-Control"]


def test_reading_costs_the_same_number_of_queries_however_much_there_is(
    call, made, owner, django_assert_max_num_queries
):
    layer = Layer.objects.get()
    for number in range(20):
        party = Party.objects.create(name=f"P{number}")
        layer.layer_contacts.create(party=party, role_id="author")
    with django_assert_max_num_queries(20):
        assert len(call(owner, "get", made["Location"]).json()["contacts"]) == 21


def test_a_patch_changes_what_it_names_and_counts_one_edit(call, owner, made):
    answer = call(owner, "patch", made["Location"], {"keywords": ["water"]}, **matched(1))
    assert answer.status_code == 200
    assert answer["ETag"] == '"2"'
    changed = answer.json()
    assert changed["keywords"] == ["water"]
    kept = WHOLE.keys() - {"keywords"}
    assert {name: changed[name] for name in kept} == {name: WHOLE[name] for name in kept}


@pytest.mark.parametrize(
    ("field", "empty"),
    [("bbox", None), ("licence", None), ("organisation", None), ("contacts", []), ("abstract", "")],
)
def test_a_field_can_be_emptied(call, owner, made, field, empty):
    answer = call(owner, "patch", made["Location"], {field: empty}, **matched(1))
    assert answer.json()[field] == empty


def test_writing_wants_if_match(call, owner, made):
    for method in ("patch", "delete"):
        answer = call(owner, method, made["Location"], {} if method == "patch" else None)
        assert answer.status_code == 428
        assert "If-Match" in answer.json()["detail"]


def test_an_old_version_gets_412_with_the_fields_that_differ(call, owner, made):
    call(owner, "patch", made["Location"], {"title": "Theirs"}, **matched(1))
    mine = {"title": "Mine", "licence": "CC-BY-4.0"}
    answer = call(owner, "patch", made["Location"], mine, **matched(1))
    assert answer.status_code == 412
    assert answer["ETag"] == '"2"'
    assert answer.json()["fields"] == {"title": {"sent": "Mine", "current": "Theirs"}}
    assert Layer.objects.get().title == "Theirs"
    assert call(owner, "delete", made["Location"], **matched(1)).status_code == 412


@pytest.mark.parametrize("header", ['"1"', "1", "*", '"7", "1"'])
def test_if_match_as_clients_write_it(call, owner, made, header):
    answer = call(owner, "patch", made["Location"], {"purpose": ""}, **{"If-Match": header})
    assert answer.status_code == 200


@pytest.mark.parametrize("header", ['W/"1"', '"x"', "", '"0"', '"99999999999999999999"', '"²"'])
def test_if_match_that_matches_nothing(call, owner, made, header):
    answer = call(owner, "patch", made["Location"], {"purpose": ""}, **{"If-Match": header})
    assert answer.status_code == 412


def test_deleting(call, owner, made):
    assert call(owner, "delete", made["Location"], **matched(1)).status_code == 204
    assert call(owner, "get", made["Location"]).status_code == 404


def test_a_draft_may_be_published_later(call, owner):
    answer = call(owner, "post", "/api/layers/", {"title": "x", "state": "draft"})
    assert call(None, "get", answer["Location"]).status_code == 404
    call(owner, "patch", answer["Location"], {"state": "published"}, **matched(1))
    assert call(None, "get", answer["Location"]).status_code == 200


def test_groups_are_named_and_must_be_ones_own(call, owner, stranger, group):
    payload = {"title": "x", "visibility": "group", "group": "Hydrology"}
    assert call(owner, "post", "/api/layers/", payload).json()["group"] == "Hydrology"
    answer = call(stranger, "post", "/api/layers/", payload)
    assert answer.status_code == 422
    assert "group" in answer.json()["errors"]


def test_a_layer_that_is_not_there(call, owner):
    path = f"/api/layers/{uuid.uuid4()}"
    assert call(owner, "get", path).status_code == 404
    assert call(owner, "patch", path, {"title": "x"}, **matched(1)).status_code == 404
    assert call(owner, "get", "/api/layers/no-uuid").status_code == 404


def test_the_description_of_the_api_lists_the_fields(call):
    text = call(None, "get", "/api/openapi.json").json()
    assert set(WHOLE) <= set(text["components"]["schemas"]["LayerIn"]["properties"])
