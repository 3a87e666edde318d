import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from layers.extent import BoundingBox
from layers.models import Keyword, Layer, SlugRedirect

pytestmark = pytest.mark.django_db


def test_a_layer_is_published_and_public_without_more():
    layer = Layer.objects.create(title="Soils")
    assert (layer.state, layer.visibility, layer.version) == ("published", "public", 1)


def test_each_save_counts_one_edit(layer):
    layer.title = "Rivers"
    layer.save()
    layer.save(update_fields=["title"])
    assert layer.version == Layer.objects.get(pk=layer.pk).version == 3


def test_a_bulk_update_counts_an_edit_of_each(layer):
    Layer.objects.update(lineage="surveyed")
    layer.refresh_from_db()
    assert (layer.version, layer.lineage) == (2, "surveyed")


def test_the_slug_comes_from_the_title():
    assert Layer.objects.create(title="Böden & Wälder").slug == "boden-walder"


def test_a_title_without_latin_letters_gets_a_slug_of_the_uuid():
    layer = Layer.objects.create(title="河流")
    assert layer.slug == f"layer-{str(layer.pk)[:8]}"


def test_a_slug_is_given_once(layer):
    second = Layer.objects.create(title=layer.title)
    assert second.slug == f"{layer.slug}-{str(second.pk)[:8]}"


def test_no_layer_takes_the_address_of_a_page():
    assert Layer.objects.create(title="New").slug != "new"


def test_a_changed_slug_leaves_a_redirect_and_no_layer_takes_the_old_one(layer):
    layer.slug = "streams"
    layer.save()
    assert SlugRedirect.objects.get(slug="rivers-of-ghana").layer == layer
    assert Layer.objects.create(title="Rivers of Ghana").slug != "rivers-of-ghana"


def test_a_slug_may_be_taken_back(layer):
    for slug in ("streams", "rivers-of-ghana"):
        layer.slug = slug
        layer.save()
    assert list(SlugRedirect.objects.values_list("slug", flat=True)) == ["streams"]


def test_the_box_is_one_value(layer):
    layer.bbox = BoundingBox(170, -20, -170, -10)
    layer.save()
    assert Layer.objects.get(pk=layer.pk).bbox == BoundingBox(170, -20, -170, -10)
    layer.bbox = None
    layer.save()
    assert Layer.objects.get(pk=layer.pk).bbox is None


@pytest.mark.parametrize("sides", [{"west": 1}, {"west": 1, "south": 5, "east": 2, "north": 4}])
def test_the_database_refuses_what_is_no_box(layer, sides):
    with pytest.raises(IntegrityError), transaction.atomic():
        Layer.objects.filter(pk=layer.pk).update(**sides)


def test_half_a_box_is_refused_with_words():
    with pytest.raises(ValidationError) as caught:
        Layer(title="x", west=1, south=2).full_clean()
    assert "all four" in caught.value.message_dict["west"][0]


def test_a_layer_for_a_group_needs_one():
    with pytest.raises(ValidationError) as caught:
        Layer(title="x", visibility="group").full_clean()
    assert "group" in caught.value.message_dict


def test_keywords_that_differ_in_case_and_blanks_are_one():
    Keyword.objects.create(name="Land  Use")
    with pytest.raises(IntegrityError), transaction.atomic():
        Keyword.objects.create(name="land use")
