"""The import as a whole: what it writes, what it leaves alone, what it says."""

import gzip
import json
from io import StringIO
from itertools import islice

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from layers.bulk import BulkWriter
from layers.models import (
    Distribution,
    Keyword,
    Layer,
    LayerContact,
    LayerDate,
    Organisation,
    Party,
    SlugRedirect,
    TemporalExtent,
)
from layers.signals import layers_changed
from solr_sync.models import LedgerEntry
from tests.layers.records import REAL_RECORDS, RIVERS, ROADS, needs_real_records, write_lines

pytestmark = pytest.mark.django_db


def run(*args) -> str:
    out = StringIO()
    call_command("import_layers", *map(str, args), stdout=out, stderr=StringIO())
    return out.getvalue()


def snapshot() -> list:
    layers = Layer.objects.order_by("pk").values_list()
    parts = (Distribution, LayerContact, LayerDate, TemporalExtent, Keyword, Party, Organisation)
    ledger = LedgerEntry.objects.order_by("object_id").values_list(
        "object_id", "version", "changed_at"
    )
    rows = (part.objects.order_by("pk").values_list() for part in parts)
    return [list(layers), list(ledger), *map(list, rows)]


@pytest.fixture
def file(tmp_path):
    return write_lines(tmp_path / "records.jsonl", RIVERS, ROADS)


def rivers() -> Layer:
    return Layer.objects.get(source_id="example-rivers")


def test_new_records_become_layers(file):
    assert "2 created, 0 updated, 0 unchanged, 0 refused" in run(file)
    layer = rivers()
    layer.full_clean()
    assert (layer.slug, layer.version, layer.source) == ("rivers-of-ghana", 1, "opengeometadata")
    assert (layer.state, layer.visibility, layer.owner) == ("published", "public", None)
    assert str(layer.updated_at) == "2020-03-04 05:06:07+00:00"
    assert str(layer.organisation) == "Survey of Ghana"
    assert {str(word) for word in layer.keywords.all()} == {"Rivers", "Hydrography"}
    assert layer.regions.get().pk == "GHA"
    assert layer.layer_contacts.get().party.name == "Mensah, Ama"
    assert [link.position for link in layer.distributions.all()] == [0, 1]
    assert layer.temporal_extents.get().start_year == 1998


def test_the_owner_is_whom_the_command_names(file):
    ada = User.objects.create_user("ada")
    run(file, "--owner", "ada")
    assert rivers().owner == rivers().created_by == ada
    with pytest.raises(CommandError, match="no user named bob"):
        run(file, "--owner", "bob")


def test_a_second_run_writes_nothing(file):
    run(file)
    before = snapshot()
    assert LedgerEntry.objects.count() == 2
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert "0 created, 0 updated, 2 unchanged, 0 refused" in run(file)
    assert snapshot() == before
    written = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []


def test_a_second_run_of_the_same_records_in_another_file_writes_nothing(file, tmp_path):
    run(file)
    before = snapshot()
    zipped = tmp_path / "again.txt"
    stamped = RIVERS | {"gbl_mdModified_dt": "2024-01-01T00:00:00Z"}
    zipped.write_bytes(gzip.compress(json.dumps([ROADS, stamped]).encode()))
    assert "2 unchanged" in run(zipped)
    assert snapshot() == before


def test_a_changed_record_changes_its_layer_and_no_other(file, tmp_path):
    run(file)
    old, roads = rivers(), Layer.objects.get(source_id="example-roads")
    newer = RIVERS | {
        "dct_title_s": "Rivers and lakes of Ghana",
        "dct_subject_sm": ["Lakes"],
        "dct_creator_sm": [],
        "schema_provider_s": "Water Office",
        "gbl_mdModified_dt": "2021-01-01T00:00:00Z",
    }
    report = run(write_lines(tmp_path / "newer.jsonl", newer, ROADS))
    assert "0 created, 1 updated, 1 unchanged, 0 refused" in report
    layer = rivers()
    assert (layer.pk, layer.slug, layer.version) == (old.pk, old.slug, 2)
    assert layer.title == "Rivers and lakes of Ghana"
    assert [str(word) for word in layer.keywords.all()] == ["Lakes"]
    assert layer.layer_contacts.count() == 0
    assert str(layer.organisation) == "Water Office"
    assert str(layer.updated_at) == "2021-01-01 00:00:00+00:00"
    assert layer.distributions.count() == 2
    assert Layer.objects.get(pk=roads.pk).version == 1


def test_what_people_added_where_records_say_nothing_stays(file, tmp_path):
    run(file)
    layer = rivers()
    layer.lineage = "Walked along."
    layer.save()
    layer.attributes.create(name="width")
    run(write_lines(tmp_path / "newer.jsonl", RIVERS | {"dct_title_s": "Other"}))
    assert rivers().lineage == "Walked along."
    assert rivers().attributes.get().name == "width"


