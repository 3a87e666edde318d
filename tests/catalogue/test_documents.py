import io
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from catalogue.documents import STEMMED
from catalogue.search import fields
from layers.models import Layer
from solr_sync.registry import registry
from tests.catalogue.factories import make_full_layer, make_layer

pytestmark = pytest.mark.django_db
SAMPLES = settings.BASE_DIR / "layers" / "samples" / "samples.jsonl"
SCHEMA = (Path(settings.SOLR_SYNC_CONFIGSETS["layers"]) / "schema.xml").read_text()
WORKSHOP = {
    "id", "name", "title", "abstract", "bbox", "category", "modified_date", "username", "keywords",
    "regions",
}  # fmt: skip


def document_of(layer):
    [(_key, document)] = registry["layer"].build([str(layer.pk)])
    assert isinstance(document, dict), document
    return document


def test_the_fields_of_the_workshop_have_the_values_of_the_record(owner):
    layer = make_full_layer(owner=owner)
    document = document_of(layer)
    assert {name: document[name] for name in WORKSHOP} == {
        "id": str(layer.pk),
        "name": "hydro:rivers",
        "title": "Rivers of Ghana",
        "abstract": "Perennial and seasonal streams. A **network** for the planner.",
        "bbox": "ENVELOPE(-3.26, 1.19, 11.17, 4.74)",
        "category": ["Inland waters"],
        "modified_date": document["modified_date"],
        "username": "owner",
        "keywords": ["Hydrography", "Streams"],
        "regions": ["Ghana"],
    }
    shown = datetime.fromisoformat(document["modified_date"])
    assert abs((shown - layer.updated_at).total_seconds()) < 0.001
    assert document["modified_date"].endswith("Z")


def test_an_empty_layer_has_no_empty_fields():
    document = document_of(make_layer("Only a title"))
    assert all(value not in (None, "", []) for value in document.values())
    assert "bbox" not in document
    assert "username" not in document
    assert document["name"] == "only-a-title"
    assert document["acl"] == ["staff", "public"]


def test_values_are_scalars_or_lists_of_scalars():
    for value in document_of(make_full_layer()).values():
        assert isinstance(value, str | int | float) or all(isinstance(item, str) for item in value)


def test_every_field_is_known_to_the_schema(owner):
    declared = set(re.findall(r'<field name="([^"]+)"', SCHEMA))
    dynamic = re.findall(r'<dynamicField name="\*([^"]+)"', SCHEMA)
    for name in document_of(make_full_layer(owner=owner)):
        assert name in declared or name.endswith(tuple(dynamic)), name


def test_every_stemmed_language_has_its_fields_in_the_schema_and_in_questions():
    asked = {suffix for suffixes in fields.STEMS_BY_SCRIPT.values() for suffix in suffixes}
    assert set(STEMMED.values()) == asked
    for suffix in STEMMED.values():
        assert f'name="*_stem_{suffix}"' in SCHEMA


def test_a_language_that_is_not_stemmed_is_no_unknown_field():
    document = document_of(make_layer(metadata_language_id="jpn", languages=["zho"]))
    assert not [name for name in document if "_stem_" in name]


def test_no_e_mail_address_reaches_the_index(owner):
    assert "@" not in repr(document_of(make_full_layer(owner=owner)))


def test_hostile_texts_are_made_fit():
    document = document_of(
        make_layer(
            "T\x01" + "é" * 900,
            abstract="a\x0bb",
            format="f" * 255,
            organisation="水" * 500,
            identifiers=["x" * 50_000, {"value": "y"}, {"scheme": "doi"}, 7],
            alternative_titles=["", "\x02"],
        )
    )
    assert document["abstract"] == "a b"
    assert "\x01" not in document["title"]
    assert all(len(text.encode()) <= 2000 for text in document["identifiers"])
    assert len(document["organisation"].encode()) <= 2000
    assert "alternative_titles" not in document


def test_building_many_takes_few_questions(django_assert_max_num_queries):
    layers = [make_full_layer(slug=f"layer-{n}") for n in range(5)]
    with django_assert_max_num_queries(14):
        assert len(list(registry["layer"].build([str(layer.pk) for layer in layers]))) == 5


@pytest.mark.postgresql
def test_statistics_of_an_emptied_table_do_no_harm():
    """PostgreSQL may then compare all rows of all tables of a statement: for minutes, of three."""
    with connection.cursor() as cursor:
        before = transaction.savepoint()
        call_command("import_layers", str(SAMPLES), stdout=io.StringIO())
        transaction.savepoint_rollback(before)
        cursor.execute("ANALYZE")
        call_command("import_layers", str(SAMPLES), stdout=io.StringIO())
        cursor.execute("SET LOCAL statement_timeout = '30s'")
        keys = list(map(str, Layer.objects.values_list("pk", flat=True)))
        documents: dict[str, Any] = dict(registry["layer"].build(keys))
    assert all(documents[key]["title"] for key in keys)
