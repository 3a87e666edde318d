"""Code that is newer than the index: people search on, before, during and after the rebuild."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.http import QueryDict
from django.test import Client

from catalogue.documents import LayerDocument
from catalogue.search import solr as asked
from catalogue.search.explaining import explain
from catalogue.search.older import without
from catalogue.search.reading import parse
from solr_sync import filling, rebuild, solr_collections, targets
from solr_sync.models import Lane
from solr_sync.rebuild import Progress
from tests.catalogue.factories import make_layer
from tests.programs import eventually
from tests.solr_sync.conftest import run
from tests.solr_sync.test_rebuild import live, one_collection, rebuilt

COUNT = 20
# Fields of each kind of use: counted, searched in one language, exact, and filtered by as a facet
MISSING = ("year_gap", "*_stem_en", "identifiers", "location", "contact_names", "lon_span")


@pytest.fixture
def older(solr: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A live collection whose schema has not got some fields yet, with layers in it."""
    folder = tmp_path / "conf"
    shutil.copytree(django_settings.SOLR_SYNC_CONFIGSETS["layers"], folder)
    schema = folder / "schema.xml"
    text = schema.read_text(encoding="utf-8")
    for name in MISSING:
        text = re.sub(rf'<(dynamicField|field|copyField) [^>]*"{re.escape(name)}"[^>]*>', "", text)
    schema.write_text(text, encoding="utf-8")
    current = settings.SOLR_SYNC_CONFIGSETS
    settings.SOLR_SYNC_CONFIGSETS = {"layers": folder}
    solr_collections.point("layers", solr_collections.create_next("layers"))
    settings.SOLR_SYNC_CONFIGSETS = current
    monkeypatch.setattr(filling, "BATCH", 7)
    monkeypatch.setattr(rebuild, "PATIENCE", 2.0)
    monkeypatch.setattr(asked.lacking, "names", {})
    targets._schema.cache_clear()
    yield live()
    one_collection()


def as_before(prepare: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The code of then filled what the schema of then had."""
    missing = {name.removeprefix("*") for name in MISSING}

    def prepared(document: LayerDocument, layer: Any) -> dict[str, Any]:
        found = prepare(document, layer)
        return {name: found[name] for name in found if not name.endswith(tuple(missing))}

    return prepared


def test_readers_notice_nothing_of_an_older_index_and_its_rebuild(
    older: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(COUNT):
        box = [number, 0, number + 0.5, 1]
        make_layer(f"River {number:02}", bbox=box, times=[("1500", "1510"), ("1700", "1710")])
    with monkeypatch.context() as patch:
        patch.setattr(LayerDocument, "prepare", as_before(LayerDocument.prepare))
        run(lane=Lane.BULK)
        run()
    answers: list[tuple[Any, ...]] = []
    ended = threading.Event()

    def read() -> None:
        client = Client(HTTP_HOST="localhost")
        while not ended.is_set():
            found = client.get("/api/search?q=river&page_size=5").json()
            counted = client.get("/api/overview?q=river")
            placed = client.get("/api/search?bbox=2.4,0,7,1").json()
            inside = client.get("/api/search?q=river&bbox=2.4,0,7,1&within=1").json()
            boxes = (placed["source"], placed["total"], inside["source"], inside["total"])
            answers.append((found["source"], found["total"], counted.status_code, *boxes))
        connection.close()

    def work(progress: Progress) -> None:
        """What workers do meanwhile; and each step of the rebuild is read through once."""
        if progress.phase == "waiting for workers":
            run(lane=Lane.BULK)
        before = len(answers)
        eventually(lambda: len(answers) > before or not reader.is_alive(), what="an answer")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        job = rebuilt(work)
    finally:
        ended.set()
        reader.join()
    assert live() == job.target != older
    assert len(answers) > 3
    # 2 to 7 touch the box, and 3 to 6 lie in it.
    assert set(answers) == {("solr", COUNT, 200, "solr", 6, "solr", 4)}
    asked.lacking.names.clear()  # as a minute later
    years = Client(HTTP_HOST="localhost").get("/api/overview?q=river").json()["years"]
    assert {count for start, end, count in years if 1520 < start and end < 1690} == {0}


def test_a_wider_box_is_offered_of_an_older_index(older: str, monkeypatch: Any) -> None:
    make_layer("River", bbox=[10, 10, 11, 11])
    with monkeypatch.context() as patch:
        patch.setattr(LayerDocument, "prepare", as_before(LayerDocument.prepare))
        run()
    query, errors = parse(QueryDict("q=river&bbox=8,8,9,9"))
    assert errors == {}
    wider = explain(query, ["public"]).wider
    assert wider is not None
    assert wider.count == 1


def test_a_box_ranks_where_the_field_that_finds_is_missing() -> None:
    """There is one phase then, and what belonged to the second belongs to it."""
    query, errors = parse(QueryDict("q=river&bbox=0,0,1,1"))
    assert errors == {}
    found = without(asked.parameters_of(query, ["public"]), {"words"})
    assert "rq" not in found
    assert "query($overlap)" in found["boost"]
