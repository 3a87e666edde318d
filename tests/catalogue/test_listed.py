"""A list of layers in JSON is what each layer by itself is in JSON."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from layers.listed import listed
from layers.models import Layer
from layers.representation import for_json, layer_as_json
from tests.catalogue.factories import make_full_layer, make_layer

pytestmark = pytest.mark.django_db


@pytest.fixture
def layers(owner, group) -> list[Any]:
    full: Any = make_full_layer(owner=owner, group=group, updated_by=owner, source="elsewhere")
    full.use_constraints.set(["license", "copyright"])
    full.access_constraints.set(["restricted"])
    full.regions.set(["GHA", "AF", "DEU"])
    full.topic_categories.set(["oceans", "farming", "inlandWaters"])
    full.dates.create(type_id="publication", date="1999-05")
    for number in (3, 1, 2):
        url = f"https://example.org/{number}"
        full.distributions.create(url=url, position=number, size_bytes=number, protocol_id="GPKG")
        full.attributes.create(name=f"a{number}", position=number, nullable=number == 1)
    return [full, make_layer("Bare"), make_layer("Other", keywords=["Zebra", "ähre", "Apfel"])]


@pytest.mark.parametrize("emails", [True, False])
def test_each_is_as_it_is_by_itself(layers, emails):
    keys = [str(layer.pk) for layer in layers]
    found = listed(keys, AnonymousUser(), emails=emails)
    alone = {str(row.pk): row for row in for_json(Layer.objects.filter(pk__in=keys))}
    assert list(found[keys[0]].content) == list(layer_as_json(alone[keys[0]]))
    for key, row in alone.items():
        assert found[key].content == layer_as_json(row, emails=emails)
        assert (found[key].title, found[key].abstract) == (row.title, row.abstract)


def test_it_holds_what_may_be_read_alone(layers, owner, stranger):
    layers[0].visibility = "private"
    layers[0].save()
    keys = [str(layer.pk) for layer in layers]
    assert set(listed(keys, stranger)) == set(keys[1:])
    assert set(listed(keys, owner)) == set(keys)


def test_it_takes_two_queries_however_long(layers, django_assert_num_queries):
    listed([str(layers[0].pk)], AnonymousUser())  # prepares them for this connection
    with django_assert_num_queries(2):
        listed([str(layer.pk) for layer in layers], AnonymousUser())
    with django_assert_num_queries(1):
        assert listed([str(uuid.uuid4())], AnonymousUser()) == {}
