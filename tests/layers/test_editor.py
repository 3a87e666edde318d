"""The pages that create, edit and delete a layer, as a browser without JavaScript uses them."""

import re

import pytest
from django.contrib.messages import get_messages

from layers.forms.parts import PARTS
from layers.models import Layer, Organisation

pytestmark = pytest.mark.django_db

ROWS = {
    "temporal-0-start": "1590",
    "temporal-0-end": "",
    "temporal-1-start": "-43",
    "temporal-1-end": "0012-05",
    "dates-0-type": "creation",
    "dates-0-date": "1850-03",
    "contacts-0-role": "author",
    "contacts-0-name": "Ama Mensah",
    "contacts-0-organisation": "Water Board",
    "contacts-0-email": "ama@example.org",
    "links-0-url": "https://example.org/wms",
    "links-0-protocol": "OGC:WMS",
    "links-0-name": "map",
    "attributes-0-name": "width",
    "attributes-0-label": "Width",
    "attributes-0-unit": "m",
}
FIELDS = {
    "title": "Rivers of Ghana",
    "abstract": "First line.\r\nSecond line.",
    "alternative_titles": "Ghana rivers\r\nNsuo",
    "identifiers": "doi:10.1234/x",
    "crs": "EPSG:4326",
    "resource_type": "dataset",
    "metadata_language": "eng",
    "languages": ["eng", "fra"],
    "topic_categories": ["inlandWaters", "environment"],
    "keywords": "rivers, Ghana; water\r\nRIVERS",
    "regions": ["AF"],
    "west": "-3.3",
    "south": "4.7",
    "east": "1.2",
    "north": "11.2",
    "organisation": " Water  Board ",
    "licence": "CC-BY-4.0",
    "access_constraints": ["license"],
    "maintenance_frequency": "annually",
    "next_update": "2027-01-01",
    "geometry_type": "line",
    "lineage": "Digitised.",
    "state": "published",
    "visibility": "public",
}


def filled(version=1, **fields):
    totals = {}
    for name in PARTS:
        indices = [int(key.split("-")[1]) for key in ROWS | fields if key.startswith(f"{name}-")]
        totals[f"{name}-TOTAL_FORMS"] = max(indices, default=-1) + 1
        totals[f"{name}-INITIAL_FORMS"] = 0
    return {"version": version} | FIELDS | ROWS | totals | fields


def least(version=1, **fields):
    totals = {f"{name}-TOTAL_FORMS": 0 for name in PARTS}
    initial = {f"{name}-INITIAL_FORMS": 0 for name in PARTS}
    base = {"resource_type": "dataset", "metadata_language": "eng", "visibility": "public"}
    return {"version": version, "state": "published"} | base | totals | initial | fields


def as_browser_sends(html: str) -> dict:
    """The fields of the editor as they stand in the page."""
    from html.parser import HTMLParser

    class Form(HTMLParser):
        data: dict = {}
        area = select = None
        depth = 0

        def handle_starttag(self, tag, attrs):
            a = dict(attrs)
            self.depth += tag == "template"
            if self.depth or not a.get("name", self.select):
                return
            if tag == "textarea":
                self.area, self.data[a["name"]] = a["name"], ""
            elif tag == "select":
                self.select = a["name"]
            elif tag == "option" and "selected" in a:
                self.data[self.select] = a["value"]
            elif tag == "input" and a.get("type") == "checkbox":
                if "checked" in a:
                    self.data.setdefault(a["name"], []).append(a.get("value", "on"))
            elif tag == "input" and "aria-label" in a:  # one of several of that name
                self.data.setdefault(a["name"], []).append(a.get("value", ""))
            elif tag == "input" and a["name"] != "q":
                self.data[a["name"]] = a.get("value", "")

        def handle_endtag(self, tag):
            self.depth -= tag == "template"
            if tag == "textarea":
                self.area = None
            if tag == "select":
                self.select = None

        def handle_data(self, data):
            if self.area and not self.depth:
                self.data[self.area] += data

    form = Form()
    form.data = {}
    form.feed(html)
    return {
        name: value[1:] if isinstance(value, str) and value.startswith("\n") else value
        for name, value in form.data.items()
    }


def test_a_layer_is_created_with_everything(sign_in, owner):
    answer = sign_in(owner).post("/layers/new/", filled())
    layer = Layer.objects.get()
    assert answer.status_code == 302, answer.context["editor"].problem_list
    assert answer["Location"] == "/layers/rivers-of-ghana/"
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "“Rivers of Ghana” was created."
    ]
    assert (layer.owner, layer.created_by, layer.version) == (owner, owner, 1)
    assert layer.abstract == "First line.\nSecond line."
    assert layer.alternative_titles == ["Ghana rivers", "Nsuo"]
    assert layer.crs == ["EPSG:4326"]
    assert layer.bbox is not None
    assert layer.bbox.as_list == [-3.3, 4.7, 1.2, 11.2]
    assert sorted(layer.keywords.values_list("name", flat=True)) == ["Ghana", "rivers", "water"]
    assert set(layer.topic_categories.values_list("code", flat=True)) == {
        "inlandWaters",
        "environment",
    }
    assert layer.organisation == Organisation.objects.get(name="Water Board")
    assert [str(extent) for extent in layer.temporal_extents.all()] == [
        "1590 – …",
        "-0043 – 0012-05",
    ]
    assert layer.dates.get().date == "1850-03"
    assert str(layer.layer_contacts.get().party) == "Ama Mensah"
    assert layer.distributions.get().protocol_id == "OGC:WMS"
    assert layer.attributes.get().unit == "m"


def test_a_title_is_enough(sign_in, owner):
    assert sign_in(owner).post("/layers/new/", least(title="Soils")).status_code == 302
    assert Layer.objects.get().title == "Soils"


