"""Whatever is done to Solr or the ledger behind our back, the audit puts it right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from layers.models import Keyword, Layer
from solr_sync import tasks, triggers
from solr_sync.audit import Audit
from solr_sync.findings import EXAMPLES, Findings
from solr_sync.models import AuditRun, Lane, LedgerEntry
from solr_sync.registry import registry
from solr_sync.solr import SolrClient
from solr_sync.status import overview_of
from tests.programs import eventually
from tests.solr_sync.conftest import found, run

COUNT = 30


@pytest.fixture
def layers(solr: SolrClient) -> list[Layer]:
    keyword = Keyword.objects.create(name="hydrology")
    made = []
    for n in range(COUNT):
        layer = Layer(title=f"Layer {n:02}", abstract="Text.", resolution_m=0.1 + n)
        layer.west, layer.south, layer.east, layer.north = -n, 1.5, n + 0.25, 2
        layer.save()
        layer.keywords.add(keyword)
        made.append(layer)
    run(lane=Lane.BULK)
    return made


def audit(*, deep: bool = False) -> Findings:
    return Audit("layers").run(deep=deep)


def repaired(*, deep: bool = False) -> dict[str, int]:
    findings = Audit("layers").run(deep=deep, repair=True)
    run(lane=Lane.BULK)
    return findings.as_dict()


def right(solr: SolrClient) -> bool:
    """Compared by another way than the audit's: what the model says against what Solr says."""
    wanted = {
        str(layer.pk): (layer.title, [k.name for k in layer.keywords.all()])
        for layer in Layer.objects.prefetch_related("keywords")
    }
    there = {d["id"]: (d["title"], d.get("keywords", [])) for d in found(solr)}
    return wanted == there


def test_what_agrees_is_left_alone(solr: SolrClient, layers: list[Layer]) -> None:
    before = dict(LedgerEntry.objects.values_list("object_id", "version"))
    assert audit().as_dict() == {
        "checked": COUNT,
        "missing": 0,
        "stale": 0,
        "ghosts": 0,
        "repaired": 0,
    }
    assert audit(deep=True).agrees
    assert dict(LedgerEntry.objects.values_list("object_id", "version")) == before


def test_what_is_pending_is_no_drift(solr: SolrClient, layers: list[Layer]) -> None:
    layers[0].save()
    layers[1].delete()
    Layer.objects.create(title="New")
    assert audit().agrees
    assert audit(deep=True).agrees


def as_sent(document: dict[str, Any]) -> dict[str, Any]:
    """Without what Solr adds."""
    return {k: v for k, v in document.items() if k != "_version_" and not k.startswith("bbox__")}


def delete_some(solr: SolrClient, layers: list[Layer]) -> None:
    solr.delete(id=[str(layer.pk) for layer in layers[:3]], commit=True)


def add_a_stranger(solr: SolrClient, layers: list[Layer]) -> None:
    stranger = {"id": "stranger", "sync_version": 7, "title": "Stranger", "name": "stranger"}
    solr.post_documents([stranger], commit="true")


def add_a_ghost_of_ours(solr: SolrClient, layers: list[Layer]) -> None:
    strange = {"id": "00000000-0000-4000-8000-000000000000", "sync_bucket": 5, "sync_check": 6}
    ghost = as_sent(solr.get_now([str(layers[0].pk)], "*")[0]) | strange
    solr.post_documents([ghost], commit="true")


def raise_a_version(solr: SolrClient, layers: list[Layer]) -> None:
    raised = {"id": str(layers[0].pk), "sync_version": 10**9, "title": "Raised", "name": "x"}
    solr.post_documents([raised], commit="true")


def empty_the_index(solr: SolrClient, layers: list[Layer]) -> None:
    solr.delete(q="*:*", commit=True)


def bring_back_an_older_index(solr: SolrClient, layers: list[Layer]) -> None:
    older = [as_sent(document) for document in found(solr)]
    for layer in layers[:5]:
        layer.title += " edited"
        layer.save()
    run()
    solr.delete(q="*:*", commit=True)
    solr.post_documents(older, commit="true")