def test_an_edit_stays_while_the_record_says_the_same(file):
    run(file)
    layer = rivers()
    layer.title = "My rivers"
    layer.save()
    report = run(file)
    assert "2 unchanged" in report
    assert "1 unchanged record has a layer that was edited here; the edit stays." in report
    assert rivers().title == "My rivers"


def test_a_newer_record_replaces_an_edit_and_says_so(file, tmp_path):
    run(file)
    layer = rivers()
    layer.title = "My rivers"
    layer.save()
    newer = write_lines(tmp_path / "newer.jsonl", RIVERS | {"dct_title_s": "Their rivers"})
    report = run(newer)
    assert rivers().title == "Their rivers"
    assert "people had edited" in report
    assert "newer.jsonl, line 1 (example-rivers)" in report
    assert "edited" not in run(newer)


@pytest.mark.parametrize(
    ("before", "edited", "after", "result"),
    [
        ("Public", "private", "Public", "private"),
        ("Public", "registered", "Restricted", "private"),
        ("Restricted", "public", "Restricted", "public"),
        ("Public", None, "Restricted", "private"),
        ("Restricted", None, "Public", "public"),
    ],
)
def test_no_record_opens_what_people_closed(tmp_path, before, edited, after, result):
    path = tmp_path / "records.jsonl"
    run(write_lines(path, RIVERS | {"dct_accessRights_s": before}))
    if edited:
        layer = rivers()
        layer.visibility = edited
        layer.save()
    run(write_lines(path, RIVERS | {"dct_accessRights_s": after, "dct_title_s": "Newer"}))
    assert (rivers().title, rivers().visibility) == ("Newer", result)


def test_restricted_and_suppressed_records_are_found_by_nobody_else(tmp_path):
    restricted = RIVERS | {"dct_accessRights_s": "Restricted"}
    suppressed = ROADS | {"suppressed_b": True}
    run(write_lines(tmp_path / "records.jsonl", restricted, suppressed))
    visitor = User.objects.create_user("visitor")
    staff = User.objects.create_user("staff", is_staff=True)
    assert Layer.objects.readable_by(visitor).count() == 0
    assert Layer.objects.readable_by(staff).count() == 2


def test_the_record_in_the_other_schema_has_the_same_layer(tmp_path):
    run(write_lines(tmp_path / "old.jsonl", ROADS))
    newer = RIVERS | {"id": "example-roads"}
    assert "0 created, 1 updated" in run(write_lines(tmp_path / "new.jsonl", newer))


def test_a_layer_that_was_deleted_comes_back_under_its_address(file):
    run(file)
    identity = rivers().pk
    rivers().delete()
    assert "1 created" in run(file)
    assert rivers().pk == identity


def test_refused_records_are_named_with_their_reason(tmp_path):
    path = write_lines(tmp_path / "mixed.jsonl", RIVERS, {"id": "x", "dct_title_s": ""}, [1])
    with path.open("a") as file:
        file.write("{broken\n")
    report = run(path)
    assert "1 created, 0 updated, 0 unchanged, 3 refused" in report
    assert "mixed.jsonl, line 2 (x): the record has no title" in report
    assert "mixed.jsonl, line 3: a record is a JSON object" in report
    assert "mixed.jsonl, line 4: the line is no JSON" in report


def test_the_first_record_of_an_id_counts(tmp_path):
    other = RIVERS | {"dct_title_s": "Another"}
    path = write_lines(tmp_path / "twice.jsonl", RIVERS, other, RIVERS)
    report = run(path)
    assert "1 created, 0 updated, 1 unchanged, 1 refused" in report
    assert "line 2 (example-rivers): another record with this id stands in" in report
    assert "0 created, 0 updated, 2 unchanged, 1 refused" in run(path)


def test_an_unreadable_file_is_said_at_the_end_and_the_others_are_read(file, tmp_path):
    with pytest.raises(CommandError, match="Not everything could be read"):
        run(tmp_path / "missing.jsonl", file)
    assert Layer.objects.count() == 2


def test_a_run_that_reads_nothing_fails(tmp_path):
    with pytest.raises(CommandError, match="No layer could be read"):
        run(write_lines(tmp_path / "records.jsonl", {"id": "x"}))


def test_a_trial_run_writes_nothing(file, tmp_path):
    assert "2 created" in run(file, "--dry-run")
    assert Layer.objects.count() == Keyword.objects.count() == 0
    run(file)
    before = snapshot()
    newer = write_lines(tmp_path / "newer.jsonl", RIVERS | {"dct_title_s": "Newer"})
    report = run(newer, "--dry-run")
    assert "1 updated" in report
    assert "Nothing was written" in report
    assert snapshot() == before


