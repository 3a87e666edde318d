"""What users of other engines complain of, row by row; numbers are those of public issues."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from layers.models import Keyword, Layer
from services.bundle import Services
from solr_sync import filling, rebuild, related
from solr_sync.audit import Audit
from solr_sync.models import AuditRun, Lane, LedgerEntry
from solr_sync.registry import registry
from solr_sync.solr import SolrClient, client_for
from solr_sync.worker import Run
from tests.faults.proxy import BlackHole, SolrProxy
from tests.solr_sync.conftest import entry_of, found, run, titles
from tests.solr_sync.test_rebuild import one_collection
from tests.solr_sync.test_run import build_wrongly


@pytest.fixture
def proxy(solr: SolrClient, services: Services, settings: Any) -> Iterator[SolrProxy]:
    between = SolrProxy(services.solr.port)
    settings.SOLR_URL = between.url
    client_for.cache_clear()
    yield between
    client_for.cache_clear()
    between.close()


@pytest.fixture
def many(solr: SolrClient) -> list[Layer]:
    made = [Layer(title=f"Layer {n:03}", slug=f"layer-{n}") for n in range(300)]
    Layer.objects.bulk_create(made)
    run(lane=Lane.BULK)
    return made


def test_01_a_rollback_leaves_ghosts_and_workers_run_before_the_commit(solr: SolrClient) -> None:
    """django-haystack#89, celery-haystack#7, django-elasticsearch-dsl#96"""
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Layer.objects.create(title="Ghost")
        _ = 1 / 0
    run()
    assert found(solr) == []
    assert not LedgerEntry.objects.exists()


def test_02_concurrent_workers_overwrite_newer_with_older(solr: SolrClient) -> None:
    """searchkick#651, searchkick#1587, django-elasticsearch-dsl#231"""
    layer = Layer.objects.create(title="Old")
    slow = Run(registry["layer"])
    outgoing = list(slow._build(slow.claim(str(layer.pk))))
    layer.title = "New"
    layer.save()
    run(layer)
    slow._post(outgoing)
    slow.show()
    assert titles(solr) == ["New"]


def test_03_bulk_create_and_update_are_not_indexed(solr: SolrClient, many: list[Layer]) -> None:
    """django-haystack#1639, django-elasticsearch-dsl#32, #104, #279, #448, django-watson#114"""
    Layer.objects.filter(title__lt="Layer 010").update(title="Renamed")
    run(lane=Lane.BULK)
    assert len(found(solr)) == 300
    assert titles(solr).count("Renamed") == 10


def test_04_related_changes_are_not_indexed_or_freeze_the_save(
    solr: SolrClient, many: list[Layer]
) -> None:
    """django-haystack#1033, django-elasticsearch-dsl#156 (1 s to 30 min a save), ckan#2360"""
    keyword = Keyword.objects.create(name="water")
    keyword.layer_set.add(*many)
    run(lane=Lane.BULK)
    before = dict(LedgerEntry.objects.values_list("object_id", "version"))
    keyword.name = "Water"
    began = time.monotonic()
    keyword.save()
    assert time.monotonic() - began < 0.1
    assert dict(LedgerEntry.objects.values_list("object_id", "version")) == before
    related.walk(registry["layer"], seconds=10)
    run(lane=Lane.BULK)
    assert {tuple(d["keywords"]) for d in found(solr)} == {("Water",)}


