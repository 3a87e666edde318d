"""Generated layers: whole, repeatable, and gone when they are to go."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from factory.random import reseed_random

from layers.factories import DescribedLayerFactory, LayerFactory, tell
from layers.models import Distribution, Layer, LayerContact, TemporalExtent
from layers.subjects import SUBJECTS

pytestmark = pytest.mark.django_db


def generate(*args: str) -> str:
    out = StringIO()
    call_command("generate_data", *args, stdout=out, stderr=StringIO())
    return out.getvalue()


def described() -> list[tuple]:
    fields = (
        "slug",
        "title",
        "abstract",
        "west",
        "format",
        "licence",
        "updated_at",
        "organisation__name",
    )
    return list(Layer.objects.order_by("source_id").values_list("pk", *fields))


def test_a_factory_s_layer_is_valid_and_takes_names_of_its_terms():
    layer = LayerFactory(
        title="Rivers", keywords=["rivers"], topic_categories=["inlandWaters"], regions=["GHA"]
    )
    layer.full_clean()
    assert layer.title == "Rivers"
    assert layer.bbox is not None
    assert [str(keyword) for keyword in layer.keywords.all()] == ["rivers"]
    assert layer.topic_categories.get().pk == "inlandWaters"
    assert layer.regions.get().pk == "GHA"


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.title)
def test_every_subject_makes_a_valid_layer(subject):
    layer = LayerFactory(story=tell(subject=subject))
    layer.full_clean()
    assert subject.title in layer.title
    assert subject.topic in {subject.topic for subject in SUBJECTS}


def test_a_described_layer_lies_in_its_region():
    one = DescribedLayerFactory.build(story=tell(area="Northern"))
    region = one.terms["regions"][0]
    assert one.layer.title
    assert region
    assert one.layer._state.adding


def test_generated_layers_are_whole():
    assert "25 layers made" in generate("25")
    layers = Layer.objects.filter(source="generated", state="published", visibility="public")
    assert layers.count() == 25
    assert layers.values("slug").distinct().count() == 25
    for layer in layers:
        layer.full_clean()
        assert layer.keywords.count() == 4
        assert layer.topic_categories.count() == layer.regions.count() == 1
        assert layer.organisation is not None
    for part in (Distribution, LayerContact, TemporalExtent):
        assert part.objects.values("layer").distinct().count() == 25
    assert not TemporalExtent.objects.filter(start_year=None).exists()


def test_the_same_seed_makes_the_same_layers():
    generate("10", "--seed", "7")
    first = described()
    generate("--clear")
    generate("10", "--seed", "7")
    assert described() == first
    generate("--clear")
    generate("10", "--seed", "8")
    assert not {row[0] for row in described()} & {row[0] for row in first}


def test_a_second_run_adds_what_is_missing():
    generate("10")
    assert "5 layers made, 10 were there already" in generate("15")
    assert Layer.objects.count() == 15


def test_clear_removes_only_generated_layers():
    kept = LayerFactory()
    generate("5")
    assert "5 generated layers removed" in generate("--clear")
    assert Layer.objects.get() == kept


def test_a_negative_count_is_refused():
    with pytest.raises(CommandError, match="must not be negative"):
        call_command("generate_data", count=-3)


def test_random_values_come_from_the_seed():
    reseed_random(3)
    first = tell()
    reseed_random(3)
    assert tell() == first