def test_a_draft_is_kept_from_others(sign_in, owner, stranger):
    sign_in(owner).post("/layers/new/", least(title="Soils", state="draft"))
    assert sign_in(stranger).get("/layers/soils/").status_code == 404


def test_saving_the_page_as_it_stands_changes_nothing_but_the_version(sign_in, owner, call):
    sign_in(owner).post("/layers/new/", filled())
    layer = Layer.objects.get()
    parts = ("temporal_extents", "dates", "layer_contacts", "distributions", "attributes")
    before = call(owner, "get", f"/api/layers/{layer.pk}").json()
    keys = [list(getattr(layer, name).values_list("pk", flat=True)) for name in parts]

    client = sign_in(owner)
    page = as_browser_sends(client.get("/layers/rivers-of-ghana/edit/").text)
    answer = client.post("/layers/rivers-of-ghana/edit/", page)
    assert answer.status_code == 302, answer.context["editor"].problem_list

    after = call(owner, "get", f"/api/layers/{layer.pk}").json()
    assert after["version"] == 2
    for name in ("version", "updated_at"):
        del before[name], after[name]
    assert after == before
    assert keys == [list(getattr(layer, name).values_list("pk", flat=True)) for name in parts]


def test_an_edit_counts_once_and_says_who(sign_in, owner, staff, layer):
    answer = sign_in(staff).post(f"/layers/{layer.slug}/edit/", filled())
    layer.refresh_from_db()
    assert answer.status_code == 302
    assert (layer.version, layer.updated_by, layer.owner) == (2, staff, owner)


def test_rows_are_removed_by_their_box_or_by_being_emptied(sign_in, owner, layer):
    client = sign_in(owner)
    client.post(f"/layers/{layer.slug}/edit/", filled())
    removed = {
        "links-0-DELETE": "on",
        "contacts-0-name": "",
        "contacts-0-organisation": "",
        "contacts-0-email": "",
        "contacts-0-role": "pointOfContact",
    }
    client.post(f"/layers/{layer.slug}/edit/", filled(2, **removed))
    assert not layer.distributions.exists()
    assert not layer.layer_contacts.exists()
    assert layer.dates.exists()


def test_keywords_with_commas_survive_an_edit(sign_in, owner, layer, call):
    path = f"/api/layers/{layer.pk}"
    call(owner, "patch", path, {"keywords": ["Maps, old", "water"]}, **{"If-Match": "*"})
    client = sign_in(owner)
    page = as_browser_sends(client.get(f"/layers/{layer.slug}/edit/").text)
    page["keywords"] += "\nnew, newer"
    client.post(f"/layers/{layer.slug}/edit/", page)
    names = set(layer.keywords.values_list("name", flat=True))
    assert names == {"Maps, old", "water", "new", "newer"}


def test_a_new_address_leads_on_from_the_old_one(sign_in, owner, layer):
    sign_in(owner).post(f"/layers/{layer.slug}/edit/", least(title="Rivers", slug="streams"))
    answer = sign_in(None).get("/layers/rivers-of-ghana/")
    assert (answer.status_code, answer["Location"]) == (301, "/layers/streams/")


def test_deleting_asks_first(sign_in, owner, layer):
    client = sign_in(owner)
    page = client.get(f"/layers/{layer.slug}/delete/")
    assert "Delete this layer?" in page.text
    assert Layer.objects.exists()
    answer = client.post(f"/layers/{layer.slug}/delete/", {"version": 1})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert not Layer.objects.exists()


def test_what_changed_since_the_question_is_not_deleted(sign_in, owner, layer):
    layer.save()
    answer = sign_in(owner).post(f"/layers/{layer.slug}/delete/", {"version": "1"})
    assert answer.status_code == 409
    assert 'name="version" value="2"' in answer.text
    assert Layer.objects.exists()


def test_anonymous_people_sign_in_and_come_back(sign_in, layer):
    for path in ("/layers/new/", f"/layers/{layer.slug}/edit/", f"/layers/{layer.slug}/delete/"):
        answer = sign_in(None).get(path)
        assert answer["Location"] == f"/accounts/login/?next={path}"


def test_the_page_has_a_label_for_each_field_and_no_inline_code(sign_in, owner, layer):
    html = sign_in(owner).get(f"/layers/{layer.slug}/edit/").text
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=", html)
    for tag in re.findall(r"<(?:input|select|textarea)[^>]*>", html.split('id="editor"')[1]):
        if re.search('type="(hidden|checkbox|submit)"|aria-label="[^"]+ [0-9]"', tag):
            continue
        identity = re.search(r' id="([^"]+)"', tag)
        assert identity, tag
        assert f'for="{identity[1]}"' in html, tag


def test_words_say_how_much_a_field_is_wanted(sign_in, owner):
    html = sign_in(owner).get("/layers/new/").text
    for word in ("required", "recommended", "optional"):
        assert f'<span class="level">{word}</span>' in html


def test_the_edit_page_costs_the_same_number_of_queries_however_much_there_is(
    sign_in, owner, layer, django_assert_max_num_queries
):
    client = sign_in(owner)
    many: dict[str, str] = {}
    for number in range(40):
        many |= {
            f"links-{number}-url": f"https://example.org/{number}",
            f"links-{number}-protocol": "OGC:WMS",
            f"attributes-{number}-name": f"column {number}",
        }
    with django_assert_max_num_queries(80):
        client.post(f"/layers/{layer.slug}/edit/", filled(**many))
    assert layer.distributions.count() == 40
    with django_assert_max_num_queries(32):
        client.get(f"/layers/{layer.slug}/edit/")
