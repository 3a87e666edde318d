"""One bad document harms only itself."""

from __future__ import annotations

from typing import Any

import pytest

from layers.models import Layer
from services.bundle import Services
from solr_sync import ledger, refusals
from solr_sync.exceptions import SolrUnavailable
from solr_sync.models import Lane, LedgerEntry, RelatedChange
from solr_sync.registry import registry
from solr_sync.worker import Run
from tests.faults.comparing import compare
from tests.faults.conftest import time_passes
from tests.faults.proxy import SolrProxy
from tests.solr_sync.conftest import entry_of, found, run, titles
from tests.solr_sync.test_run import build_wrongly

POISON: dict[str, dict[str, Any]] = {
    "a box upside down": {"bbox": "ENVELOPE(1, 2, 3, 4)"},
    "a box that is no box": {"bbox": "here"},
    "an over-long string": {"organisation": "x" * 40_000},
    "text for a number": {"area": "large"},
    "text for a date": {"modified_date": "yesterday"},
    "an unknown field": {"no_such_field": "x"},
    "a list for one": {"title": ["a", "b"]},
    "a lone surrogate": {"title": "a\ud800b"},
    "a control character": {"abstract": "a\x01b"},
    "an atomic update": {"title": {"set": "x"}},
    "an unknown operation": {"title": {"foo": "x"}},
    "an empty dict": {"title": {}},
    "a list of dicts": {"keywords": [{"a": 1}]},
    "a list in a list": {"keywords": [["a"]]},
    "no number": {"area": float("nan")},
    "a number too large": {"area": 2**70},
    "a field of the sync": {"sync_check": 1},
    "part of a whole number": {"start_year": 1.5},
    "a yes in a text": {"slug": True},
}


def test_every_poison_in_one_batch(
    solr: Any, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    titled = {f"Poison {n}": wrong for n, wrong in enumerate(POISON.values())}
    with monkeypatch.context() as wrong:
        build_wrongly(wrong, **titled)
        for title in titled:
            Layer.objects.create(title="Good")
            Layer.objects.create(title=title)
        report = run()
        assert (report.taken, report.parked) == (len(POISON), len(POISON))
        assert titles(solr) == ["Good"] * len(POISON)
        parked = LedgerEntry.objects.filter(parked_at__isnull=False)
        assert parked.exclude(error="").count() == len(POISON)
    assert ledger.retry(parked) == len(POISON)  # well again
    run()
    difference = compare(services.solr.url)
    assert difference.nothing, difference


@pytest.mark.soak
@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize("poison", POISON)
def test_poison_parks_only_itself_wherever_it_stands(
    solr: Any, services: Services, monkeypatch: pytest.MonkeyPatch, poison: str, position: int
) -> None:
    with monkeypatch.context() as wrong:
        build_wrongly(wrong, Bad=POISON[poison])
        layers = [Layer.objects.create(title="Bad" if n == position else "Good") for n in range(5)]
        report = run()
        entry = entry_of(layers[position])
        assert (report.taken, report.parked) == (4, 1), entry.error
        assert entry.parked_at is not None
        assert entry.error
        assert titles(solr) == ["Good"] * 4
    layers[position].refresh_from_db()
    layers[position].save()  # well again, and the next save takes it out
    run()
    difference = compare(services.solr.url)
    assert difference.nothing, difference


def test_an_empty_id_is_parked_and_never_sent(solr: Any) -> None:
    Layer.objects.create(title="Good")
    strange = LedgerEntry.objects.get()
    strange.pk, strange.object_id = None, ""
    strange.save()
    assert run().parked == 1
    assert LedgerEntry.objects.get(object_id="").error == "the id is empty"
    assert titles(solr) == ["Good"]
    assert solr.get_now([""], "id") == []


def test_an_object_that_can_not_be_read_harms_only_itself(
    solr: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = type(registry["layer"])
    read = document.read
    bad = Layer.objects.create(title="Bad")
    Layer.objects.create(title="Good")

    def fail(self: Any, keys: Any) -> Any:
        if bad.pk in keys:
            raise TypeError("unreadable")
        return read(self, keys)

    monkeypatch.setattr(document, "read", fail)
    assert run().parked == 1
    assert "unreadable" in entry_of(bad).error
    assert titles(solr) == ["Good"]


def test_many_bad_ones_before_a_good_one_do_not_block_it(
    solr: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "OUTAGE_REJECTIONS", 5)
    build_wrongly(monkeypatch, Bad={"bbox": "here"})
    for _ in range(7):
        Layer.objects.create(title="Bad")
    Layer.objects.create(title="Good")
    assert run().parked == 7
    assert titles(solr) == ["Good"]


def test_a_batch_that_is_refused_as_a_whole_is_an_outage(
    solr: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "OUTAGE_REJECTIONS", 5)
    with monkeypatch.context() as wrong:
        build_wrongly(wrong, Layer={"no_such_field": 1})
        for _ in range(7):
            Layer.objects.create(title="Layer")
        with pytest.raises(SolrUnavailable, match="every document"):
            run()
    assert not LedgerEntry.objects.filter(parked_at__isnull=False).exists()
    time_passes()
    run()
    assert len(found(solr)) == 7


def test_poison_is_found_in_few_requests(proxy: SolrProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    build_wrongly(monkeypatch, Bad={"bbox": "here"})
    for n in range(60):
        Layer.objects.create(title="Bad" if n % 20 == 7 else "Good")
    assert run().parked == 3
    assert sum(e.is_post for e in proxy.exchanges) <= 3


def test_a_row_deleted_between_claim_and_read(solr: Any, services: Services) -> None:
    layer = Layer.objects.create(title="Rivers")
    run()
    layer.save()
    slow = Run(registry["layer"])
    claims = slow.claim(str(layer.pk))
    Layer.objects.filter(pk=layer.pk).delete()
    slow.send(claims)
    run()
    solr.commit_softly()
    assert found(solr) == []
    assert LedgerEntry.objects.get().is_tombstone


def test_an_unknown_document_type_in_the_ledger_is_left_alone(solr: Any) -> None:
    layer = Layer.objects.create(title="Rivers")
    strange = LedgerEntry.objects.get()
    strange.pk, strange.document_type = None, "of another release"
    strange.save()
    RelatedChange.objects.create(
        document_type="of another release",
        path="x",
        object_id="1",
        changed_at=layer.updated_at,
        due_at=layer.updated_at,
    )
    run(lane=Lane.BULK)
    assert titles(solr) == ["Rivers"]
    strange.refresh_from_db()
    assert strange.pending


def test_a_related_change_of_a_newer_definition_does_not_stop_the_others(solr: Any) -> None:
    from layers.models import Keyword
    from solr_sync import related

    layer = Layer.objects.create(title="Rivers")
    keyword = Keyword.objects.create(name="water")
    layer.keywords.add(keyword)
    RelatedChange.objects.create(
        document_type="layer",
        path="of_a_newer_definition",
        object_id="1",
        changed_at=layer.created_at,
        due_at=layer.created_at,
    )
    keyword.name = "Water"
    keyword.save()
    run()
    related.walk(registry["layer"], seconds=5)
    run(lane=Lane.BULK)
    assert found(solr)[0]["keywords"] == ["Water"]
    assert "FieldError" in RelatedChange.objects.get(path="of_a_newer_definition").error
