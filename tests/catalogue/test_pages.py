"""Pages for visitors, without Solr: what they show does not depend on where the hits come from."""

import pytest
from django.utils.html import escape

from layers.models import Layer, LayerContact, Party
from tests.catalogue.factories import make_full_layer, make_layer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_solr")]


def test_the_search_page_says_that_solr_is_away(client):
    make_layer("Rivers of Ghana")
    page = client.get("/search?q=rivers")
    assert page.status_code == 200
    assert "straight from the database" in page.content.decode()
    assert "<mark>Rivers</mark> of Ghana" in page.content.decode()


def test_wrong_parameters_are_named_at_their_field(client):
    make_layer("Rivers of Ghana")
    page = client.get("/search?q=rivers&bbox=1,2&time=x&utm_source=mail&page=0").content.decode()
    assert 'id="bbox-errors"' in page
    assert 'id="time-errors"' in page
    assert "page: " in page
    assert "no such parameter" not in page
    assert "Rivers" in page


def test_filters_in_force_stand_above_the_results_and_come_off_one_by_one(client):
    make_layer("A", topics=["farming"], keywords=["k"])
    page = client.get("/search?topic=farming&not_keyword=x&bbox=1,2,3,4&time=1850/..&q=a")
    chips = {chip.label: chip.url for chip in page.context["page"].chips}
    assert list(chips) == ["Farming", "x", "1, 2, 3, 4", "1850/.."]
    assert "topic" not in chips["Farming"]
    assert "not_keyword" not in chips["x"]
    assert all("q=a" in url for url in chips.values())


def test_nothing_found_is_explained(client):
    text = client.get("/search?q=zzzz&topic=farming").content.decode()
    assert "No layer that you may see matches “zzzz”" in text
    assert "without filters" in text


def test_pages_can_be_leafed_through(client):
    for n in range(45):
        make_layer(f"Map {n}")
    page = client.get("/search?q=map&page=2")
    assert 'aria-current="page">2<' in page.content.decode()
    assert "?q=map&amp;page=3" in page.content.decode()
    assert len(page.context["found"].hits) == 20


HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)> & "quoted"'


def test_hostile_texts_stay_texts_everywhere(client, sign_in, owner):
    layer = make_full_layer(
        title=HOSTILE,
        abstract=f"{HOSTILE} [x](javascript:alert(1)) <javascript:alert(1)> ![i](http://e.org/i.png)",
        owner=owner,
        keywords=[HOSTILE],
        organisation=HOSTILE,
        format=HOSTILE,
        lineage=HOSTILE,
        alternative_titles=[HOSTILE],
    )
    layer.distributions.create(url="javascript:alert(1)", name=HOSTILE)
    for reader in (client, sign_in(owner)):
        for address in (
            "/",
            "/search",
            f"/search?q={HOSTILE}&keyword={HOSTILE}",
            f"/layers/{layer.slug}/",
        ):
            text = reader.get(address).content.decode()
            assert "<script>alert" not in text
            assert "<img src=x" not in text
            assert 'href="javascript:' not in text
            assert '<img src="http://e.org' not in text
    assert escape("<script>alert") in client.get(f"/layers/{layer.slug}/").content.decode()


def test_no_page_has_inline_scripts_or_styles(client, sign_in, owner):
    layer = make_full_layer(owner=owner, keywords=[f"keyword {n}" for n in range(40)])
    for address in ("/", "/search?q=river", f"/layers/{layer.slug}/"):
        text = sign_in(owner).get(address).content.decode()
        assert " style=" not in text
        assert "<style" not in text
        assert "<script>" not in text
        assert " onclick=" not in text
        assert "http://" not in text.replace("http://www.w3.org", "").replace("https://", "")


def test_the_layer_page_shows_what_is_known(client):
    text = client.get(f"/layers/{make_full_layer().slug}/").content.decode()
    for shown in (
        "Rivers of Ghana", "Ghanaian rivers", "<strong>network</strong>", "Inland waters",
        "Streams", "Ghana", "1960", "since 1960", "GeoPackage", "1 : 50,000", "EPSG:4326",
        "Digitised from sheets", "DISCHARGE", "m³/s", "https://example.org/rivers.gpkg",
        "Ama Mensah", "10.1234/rivers", "Ask first", "hydro:rivers",
    ):  # fmt: skip
        assert shown in text, shown


def test_an_empty_layer_has_a_page_too(client):
    text = client.get(f"/layers/{make_layer('Only a title').slug}/").content.decode()
    assert "This layer has no abstract." in text
    assert "No location is given." in text


def test_anonymous_readers_see_no_e_mail_addresses(client, sign_in, stranger):
    layer = make_full_layer()
    nameless = Party.objects.create(email="nameless@example.org")
    LayerContact.objects.create(layer=layer, party=nameless, role_id="author")
    address = f"/layers/{layer.slug}/"
    assert "@example.org" not in client.get(address).content.decode()
    assert "ama@example.org" in sign_in(stranger).get(address).content.decode()


def test_only_those_who_may_edit_see_how(client, sign_in, owner, stranger, staff):
    layer = make_layer(owner=owner)
    address = f"/layers/{layer.slug}/"
    for reader, expected in ((None, False), (stranger, False), (owner, True), (staff, True)):
        text = sign_in(reader).get(address).content.decode()
        assert (f"{address}edit/" in text) is expected
        assert (f'data-sync-badge="/api/layers/{layer.pk}/sync"' in text) is expected


@pytest.mark.parametrize("parts", [1, 12])
def test_a_layer_page_takes_a_fixed_number_of_questions(client, parts, django_assert_num_queries):
    layer = make_full_layer(keywords=[f"keyword {n}" for n in range(parts)])
    for n in range(parts):
        layer.attributes.create(name=f"A{n}")
        layer.distributions.create(url=f"https://example.org/{n}", function_id="download")
        party = Party.objects.create(name=f"Person {n}")
        LayerContact.objects.create(layer=layer, party=party, role_id="author")
    with django_assert_num_queries(19):
        client.get(f"/layers/{layer.slug}/")


def test_unknown_layers_are_not_found(client):
    assert client.get("/layers/nothing/").status_code == 404


def test_an_old_address_leads_to_the_present_one(client):
    layer = make_layer(slug="first")
    Layer.objects.get(pk=layer.pk)
    layer.slug = "second"
    layer.save()
    answer = client.get("/layers/first/")
    assert (answer.status_code, answer["Location"]) == (301, "/layers/second/")


def test_pages_answer_nothing_but_reading(client):
    for address in ("/", "/search", "/layers/x/", "/healthz", "/readyz"):
        assert client.post(address).status_code == 405
