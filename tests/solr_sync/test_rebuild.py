"""A new collection takes the alias over while people go on editing and searching."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings as django_settings
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from layers.models import Layer
from solr_sync import filling, rebuild, solr_collections, targets
from solr_sync.audit import Audit
from solr_sync.findings import Findings
from solr_sync.models import Lane, LedgerEntry, Rebuild, Target
from solr_sync.rebuild import Progress, RebuildFailed, RebuildRefused
from solr_sync.solr import SolrClient, client_for
from tests.solr_sync.conftest import found, run, titles
from tests.threads import at_once

COUNT = 40


@pytest.fixture
def layers(solr: SolrClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Layer]]:
    monkeypatch.setattr(filling, "BATCH", 7)
    monkeypatch.setattr(filling, "RANGE", 15)
    monkeypatch.setattr(rebuild, "PATIENCE", 2.0)
    targets._schema.cache_clear()
    made = [Layer.objects.create(title=f"Layer {n:02}") for n in range(COUNT)]
    run(lane=Lane.BULK)
    yield made
    one_collection()


def one_collection() -> None:
    """Leaves the alias on an empty collection of the project's own configset, and no other."""
    Rebuild.objects.all().delete()
    Target.objects.all().delete()
    configset = solr_collections.configset_of("layers").name
    if solr_collections.standing("layers").configset != configset:
        solr_collections.point("layers", solr_collections.create_next("layers"))
    live = solr_collections.aliases()["layers"]
    for name in solr_collections.names():
        if name.startswith("layers_") and name != live:
            solr_collections.delete(name)


def rebuilt(listener: Callable[[Progress], None] = lambda progress: None) -> Rebuild:
    return rebuild.rebuild("layers", report=listener)


def live() -> str:
    return solr_collections.aliases()["layers"]


def test_the_new_collection_has_every_document_and_the_alias(
    solr: SolrClient, layers: list[Layer]
) -> None:
    layers.pop().delete()
    run()
    old, before = live(), found(solr)
    job = rebuilt()
    assert live() == job.target != old
    assert [d["title"] for d in found(solr)] == [d["title"] for d in before]
    assert Audit("layers").run().agrees
    assert Target.objects.get(name=old).role == "standby"


def test_it_ends_with_one_segment(solr: SolrClient, layers: list[Layer]) -> None:
    counts: list[int] = []

    def commit(progress: Progress) -> None:
        new = client_for(Rebuild.objects.get().target)
        if progress.phase == "filling":
            new.commit()
        elif progress.phase in ("merging", "verifying"):
            counts.append(segments_of(new))

    rebuilt(commit)
    assert counts[0] > 1
    assert counts[-1] == 1


def segments_of(client: SolrClient) -> int:
    answer = requests.get(f"{client.url}/admin/segments", params={"wt": "json"}, timeout=10)
    return len(answer.json()["segments"])


def test_changes_during_the_rebuild_reach_both(solr: SolrClient, layers: list[Layer]) -> None:
    old = live()

    def edit(progress: Progress) -> None:
        if progress.phase == "filling" and progress.done < 20:
            Layer.objects.filter(pk=layers[3].pk).update(title="Edited meanwhile")
            Layer.objects.filter(pk=layers[30].pk).delete()
            Layer.objects.create(title=f"Created at {progress.done}")
        run()

    job = rebuilt(edit)
    solr.commit_softly()
    client_for(old).commit_softly()
    wanted = sorted(Layer.objects.values_list("title", flat=True))
    assert "Edited meanwhile" in wanted
    assert titles(client_for(job.target)) == wanted
    assert titles(client_for(old)) == wanted


def test_a_reader_never_sees_less_than_everything(solr: SolrClient, layers: list[Layer]) -> None:
    """Asked again and again for all ids, and for how many there are."""
    wanted = {str(layer.pk) for layer in layers}
    seen: list[bool] = []
    stop = threading.Event()

    def read() -> None:
        reader = SolrClient("layers")
        while not stop.is_set():
            answer = reader.search("*:*", rows=2 * COUNT, fl="id")
            seen.append({d["id"] for d in answer} == wanted and answer.hits == COUNT)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        rebuilt()
    finally:
        stop.set()
        thread.join()
    assert len(seen) > 10
    assert all(seen)


def test_a_rebuild_that_died_is_taken_up_where_it_was(
    solr: SolrClient, layers: list[Layer]
) -> None:
    class KilledError(Exception):
        pass

    def die(progress: Progress) -> None:
        if progress.done >= 20:
            raise KilledError

    with pytest.raises(KilledError):
        rebuilt(die)
    with pytest.raises(RebuildRefused, match="under way"):
        rebuilt()
    Rebuild.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    job = rebuilt()
    assert Rebuild.objects.count() == 1
    assert live() == job.target
    assert titles(solr) == [layer.title for layer in layers]


STEPS = [
    (solr_collections, "create"),
    (filling, "divide"),
    (filling, "_fill_range"),
    (filling, "send_rows"),
    (rebuild, "_verify"),
    (rebuild, "differences"),
    (solr_collections, "point"),
    (rebuild, "_move_alias"),
]


