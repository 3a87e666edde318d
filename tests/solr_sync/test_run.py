"""What a worker does with due rows, against real Solr."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models.functions import Now

from layers.models import Keyword, Layer, TopicCategory
from solr_sync import ledger, related
from solr_sync.audit import Audit
from solr_sync.exceptions import DocumentRejected
from solr_sync.models import Lane, LedgerEntry
from solr_sync.registry import registry
from solr_sync.solr import SolrClient
from solr_sync.status import status_of
from solr_sync.worker import Run
from tests.solr_sync.conftest import due_ids, entry_of, found, run, titles


def build_wrongly(monkeypatch: pytest.MonkeyPatch, **wrong: dict[str, Any]) -> None:
    """Documents whose title is a key of `wrong` get those fields."""
    document = type(registry["layer"])
    prepare = document.prepare

    def prepare_wrongly(self: Any, layer: Layer) -> dict[str, Any]:
        return prepare(self, layer) | wrong.get(layer.title, {})

    monkeypatch.setattr(document, "prepare", prepare_wrongly)


def test_a_saved_layer_is_found(solr: SolrClient) -> None:
    layer = Layer.objects.create(title="Rivers of Bavaria")
    assert run(layer).outcome == {str(layer.pk): "taken by Solr"}
    assert titles(solr) == ["Rivers of Bavaria"]
    status = status_of("layer", str(layer.pk))
    assert status is not None
    assert (status.state, status.indexed_version) == ("searchable", 1)


def test_a_layer_saved_while_its_batch_is_claimed_goes_once_in_its_last_version(
    solr: SolrClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = Layer.objects.create(title="Rivers")
    claim = Run._claim

    def claim_and_save(self: Run, limit: int, object_ids: Any = None) -> Any:
        claims = claim(self, limit, object_ids)
        if object_ids:
            Layer.objects.filter(pk=layer.pk).update(title="Streams")
        return claims

    monkeypatch.setattr(Run, "_claim", claim_and_save)
    assert run(layer).taken == 1
    assert titles(solr) == ["Streams"]
    assert not entry_of(layer).pending


def test_all_that_is_due_goes_with_it(solr: SolrClient) -> None:
    layers = [Layer.objects.create(title=f"Layer {n}") for n in range(5)]
    report = run(layers[2])
    assert report.taken == 5
    assert len(found(solr)) == 5
    assert due_ids() == set()


def test_a_deleted_layer_is_found_no_more_and_can_not_come_back(solr: SolrClient) -> None:
    layer = Layer.objects.create(title="Rivers")
    object_id = str(layer.pk)
    run(layer)
    old = found(solr)[0]
    layer.delete()
    run()
    assert found(solr) == []
    status = status_of("layer", object_id)
    assert status is not None
    assert status.state == "removed"
    late = {"id": object_id, "sync_version": old["sync_version"], "title": "Ghost", "name": "ghost"}
    solr.post_documents([late], commit="true")
    assert found(solr) == []


def test_a_late_older_document_does_not_overwrite_a_newer_one(solr: SolrClient) -> None:
    layer = Layer.objects.create(title="Old")
    slow = Run(registry["layer"])
    claims = slow.claim(str(layer.pk))
    outgoing = list(slow._build(claims))
    layer.title = "New"
    layer.save()
    run(layer)
    slow._post(outgoing)
    solr.commit_softly()
    assert titles(solr) == ["New"]
    assert entry_of(layer).indexed_version == 2


def test_an_edit_during_the_post_stays_due(solr: SolrClient) -> None:
    layer = Layer.objects.create(title="First")
    worker = Run(registry["layer"])
    claims = worker.claim(str(layer.pk))
    outgoing = list(worker._build(claims))
    Layer.objects.filter(pk=layer.pk).update(title="Second")
    worker._post(outgoing)
    entry = entry_of(layer)
    assert (entry.version, entry.indexed_version) == (2, 1)
    assert due_ids() == {str(layer.pk)}
    run()
    assert titles(solr) == ["Second"]


def test_a_row_that_a_worker_has_is_not_given_to_another(solr: SolrClient) -> None:
    layer = Layer.objects.create(title="Rivers")
    assert len(Run(registry["layer"]).claim(str(layer.pk))) == 1
    assert Run(registry["layer"]).claim() == []


def test_what_is_unchanged_is_confirmed_and_not_sent(solr: SolrClient) -> None:
    layer = Layer.objects.create(title="Rivers")
    run(layer)
    ledger.send_again(LedgerEntry.objects.all())
    report = run(lane=Lane.BULK)
    assert (report.taken, report.unchanged) == (0, 1)
    assert found(solr)[0]["sync_version"] == 1
    assert entry_of(layer).indexed_version == 2


def test_what_may_have_been_posted_is_sent_again_even_if_unchanged(solr: SolrClient) -> None:
    """After a worker died between post and confirmation, Solr may have what nobody confirmed."""
    layer = Layer.objects.create(title="First")
    run(layer)
    Layer.objects.filter(pk=layer.pk).update(title="Second")
    dead = Run(registry["layer"])
    dead.client.post_documents([o.fields for o in dead._build(dead.claim(str(layer.pk)))])
    Layer.objects.filter(pk=layer.pk).update(title="First", updated_at=layer.updated_at)
    report = run(layer)
    assert report.taken == 1
    assert titles(solr) == ["First"]


def test_a_renamed_topic_reaches_its_layers_and_sends_no_others(solr: SolrClient) -> None:
    topic = TopicCategory.objects.create(code="testing", label="Testing")
    mine, other = Layer.objects.create(title="Mine"), Layer.objects.create(title="Other")
    mine.topic_categories.add(topic)
    run()
    TopicCategory.objects.filter(pk="testing").update(label="Trials")
    assert related.walk(registry["layer"], seconds=5) == 1
    assert due_ids() == {str(mine.pk)}
    assert run(lane=Lane.BULK).taken == 1
    assert [d["category"] for d in found(solr, "title:mine")] == [["Trials"]]
    assert entry_of(other).version == 1
    mine.delete()
    topic.delete()


def test_a_walk_goes_on_where_it_was_cut_off(
    committed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(related, "CHUNK", 2)
    keyword = Keyword.objects.create(name="hydrology")
    for n in range(5):
        Layer.objects.create(title=f"Layer {n}").keywords.add(keyword)
    LedgerEntry.objects.update(due_at=None)
    Keyword.objects.filter(pk=keyword.pk).update(name="Hydrology!")
    assert related.walk_chunk(registry["layer"])
    assert len(due_ids()) == 2
    assert related.walk(registry["layer"], seconds=5) == 2
    assert len(due_ids()) == 5
    assert not related.walk_chunk(registry["layer"])


class TestPoison:
    """One bad document harms only itself."""

    @pytest.mark.parametrize("position", [0, 2, 4])
    def test_what_solr_refuses_is_parked_with_its_reason(
        self, solr: SolrClient, monkeypatch: pytest.MonkeyPatch, position: int
    ) -> None:
        build_wrongly(monkeypatch, Bad={"bbox": "ENVELOPE(1, 2, 3, 4)"})
        names = ["Good"] * 5
        names[position] = "Bad"
        layers = [Layer.objects.create(title=name) for name in names]
        report = run()
        assert (report.taken, report.parked) == (4, 1)
        assert titles(solr) == ["Good"] * 4
        entry = entry_of(layers[position])
        assert entry.parked_at is not None
        assert "maxY must be >= minY" in entry.error

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"title": {"set": "x"}}, "dict"),
            ({"title": "a\x00b"}, "U+0000"),
            ({"title": "a\ud800b"}, "U+D800"),
            ({"keywords": [["a"]]}, "list"),
            ({"no_such_field": 1}, "unknown field"),
        ],
    )
    def test_what_solr_would_store_wrongly_is_never_sent(
        self,
        solr: SolrClient,
        monkeypatch: pytest.MonkeyPatch,
        wrong: dict[str, Any],
        reason: str,
    ) -> None:
        build_wrongly(monkeypatch, Bad=wrong)
        layer = Layer.objects.create(title="Bad")
        Layer.objects.create(title="Good")
        run()
        assert reason in entry_of(layer).error
        assert titles(solr) == ["Good"]

    def test_a_document_that_can_not_be_built_is_parked(
        self, solr: SolrClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            type(registry["layer"]), "prepare", lambda self, layer: 1 / (layer.title != "Bad")
        )
        layer = Layer.objects.create(title="Bad")
        assert run().parked == 1
        assert "ZeroDivisionError" in entry_of(layer).error

    def test_solr_status_names_it_with_solrs_words(
        self,
        solr: SolrClient,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        build_wrongly(monkeypatch, Bad={"bbox": "ENVELOPE(1, 2, 3, 4)"})
        layer = Layer.objects.create(title="Bad")
        run()
        call_command("solr_status")
        said = capsys.readouterr().out
        assert str(layer.pk) in said
        assert "maxY must be >= minY" in said

    def test_the_next_save_takes_it_out_again(
        self, solr: SolrClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        build_wrongly(monkeypatch, Bad={"bbox": "nonsense"})
        layer = Layer.objects.create(title="Bad")
        run()
        layer.title = "Better"
        layer.save()
        run()
        assert titles(solr) == ["Better"]
        assert entry_of(layer).parked_at is None

    def test_a_retry_takes_it_out_again(
        self, solr: SolrClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as wrong:
            build_wrongly(wrong, Bad={"bbox": "nonsense"})
            Layer.objects.create(title="Bad")
            run()
        assert ledger.retry(LedgerEntry.objects.filter(parked_at__isnull=False)) == 1
        run()
        assert titles(solr) == ["Bad"]

    def test_the_task_of_a_parked_layer_fails_with_the_reason(
        self, solr: SolrClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from solr_sync.tasks import sync_document

        build_wrongly(monkeypatch, Bad={"bbox": "nonsense"})
        layer = Layer.objects.create(title="Bad")
        with pytest.raises(DocumentRejected, match="parked"):
            sync_document("layer", str(layer.pk))


def test_solr_ahead_of_the_database_is_overtaken(solr: SolrClient) -> None:
    """An older dump was restored: Solr has versions that the ledger has yet to give."""
    layer = Layer.objects.create(title="Rivers")
    run(layer)
    ahead = {"id": str(layer.pk), "sync_version": 40, "title": "From the future", "name": "x"}
    solr.post_documents([ahead], commit="true")
    layer.save()
    run(layer)
    run()
    assert titles(solr) == ["Rivers"]
    assert found(solr)[0]["sync_version"] == 41


@pytest.mark.parametrize("indexed", [3, 1])
def test_a_row_that_says_solr_is_ahead_is_confirmed_where_solr_is_not(
    solr: SolrClient, indexed: int
) -> None:
    """An older database was restored, and Solr has lost its index: nothing must wait for ever."""
    layer = Layer.objects.create(title="Rivers")
    run(layer)
    solr.delete(q="*:*", commit=True)
    LedgerEntry.objects.update(version=1, indexed_version=indexed, content_hash="", due_at=Now())
    run()
    assert titles(solr) == ["Rivers"]
    entry = entry_of(layer)
    assert (entry.version, entry.indexed_version, entry.due_at) == (1, 1, None)


def test_a_database_restored_under_a_worker_hides_nothing_from_the_audit(solr: SolrClient) -> None:
    """What it has claimed is newer than the rows are by now."""
    layer = Layer.objects.create(title="Rivers")
    run(layer)
    as_it_was = LedgerEntry.objects.values().get()
    Layer.objects.update(title="Streams")
    worker = Run(registry["layer"])
    claims = worker.claim()
    LedgerEntry.objects.update(**as_it_was)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE layers_layer SET title = 'Rivers'")
    LedgerEntry.objects.update(**as_it_was)
    worker.send(claims)
    worker.show()
    assert entry_of(layer).indexed_version == 1
    assert Audit("layers").run(repair=True).as_dict()["stale"] == 1
    run()
    assert titles(solr) == ["Rivers"]


def test_a_worker_leaves_rows_of_a_newer_definition(solr: SolrClient) -> None:
    layer = Layer.objects.create(title="Rivers")
    LedgerEntry.objects.update(definition=registry["layer"].definition + 1)
    assert run(layer).total == 0
    assert found(solr) == []