def test_remarks_stand_in_the_report_and_in_the_layer(tmp_path):
    run_report = run(
        write_lines(tmp_path / "r.jsonl", RIVERS | {"dcat_bbox": "ENVELOPE(65, 60, 74, 47)"})
    )
    assert "1 × west and east of the box were exchanged" in run_report
    assert "r.jsonl, line 1 (example-rivers): ENVELOPE(65, 60, 74, 47)" in run_report
    assert "exchanged" in rivers().extra["_import"]["notes"][0]
    assert rivers().extra["dcat_bbox"] == "ENVELOPE(65, 60, 74, 47)"


def test_addresses_are_unique_and_readable(tmp_path):
    Layer.objects.create(title="Rivers of Ghana")
    SlugRedirect.objects.create(slug="old", layer=Layer.objects.create(title="x"))
    titles = ["Rivers of Ghana", "Rivers of Ghana", "Old", "Карта", "Карта", "!", "New"]
    records = [RIVERS | {"id": f"r{n}", "dct_title_s": title} for n, title in enumerate(titles)]
    run(write_lines(tmp_path / "records.jsonl", *records))
    slugs = list(
        Layer.objects.exclude(source="").order_by("source_id").values_list("slug", flat=True)
    )
    assert len(set(slugs)) == len(titles)
    assert all(slug.startswith("rivers-of-ghana-") for slug in slugs[:2])
    assert slugs[2].startswith("old-")
    assert all(slug.startswith("layer-") for slug in slugs[3:6])
    assert slugs[6].startswith("new-")


def test_keywords_that_differ_in_case_are_one(tmp_path):
    Keyword.objects.create(name="rivers")
    record = RIVERS | {"dct_subject_sm": ["RIVERS", "Rivers", "Flüsse", "FLÜSSE"]}
    run(write_lines(tmp_path / "records.jsonl", record))
    assert sorted(str(word) for word in rivers().keywords.all()) == ["Flüsse", "rivers"]


def test_known_parties_and_organisations_are_taken(file):
    party = Party.objects.create(name="Mensah, Ama")
    Party.objects.create(name="Mensah, Ama", email="ama@example.org")
    organisation = Organisation.objects.create(name="SURVEY OF GHANA")
    run(file)
    assert rivers().layer_contacts.get().party == party
    assert rivers().organisation == organisation


def test_a_record_that_the_database_refuses_costs_no_other_its_place(file, monkeypatch):
    create = BulkWriter.create

    def refusing(self, described):
        create(self, described)
        if any(one.layer.source_id == "example-roads" for one in described):
            raise IntegrityError("no roads\nplease")

    monkeypatch.setattr(BulkWriter, "create", refusing)
    report = run(file)
    assert "1 created, 0 updated, 0 unchanged, 1 refused" in report
    assert "line 2 (example-roads): no roads please" in report
    assert {str(word) for word in rivers().keywords.all()} == {"Rivers", "Hydrography"}


def test_a_database_that_is_away_is_said_in_one_line(file, monkeypatch):
    def away(self, described):
        raise OperationalError("server closed\nthe connection")

    monkeypatch.setattr(BulkWriter, "create", away)
    with pytest.raises(CommandError, match=r"server closed the connection.*run the command again"):
        run(file)


def test_values_that_databases_refuse(tmp_path):
    record = RIVERS | {"dct_title_s": "A\x00B", "x": "\ud800\x00", "y": 1e999}
    run(write_lines(tmp_path / "records.jsonl", record))
    assert rivers().title == "A B"
    assert "y" in rivers().extra


def test_the_change_is_announced(file, django_capture_on_commit_callbacks):
    heard = []

    def hear(**kwargs):
        heard.append(kwargs["sender"])

    layers_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            run(file)
        assert heard == [Layer]
        with django_capture_on_commit_callbacks(execute=True):
            run(file)
        assert heard == [Layer]
    finally:
        layers_changed.disconnect(hear)


@pytest.mark.records
@needs_real_records
def test_all_real_records_and_then_nothing():
    report = run(REAL_RECORDS)
    assert "4977 created, 0 updated, 0 unchanged, 0 refused" in report
    layers = Layer.objects.all()
    assert layers.filter(state="draft").count() == 4
    assert layers.filter(visibility="private").count() == 1151
    assert layers.filter(west=None).count() == 9
    assert layers.filter(regions=None).count() < 100
    before = snapshot()
    assert "0 created, 0 updated, 4977 unchanged, 0 refused" in run(REAL_RECORDS)
    assert snapshot() == before


@pytest.mark.records
@needs_real_records
def test_real_layers_pass_the_editor_s_checks(tmp_path):
    with gzip.open(REAL_RECORDS) as file:
        some = b"".join(islice(file, 400))
    (tmp_path / "some.jsonl").write_bytes(some)
    run(tmp_path / "some.jsonl")
    parts = ("dates", "temporal_extents", "distributions")
    for layer in Layer.objects.prefetch_related(*parts):
        layer.full_clean(validate_unique=False, validate_constraints=False)
        for name in parts:
            for part in getattr(layer, name).all():
                part.clean_fields(exclude=["layer"])
