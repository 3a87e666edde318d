import pytest

from accounts.models import ApiToken
from tests.catalogue.factories import make_full_layer, make_layer

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["solr", "database"])
def source(request):
    """Either way the answer has the same shape."""
    if request.param == "solr":
        index = request.getfixturevalue("index")
        index(make_full_layer())
    else:
        request.getfixturevalue("without_solr")
        make_full_layer()
    return request.param


def test_a_search_answers_as_described(client, source):
    content = client.get("/api/search?q=rivers").json()
    assert set(content) == {
        "total", "page", "page_size", "next_cursor", "took_ms", "solr_ms", "source", "suggestion",
        "partial", "place", "results", "facets",
    }  # fmt: skip
    assert (content["total"], content["page"], content["page_size"]) == (1, 1, 20)
    assert content["source"] == source
    assert (content["solr_ms"] is None) == (source == "database")
    [layer] = content["results"]
    assert layer["bbox"] == [-3.26, 4.74, 1.19, 11.17]
    assert layer["topic_categories"] == ["inlandWaters"]
    assert layer["highlight"]["title"] == "<mark>Rivers</mark> of Ghana"
    assert (layer["score"] is None) == (source == "database")
    assert layer["contacts"][0]["email"] is None
    assert content["facets"]["topic"] == [
        {"value": "inlandWaters", "label": "Inland waters", "count": 1}
    ]
    assert set(content["facets"]) >= {"topic", "keyword", "region", "organisation", "type"}


def test_facets_can_be_left_out(client, source):
    assert client.get("/api/search?facets=0").json()["facets"] == {}


@pytest.mark.usefixtures("without_solr")
def test_wrong_and_unknown_parameters_are_refused_with_their_names(client):
    answer = client.get("/api/search?page=0&color=red&bbox=1")
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"page", "color", "bbox"}


@pytest.mark.usefixtures("without_solr")
def test_answers_are_for_their_asker_alone(client):
    assert "private" in client.get("/api/search")["Cache-Control"]


@pytest.mark.usefixtures("without_solr")
def test_a_token_reads_what_its_owner_may_read(client, owner):
    make_layer("Canary", owner=owner, visibility="private")
    _token, text = ApiToken.objects.issue(owner)
    assert client.get("/api/search?q=canary").json()["total"] == 0
    headers = {"Authorization": f"Bearer {text}"}
    assert client.get("/api/search?q=canary", headers=headers).json()["total"] == 1
    assert client.get("/api/search", headers={"Authorization": "Bearer x"}).status_code == 401


def test_the_description_lists_every_parameter(client):
    from catalogue.search.reading import PARAMETERS

    operation = client.get("/api/openapi.json").json()["paths"]["/api/search"]["get"]
    assert {parameter["name"] for parameter in operation["parameters"]} == set(PARAMETERS)
