"""What is missing from a layer, and the one thing to add next."""

from typing import Any

import pytest

from accounts.models import User
from layers.completeness import CRITERIA, completeness_of, with_completeness
from layers.models import (
    Attribute,
    Distribution,
    Keyword,
    Layer,
    LayerContact,
    Organisation,
    Party,
    TemporalExtent,
    TopicCategory,
)

pytestmark = pytest.mark.django_db


def missing(layer: Layer) -> list[str]:
    return [criterion.name for criterion in completeness_of(layer).missing]


@pytest.fixture
def complete(owner: User) -> Layer:
    layer = Layer.objects.create(
        title="Rivers", abstract="a" * 50, west=0, south=0, east=1, north=1, lineage="Digitised.",
        organisation=Organisation.objects.create(name="Water Board"), licence_id="CC-BY-4.0",
        maintenance_frequency_id="annually", owner=owner,
    )  # fmt: skip
    layer.topic_categories.set(TopicCategory.objects.filter(code="oceans"))
    layer.keywords.set([Keyword.objects.create(name=name) for name in ("a", "b", "c")])
    TemporalExtent.objects.create(layer=layer, start="1990")
    party = Party.objects.create(name="Ama", email="ama@example.org")
    LayerContact.objects.create(layer=layer, party=party)
    Distribution.objects.create(layer=layer, url="https://example.org/")
    Attribute.objects.create(layer=layer, name="width", description="In metres.")
    return layer


def test_the_weights_are_points_of_a_hundred():
    assert sum(criterion.weight for criterion in CRITERIA) == 100


def test_a_bare_layer_has_the_points_of_its_title_and_should_be_described_next(layer):
    found = completeness_of(Layer.objects.create(title="Rivers"))
    assert found.score == 10
    assert found.next is not None
    assert found.next.name == "abstract"


def test_a_layer_with_everything_is_complete(complete):
    found = completeness_of(complete)
    assert (found.score, found.missing, found.next) == (100, [], None)


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        (lambda layer: Layer.objects.update(abstract="a" * 49), "abstract"),
        (lambda layer: layer.topic_categories.clear(), "topic"),
        (lambda layer: layer.keywords.remove(layer.keywords.first()), "keywords"),
        (
            lambda layer: Layer.objects.update(west=None, south=None, east=None, north=None),
            "extent",
        ),
        (lambda layer: Layer.objects.update(west=-180, south=-90, east=180, north=90), "extent"),
        (lambda layer: TemporalExtent.objects.all().delete(), "time"),
        (lambda layer: Party.objects.update(email=""), "contact"),
        (lambda layer: Layer.objects.update(organisation=None), "organisation"),
        (lambda layer: Layer.objects.update(licence=None), "licence"),
        (lambda layer: Layer.objects.update(licence="not-specified"), "licence"),
        (lambda layer: Layer.objects.update(maintenance_frequency=None), "frequency"),
        (lambda layer: Layer.objects.update(lineage=""), "lineage"),
        (lambda layer: Distribution.objects.all().delete(), "links"),
        (lambda layer: Attribute.objects.update(description=""), "attributes"),
    ],
)
def test_each_thing_counts(complete, change, lacks):
    change(complete)
    assert missing(complete) == [lacks]


def test_the_whole_world_is_an_extent_where_it_is_meant(complete):
    Layer.objects.update(west=-180, south=-90, east=180, north=90)
    complete.regions.set(["WORLD"])
    assert missing(complete) == []


def test_a_raster_has_no_attributes_to_describe(complete):
    Attribute.objects.all().delete()
    Layer.objects.update(geometry_type="raster")
    assert missing(complete) == []


def test_the_database_counts_alike(complete):
    for layer in [complete, Layer.objects.create(title="Roads")]:
        row: Any = with_completeness(Layer.objects.all()).get(pk=layer.pk)
        assert row.completeness_score == completeness_of(layer).score
