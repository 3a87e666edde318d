"""The ledger counts every way of changing the data, in the statement that changes it."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F

from accounts.models import User
from layers.models import Distribution, Keyword, Layer, Organisation, TopicCategory
from solr_sync import triggers
from solr_sync.models import LedgerEntry, RelatedChange
from solr_sync.registry import registry
from tests.programs import eventually
from tests.solr_sync.conftest import entry_of, versions
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def layer(committed: None) -> Layer:
    return Layer.objects.create(title="Rivers")


def counted(layer: Layer, before: int) -> bool:
    return entry_of(layer).version > before


def test_a_new_layer_is_due_at_once(layer: Layer) -> None:
    entry = entry_of(layer)
    assert (entry.version, entry.indexed_version, entry.pending) == (1, 0, True)
    assert entry.due_at is not None


def test_a_save_counts_once(layer: Layer) -> None:
    layer.save()
    assert entry_of(layer).version == 2


def test_an_update_of_many_counts_for_each(layer: Layer) -> None:
    other = Layer.objects.create(title="Lakes")
    Layer.objects.filter(title__in=["Rivers", "Lakes"]).update(title="Water")
    assert (entry_of(layer).version, entry_of(other).version) == (2, 2)


def test_rows_created_in_bulk_count() -> None:
    Layer.objects.bulk_create([Layer(title=f"Layer {n}", slug=f"layer-{n}") for n in range(5)])
    assert len(versions()) == 5


def test_rows_updated_in_bulk_count(layer: Layer) -> None:
    layer.title = "Water"
    Layer.objects.bulk_update([layer], ["title"])
    assert counted(layer, 1)


def test_raw_sql_counts(layer: Layer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layers_layer SET title = 'Water'")
    assert entry_of(layer).version == 2


def test_a_keyword_counts_from_both_sides(layer: Layer) -> None:
    keyword = Keyword.objects.create(name="hydrology")
    layer.keywords.add(keyword)
    assert entry_of(layer).version == 2
    keyword.layer_set.remove(layer)
    assert entry_of(layer).version == 3


def test_a_child_row_counts_for_its_layer(layer: Layer) -> None:
    link = Distribution.objects.create(layer=layer, url="https://example.org/")
    assert entry_of(layer).version == 2
    link.delete()
    assert entry_of(layer).version == 3


def test_a_child_row_that_moves_counts_for_both_layers(layer: Layer) -> None:
    other = Layer.objects.create(title="Lakes")
    link = Distribution.objects.create(layer=layer, url="https://example.org/")
    before = entry_of(layer).version, entry_of(other).version
    Distribution.objects.filter(pk=link.pk).update(layer=other)
    assert counted(layer, before[0])
    assert counted(other, before[1])


def test_set_null_after_a_delete_counts(layer: Layer) -> None:
    organisation = Organisation.objects.create(name="Water Board")
    Layer.objects.filter(pk=layer.pk).update(organisation=organisation)
    before = entry_of(layer).version
    organisation.delete()
    assert counted(layer, before)


def test_a_deleted_layer_keeps_its_entry(layer: Layer) -> None:
    object_id = str(layer.pk)
    layer.delete()
    entry = LedgerEntry.objects.get(object_id=object_id)
    assert entry.version == 2
    assert entry.due_at is not None


def test_what_is_rolled_back_counts_nothing(layer: Layer) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        layer.title = "Water"
        layer.save()
        _ = 1 / 0
    assert entry_of(layer).version == 1


@pytest.mark.postgresql
def test_a_transaction_counts_once(layer: Layer) -> None:
    with transaction.atomic():
        layer.save()
        layer.keywords.add(Keyword.objects.create(name="hydrology"))
        Layer.objects.filter(pk=layer.pk).update(title="Water")
    assert entry_of(layer).version == 2


def test_a_savepoint_that_is_rolled_back_takes_nothing_with_it(layer: Layer) -> None:
    LedgerEntry.objects.update(due_at=None, indexed_version=1)
    with transaction.atomic():
        Layer.objects.filter(pk=layer.pk).update(title="Kept")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            Layer.objects.filter(pk=layer.pk).update(title="Not kept")
            _ = 1 / 0
    assert entry_of(layer).pending
    assert entry_of(layer).due_at is not None


def test_a_renamed_topic_is_one_related_change(layer: Layer) -> None:
    topic = TopicCategory.objects.create(code="testing", label="Testing")
    layer.topic_categories.add(topic)
    before = entry_of(layer).version
    TopicCategory.objects.filter(pk="testing").update(label="Trials")
    change = RelatedChange.objects.get(path="topic_categories", object_id="testing")
    assert (change.document_type, change.version) == ("layer", 1)
    assert entry_of(layer).version == before
    layer.topic_categories.clear()
    topic.delete()


def test_an_update_that_changes_nothing_is_no_related_change(layer: Layer) -> None:
    topic = TopicCategory.objects.create(code="testing", label="Testing")
    TopicCategory.objects.filter(pk="testing").update(label="Testing")
    assert not RelatedChange.objects.exists()
    topic.delete()


def test_a_sign_in_of_the_owner_is_no_related_change() -> None:
    owner = User.objects.create(username="owner")
    Layer.objects.create(title="Rivers", owner=owner)
    User.objects.filter(pk=owner.pk).update(last_login="2026-01-01T00:00:00Z")
    assert not RelatedChange.objects.exists()
    User.objects.filter(pk=owner.pk).update(username="renamed")
    assert RelatedChange.objects.get().path == "owner"


@pytest.mark.postgresql
def test_a_statement_of_many_rows_takes_the_bulk_lane() -> None:
    Layer.objects.bulk_create([Layer(title=f"Layer {n}", slug=f"layer-{n}") for n in range(150)])
    assert set(LedgerEntry.objects.values_list("lane", flat=True)) == {1}


def test_what_comes_in_masses_takes_the_bulk_lane() -> None:
    with transaction.atomic():
        Layer.objects.bulk_create(
            [Layer(title=f"Layer {n}", slug=f"layer-{n}") for n in range(1000)]
        )
    lanes = list(LedgerEntry.objects.values_list("lane", flat=True))
    assert lanes.count(1) > 500


def test_a_live_edit_of_a_bulk_row_takes_the_live_lane() -> None:
    Layer.objects.bulk_create([Layer(title=f"Layer {n}", slug=f"layer-{n}") for n in range(150)])
    LedgerEntry.objects.update(lane=1, due_at=F("due_at") - timedelta(seconds=2))
    layer = Layer.objects.all()[0]
    layer.save()
    assert entry_of(layer).lane == 0


@pytest.mark.postgresql
def test_a_truncated_table_counts_for_every_entry(layer: Layer) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE layers_layer CASCADE")
    assert counted(layer, 1)


class TestInstallation:
    """Triggers are compared with what the registry wants, and put back."""

    @pytest.fixture(autouse=True)
    def _put_back(self, committed: None):
        yield
        triggers.install("default")

    def drop_one(self) -> str:
        victim = next(t for t in triggers.wanted("default") if t.table == "layers_layer")
        with connection.cursor() as cursor:
            cursor.execute(victim.create[0])
        return victim.name

    def test_all_stand_after_migrate(self) -> None:
        assert triggers.missing("default") == []

    def test_a_dropped_one_is_found_by_the_check(self) -> None:
        from django.core.checks import run_checks

        name = self.drop_one()
        found = [m for m in run_checks(databases=["default"]) if m.id == "solr_sync.W001"]
        assert any(name in message.msg for message in found)

    def test_migrate_puts_it_back_and_looks_up_what_was_missed(self, layer: Layer) -> None:
        LedgerEntry.objects.update(indexed_version=1, due_at=None)
        triggers.remove("default")
        Layer.objects.filter(pk=layer.pk).update(title="Unseen")
        assert entry_of(layer).due_at is None
        call_command("migrate", verbosity=0)
        assert triggers.missing("default") == []
        assert entry_of(layer).due_at is not None

    def test_objects_older_than_the_triggers_get_an_entry(self, layer: Layer) -> None:
        LedgerEntry.objects.all().delete()
        call_command("migrate", verbosity=0)
        assert entry_of(layer).due_at is not None

    def test_a_raised_definition_sends_everything_again(
        self, layer: Layer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        document = registry["layer"]
        LedgerEntry.objects.update(indexed_version=1, due_at=None)
        raised = document.definition + 1
        with monkeypatch.context() as patch:
            patch.setattr(type(document), "definition", raised)
            call_command("migrate", verbosity=0)
        entry = entry_of(layer)
        assert entry.definition == raised
        assert entry.due_at is not None

    @pytest.mark.postgresql  # SQLite has one writer at a time
    def test_they_change_beside_people_at_work(
        self, layer: Layer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An editor who has one table and wants another is neither ended nor held up for long."""
        keyword = Keyword.objects.create(name="water")
        began = threading.Event()
        monkeypatch.setattr(type(registry["layer"]), "definition", 1000)

        def edit() -> float:
            with transaction.atomic():
                Layer.objects.filter(pk=layer.pk).update(title="Half done")
                began.set()
                eventually(somebody_waits, what="the change of the triggers")
                since = time.monotonic()
                layer.attributes.create(name="depth")
                layer.keywords.add(keyword)
                Distribution.objects.create(layer=layer, url="https://example.org/")
                held_up = time.monotonic() - since
                eventually(lambda: not somebody_waits(), what="another try")
            return held_up

        def install() -> float:
            began.wait(10)
            triggers.install("default")
            return 0.0

        held_up, _ = at_once(edit, install)
        assert held_up < 1
        assert triggers.missing("default") == []
        monkeypatch.undo()  # before the fixture puts back those of the real definition


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