class TestRebuild:
    @pytest.fixture(autouse=True)
    def _tidy(
        self,
        solr: SolrClient,
        services: Services,
        settings: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> Iterator[None]:
        monkeypatch.setattr(filling, "BATCH", 50)
        yield
        settings.SOLR_URL = services.solr.url
        client_for.cache_clear()
        one_collection()

    def test_05_updates_during_a_rebuild_are_lost(
        self, solr: SolrClient, many: list[Layer]
    ) -> None:
        """searchkick#1456, #1719, chewy#163, django-elasticsearch-dsl#314, wagtail#1320"""

        def edit(progress: Any) -> None:
            if progress.phase == "filling":
                Layer.objects.filter(pk=many[7].pk).update(title=f"Edited at {progress.done}")
                Layer.objects.filter(pk=many[290].pk).delete()
            run()

        rebuild.rebuild("layers", report=edit)
        solr.commit_softly()
        assert titles(solr) == sorted(Layer.objects.values_list("title", flat=True))

    def test_06_a_rebuild_empties_the_live_index(self, solr: SolrClient, many: list[Layer]) -> None:
        """ckan#6148, data.gov#2190 (days), warehouse#3711, #3746"""
        seen: set[int] = set()
        rebuild.rebuild("layers", report=lambda p: seen.add(solr.search("*:*", rows=0).hits))
        assert seen == {300}

    def test_07_memory_grows_with_the_index(
        self, solr: SolrClient, many: list[Layer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """django-haystack#52, #433, django-elasticsearch-dsl#118, pgsync#47 (90 GB)"""
        sizes: list[int] = []
        document = type(registry["layer"])
        read = document.read

        def measured(self: Any, keys: Any) -> Any:
            sizes.append(len(keys))
            return read(self, keys)

        monkeypatch.setattr(document, "read", measured)
        rebuild.rebuild("layers", report=lambda p: None)
        assert sum(sizes) >= 300
        assert max(sizes) <= 50

    def test_08_a_rebuild_sends_and_commits_one_document_at_a_time(
        self, proxy: SolrProxy, many: list[Layer]
    ) -> None:
        """ckan#3482 (10,000 in 16 hours), django-elasticsearch-dsl#367, sunspot#858"""
        proxy.exchanges.clear()
        rebuild.rebuild("layers", report=lambda p: None)
        assert sum(e.is_post for e in proxy.exchanges) <= 8
        assert sum(e.is_commit for e in proxy.exchanges) <= 3


def test_09_commit_storms(proxy: SolrProxy) -> None:
    """maxWarmingSearchers: plots2#896, #1784, openlibrary#7037, #13407"""
    layer = Layer.objects.create(title="Layer")
    began = time.monotonic()
    worker = Run(registry["layer"])
    for _ in range(40):
        layer.save()
        worker.send(worker.claim())
    gaps = (time.monotonic() - began) / 0.2  # a searcher stays that long at least
    assert sum(e.is_commit for e in proxy.exchanges) <= gaps + 2


def test_10_silent_drift(solr: SolrClient, many: list[Layer]) -> None:
    """data.gov#840 (353,284 in Solr, 0 in the database), ckanext-dgu#417, warehouse#8321"""
    solr.delete(id=[str(layer.pk) for layer in many[:20]], commit=True)
    Audit("layers").run(repair=True)
    assert AuditRun.objects.latest("ended_at").drift == 20
    run(lane=Lane.BULK)
    assert Audit("layers").run().agrees
    assert len(found(solr)) == 300


def test_11_a_save_fails_or_hangs_while_the_engine_is_down(proxy: SolrProxy) -> None:
    """dataverse#229, #1749, django-opensearch-dsl#44 ("catastrophic"), ashley#117"""
    hole = BlackHole()
    with proxy.doing(hole):
        began = time.monotonic()
        layer = Layer.objects.create(title="Saved")
        layer.save()
        layer.delete()
        assert time.monotonic() - began < 1
    hole.released.set()


def test_12_one_bad_document_kills_the_batch(
    solr: SolrClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ckan#4524, searchkick#1565 (only the first error was shown), hyrax#7118"""
    build_wrongly(monkeypatch, Bad={"bbox": "here"}, Worse={"area": "large"})
    bad, worse = Layer.objects.create(title="Bad"), Layer.objects.create(title="Worse")
    Layer.objects.create(title="Good")
    run()
    assert titles(solr) == ["Good"]
    assert "bbox" in entry_of(bad).error
    assert "area" in entry_of(worse).error


def test_13_deletes_are_lost_or_can_not_be_done(solr: SolrClient, many: list[Layer]) -> None:
    """django-elasticsearch-dsl#472, #467, #473, wagtail#2594, archivesspace#3702"""
    many[0].delete()
    Layer.objects.filter(pk__in=[layer.pk for layer in many[1:50]]).delete()
    run(lane=Lane.BULK)
    assert len(found(solr)) == 250


def test_14_floods_of_duplicate_tasks(proxy: SolrProxy) -> None:
    """courtlistener#3313 (5,035 of 10,000), searchkick#1602 (979 of 1,000), sumo#847"""
    layer = Layer.objects.create(title="Layer")
    for _ in range(50):
        layer.save()
    reports = [run(layer) for _ in range(50)]  # as if each save's task came
    assert sum(report.taken for report in reports) == 1
    assert sum(e.is_post for e in proxy.exchanges) == 1


def test_15_progress_is_unknown(solr: SolrClient, capsys: pytest.CaptureFixture[str]) -> None:
    """searchkick#1455, #1631, ckan#2641, pgsync#343, django-haystack#1355"""
    for n in range(3):
        Layer.objects.create(title=f"Layer {n}")
    time.sleep(0.1)
    call_command("solr_status", "--json")
    before = json.loads(capsys.readouterr().out)
    assert before["pending"] == 3
    assert before["oldest_pending_age"] >= 0.1
    run()
    call_command("solr_status", "--json", "--wait", "5")
    after = json.loads(capsys.readouterr().out)
    assert (after["pending"], after["oldest_pending_age"]) == (0, 0)
    assert after["rate"] > 0


@pytest.mark.parametrize("deep", [False, True])
def test_16_removing_what_is_gone_removes_too_little_or_everything(
    solr: SolrClient, many: list[Layer], deep: bool
) -> None:
    """django-haystack#1186, #1194, #1747"""
    stranger = {"id": "stranger", "sync_version": 1, "title": "Stranger", "name": "stranger"}
    solr.post_documents([stranger], commit="true")
    assert Audit("layers").run(deep=deep, repair=True).as_dict()["ghosts"] == 1
    run(lane=Lane.BULK)
    assert len(found(solr)) == 300
    assert "Stranger" not in titles(solr)