def bring_back_an_older_database(solr: SolrClient, layers: list[Layer]) -> None:
    older = {layer.pk: layer.title for layer in layers[:5]}
    ledger = list(LedgerEntry.objects.values())
    Layer.objects.filter(pk__in=older).update(title="Later")
    run()
    triggers.remove("default")
    for key, title in older.items():
        Layer.objects.filter(pk=key).update(title=title)
    LedgerEntry.objects.all().delete()
    LedgerEntry.objects.bulk_create([LedgerEntry(**row) for row in ledger])
    triggers.install("default")


@pytest.mark.parametrize(
    ("sabotage", "kind"),
    [
        (delete_some, "missing"),
        (add_a_stranger, "ghosts"),
        (add_a_ghost_of_ours, "ghosts"),
        (raise_a_version, "stale"),
        (empty_the_index, "missing"),
        (bring_back_an_older_index, "stale"),
        (bring_back_an_older_database, "stale"),
    ],
)
def test_the_quick_audit_puts_right(
    solr: SolrClient,
    layers: list[Layer],
    sabotage: Callable[[SolrClient, list[Layer]], None],
    kind: str,
) -> None:
    sabotage(solr, layers)
    assert not right(solr)
    assert repaired()[kind] > 0
    assert right(solr)
    assert audit().agrees


def alter_behind_our_back(solr: SolrClient, layers: list[Layer]) -> None:
    """With the same version and check number, so that sums can't tell."""
    altered = as_sent(found(solr)[0]) | {"title": "Altered"}
    solr.delete(id=altered["id"], commit=True)
    solr.post_documents([altered], commit="true")


def change_rows_without_triggers(solr: SolrClient, layers: list[Layer]) -> None:
    triggers.remove("default")
    Layer.objects.filter(pk=layers[0].pk).update(title="Unseen")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM layers_layer_keywords")
    triggers.install("default")


def lose_ledger_rows(solr: SolrClient, layers: list[Layer]) -> None:
    keys = [str(layer.pk) for layer in layers[:4]]
    LedgerEntry.objects.filter(object_id__in=keys).delete()
    solr.delete(id=keys, commit=True)


@pytest.mark.parametrize(
    "sabotage", [alter_behind_our_back, change_rows_without_triggers, lose_ledger_rows]
)
def test_the_deep_audit_puts_right(
    solr: SolrClient,
    layers: list[Layer],
    sabotage: Callable[[SolrClient, list[Layer]], None],
) -> None:
    sabotage(solr, layers)
    assert not right(solr)
    repaired(deep=True)
    assert right(solr)
    assert audit(deep=True).agrees


def test_changes_between_its_looks_are_no_drift(
    solr: SolrClient, layers: list[Layer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sums of the ledger from before an edit, sums of Solr from after it."""
    sums = Audit._sums_of_solr

    def later(self: Audit) -> Any:
        layers[0].title = "Edited between the looks"
        layers[0].save()
        layers[1].delete()
        Layer.objects.create(title="Created between the looks")
        run()
        return sums(self)

    monkeypatch.setattr(Audit, "_sums_of_solr", later)
    found = Audit("layers").run(repair=True)
    assert found.agrees
    assert found.repaired == 0


def test_its_memory_does_not_grow_with_the_damage(solr: SolrClient, layers: list[Layer]) -> None:
    empty_the_index(solr, layers)
    found = audit()
    assert found.wrong == COUNT
    assert len(found.examples) == EXAMPLES < COUNT


def test_the_audit_of_the_clock_repairs_by_itself(
    solr: SolrClient, layers: list[Layer], workers: Any
) -> None:
    delete_some(solr, layers)
    assert "3 missing" in tasks.audit()
    eventually(lambda: right(solr), what="the documents that were deleted")
    assert overview_of(registry["layer"]).as_dict()["last_audit"]["drift"] == 3


def test_each_run_is_remembered(solr: SolrClient, layers: list[Layer]) -> None:
    audit()
    assert AuditRun.objects.latest("pk").checked == COUNT


def test_the_command_says_whether_both_agree(
    solr: SolrClient, layers: list[Layer], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("solr_audit", "--json")
    assert f'"checked": {COUNT}' in capsys.readouterr().out
    delete_some(solr, layers)
    with pytest.raises(SystemExit):
        call_command("solr_audit")
    assert "missing   3" in capsys.readouterr().out
