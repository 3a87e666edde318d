"""The terms that the migration loads."""

import pytest
from django.apps import apps

from layers.models import Language, Licence, Region, TopicCategory
from layers.vocabulary_files import MODELS, entries_of, load_vocabularies

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("name", "model"), MODELS.items())
def test_all_terms_are_there(name, model):
    codes = [entry["code"] for entry in entries_of(name)]
    found = apps.get_model("layers", model).objects.order_by("position")
    assert [term.code for term in found] == codes


def test_terms_are_said_in_the_reader_s_language():
    farming = TopicCategory.objects.get(pk="farming")
    assert (farming.number, farming.label) == ("001", "Farming")
    assert farming.label_in("de") == entries_of("topic_categories")[0]["labels"]["de"]


def test_regions_have_boxes_parents_and_names():
    fiji = Region.objects.get(pk="FJI")
    assert fiji.bbox is not None
    assert fiji.bbox.crosses_antimeridian
    assert fiji.parent == Region.objects.get(pk="OC")
    assert Region.objects.get(pk="DEU").label_in("fr") == "Allemagne"


def test_licences_know_whether_they_are_open_and_languages_their_short_code():
    assert Licence.objects.get(pk="CC-BY-4.0").is_open
    assert not Licence.objects.get(pk="CC-BY-NC-4.0").is_open
    assert Language.objects.get(pk="deu").alpha2 == "de"


def test_loading_again_adds_what_is_missing_and_leaves_what_people_changed():
    TopicCategory.objects.filter(pk="farming").update(label="Fields and cattle")
    TopicCategory.objects.filter(pk="biota").delete()
    load_vocabularies(apps)
    assert TopicCategory.objects.get(pk="farming").label == "Fields and cattle"
    assert TopicCategory.objects.get(pk="biota").label == "Biota"
    assert TopicCategory.objects.count() == 21