@pytest.mark.parametrize(("module", "name"), STEPS, ids=[name for _, name in STEPS])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_it_may_die_before_and_after_each_step(
    solr: SolrClient, layers: list[Layer], monkeypatch: Any, module: Any, name: str, after: bool
) -> None:
    class KilledError(BaseException):
        pass

    step = getattr(module, name)

    def dying(*arguments: Any, **options: Any) -> Any:
        if after:
            step(*arguments, **options)
        raise KilledError

    monkeypatch.setattr(module, name, dying)
    with pytest.raises(KilledError):
        rebuilt()
    monkeypatch.setattr(module, name, step)
    old = live()
    assert titles(client_for(old)) == [layer.title for layer in layers]
    Rebuild.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    job = rebuilt()
    assert Rebuild.objects.count() == 1
    assert live() == job.target
    assert titles(solr) == [layer.title for layer in layers]
    assert [t.role for t in Target.objects.order_by("role")] == ["live", "standby"]


def test_two_that_begin_at_once_make_one_collection(solr: SolrClient, layers: list[Layer]) -> None:
    before = set(solr_collections.names())

    def begin() -> str:
        try:
            rebuilt()
        except RebuildRefused:
            return "refused"
        return "done"

    assert sorted(at_once(begin, begin)) == ["done", "refused"]
    assert len(set(solr_collections.names()) - before) == 1


def test_what_waits_for_workers_does_not_get_lost(solr: SolrClient, layers: list[Layer]) -> None:
    """As after a raised definition: no row may be copied, all come by the workers or not at all."""
    old = live()
    LedgerEntry.objects.update(version=F("version") + 1, due_at=Now(), changed_at=Now())
    with pytest.raises(RebuildFailed, match="wait for workers"):
        rebuilt()
    assert live() == old
    Rebuild.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=5))

    def work(progress: Progress) -> None:
        if progress.phase == "waiting for workers":
            run(lane=Lane.BULK)

    job = rebuilt(work)
    assert live() == job.target
    assert titles(solr) == [layer.title for layer in layers]


def test_what_can_not_be_verified_does_not_take_over(
    solr: SolrClient, layers: list[Layer], monkeypatch: pytest.MonkeyPatch
) -> None:
    old = live()
    lacking = Findings()
    lacking.note("missing", ["one that is missing"])
    monkeypatch.setattr(rebuild, "differences", lambda alias, target, mender: lacking)
    with pytest.raises(RebuildFailed, match="one that is missing"):
        rebuilt()
    assert live() == old
    Rebuild.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    assert rebuild.abandon("layers") not in solr_collections.names()


def test_the_way_back_is_open_until_the_old_one_differs(
    solr: SolrClient, layers: list[Layer]
) -> None:
    old = live()
    new = rebuilt().target
    layers[0].title = "Edited after the rebuild"
    layers[0].save()
    run()
    assert rebuild.go_back("layers") == old == live()
    client_for(old).commit_softly()
    assert "Edited after the rebuild" in titles(solr)
    client_for(new).delete(q="*:*", commit=True)
    with pytest.raises(RebuildRefused, match="differs"):
        rebuild.go_back("layers")
    assert rebuild.drop_old("layers") == new
    assert new not in solr_collections.names()


def test_a_collection_that_solr_lost_after_a_rebuild_is_made_anew(
    solr: SolrClient, layers: list[Layer]
) -> None:
    rebuilt()
    solr_collections.admin("collections", action="DELETEALIAS", name="layers")
    for name in solr_collections.names():
        if name.startswith("layers_"):
            solr_collections.delete(name)
    assert Audit("layers").run(repair=True).as_dict()["missing"] == COUNT
    assert run(lane=Lane.BULK).taken == COUNT
    solr.commit_softly()
    assert titles(solr) == [layer.title for layer in layers]


@pytest.fixture
def changed_schema(
    layers: list[Layer], tmp_path: Path, settings: Any
) -> Callable[[str, str], None]:
    folder = tmp_path / "conf"
    shutil.copytree(django_settings.SOLR_SYNC_CONFIGSETS["layers"], folder)
    original = settings.SOLR_SYNC_CONFIGSETS

    def change(old: str, new: str) -> None:
        schema = folder / "schema.xml"
        text = schema.read_text()
        assert old in text
        schema.write_text(text.replace(old, new))
        settings.SOLR_SYNC_CONFIGSETS = original | {"layers": folder}

    return change


def test_a_schema_with_a_new_field(
    solr: SolrClient,
    layers: list[Layer],
    changed_schema: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    """The definition fills the field; the old collection gets its documents without it."""
    from solr_sync.registry import registry

    old = live()
    changed_schema("</schema>", '<field name="shelf" type="string" stored="true"/></schema>')
    document = type(registry["layer"])
    prepare = document.prepare
    monkeypatch.setattr(document, "prepare", lambda s, layer: prepare(s, layer) | {"shelf": "A"})

    def work(progress: Progress) -> None:
        run(lane=Lane.BULK)

    job = rebuilt(work)
    run(lane=Lane.BULK)
    solr.commit_softly()
    assert live() == job.target
    assert {d.get("shelf") for d in found(solr)} == {"A"}
    assert "shelf" not in client_for(old).search("*:*").docs[0]


def test_a_schema_with_another_type(
    solr: SolrClient, layers: list[Layer], changed_schema: Callable[[str, str], None]
) -> None:
    changed_schema(
        '<field name="sync_bucket"  type="pint"', '<field name="sync_bucket"  type="plong"'
    )
    job = rebuilt()
    assert live() == job.target
    assert titles(solr) == [layer.title for layer in layers]
