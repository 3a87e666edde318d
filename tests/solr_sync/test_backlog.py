"""A backlog, and people who go on saving; and what the clock costs when there is nothing to do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from layers.models import Layer
from solr_sync import commits, ledger, pace, tasks, worker
from solr_sync import solr as solr_module
from solr_sync.commits import Haste
from solr_sync.documents import SolrDocument
from solr_sync.models import Lane, LedgerEntry
from solr_sync.pace import Pace
from solr_sync.registry import registry
from solr_sync.solr import SolrClient
from solr_sync.worker import Run
from tests.solr_sync.conftest import entry_of, found, run, titles

OLD = timedelta(minutes=1)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "BATCH", 4)
    monkeypatch.setattr(worker, "NEWEST_BATCH", 2)


def waiting_for_a_minute(number: int) -> list[Layer]:
    layers = [Layer.objects.create(title=f"Layer {n:02}") for n in range(number)]
    LedgerEntry.objects.update(changed_at=Now() - OLD, due_at=Now() - OLD)
    return layers


def test_a_fresh_edit_overtakes_a_backlog(
    solr: SolrClient, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting_for_a_minute(20)
    posts: list[tuple[list[str], bool]] = []
    post = SolrClient.post_documents

    def noting(self: SolrClient, documents: Sequence[dict[str, Any]], **options: str) -> Any:
        posts.append(([d["title"] for d in documents], "commit" in options))
        if len(posts) == 2:
            Layer.objects.create(title="Fresh")
        return post(self, documents, **options)

    monkeypatch.setattr(SolrClient, "post_documents", noting)
    run()
    assert "Fresh" in posts[2][0]
    assert len(posts[2][0]) <= 2
    assert len(titles(solr)) == 21
    # of the backlog's own posts only the first may commit, and for the fresh one a single one
    assert sum(commits for _, commits in posts[2:-1]) <= 1


def test_many_fresh_edits_go_with_the_backlog_the_newest_first(
    solr: SolrClient, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that saves one by one; it gets no batches of its own, and no hurried commits."""
    waiting_for_a_minute(20)
    posts: list[list[str]] = []
    hastes: list[Haste] = []
    ask = commits.ask

    def asking(document: SolrDocument, haste: Haste = Haste.EDIT) -> commits.Ticket | None:
        hastes.append(haste)
        return ask(document, haste)

    monkeypatch.setattr(commits, "ask", asking)
    post = SolrClient.post_documents

    def noting(self: SolrClient, documents: Sequence[dict[str, Any]], **options: str) -> Any:
        posts.append([d["title"] for d in documents])
        if len(posts) == 2:
            for number in range(3):
                Layer.objects.create(title=f"Fresh {number}")
        return post(self, documents, **options)

    monkeypatch.setattr(SolrClient, "post_documents", noting)
    run()
    assert {"Fresh 1", "Fresh 2"} < set(posts[2])
    assert len(posts[2]) == 4
    assert "Fresh 0" in posts[3]
    assert hastes[1:4] == [Haste.BULK, Haste.CROWD, Haste.EDIT]  # the last one could be a person's


def test_what_a_program_has_saved_is_still_due_to_be_shown_behind_older_work(
    solr: SolrClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting_for_a_minute(2)
    hastes: list[Haste] = []
    monkeypatch.setattr(commits, "ask", lambda _document, haste: hastes.append(haste))
    worker = Run(registry["layer"])
    claims = worker.claim()
    worker.crowded, worker.owed = True, Haste.CROWD
    worker.send(claims)
    assert hastes == [Haste.CROWD]


class TestBulkWorkBesideEdits:
    def test_it_waits_for_an_edit_on_its_way_but_not_for_long(
        self, solr: SolrClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pace, "LONGEST_WAIT", 0.3)
        assert seconds_waited(Lane.BULK) < 0.1
        Layer.objects.create(title="Just saved")
        assert 0.3 <= seconds_waited(Lane.BULK) < 1
        assert seconds_waited(Lane.LIVE) < 0.1
        run()
        assert seconds_waited(Lane.BULK) < 0.1

    def test_it_waits_for_the_commit_that_an_edit_waits_for(
        self, solr: SolrClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pace, "LONGEST_WAIT", 0.3)
        document = registry["layer"]
        ticket = commits.ask(document)
        commits.note_uncommitted(document, awaited=False)
        assert seconds_waited(Lane.BULK) < 0.1
        commits.note_uncommitted(document, awaited=True)
        assert seconds_waited(Lane.BULK) >= 0.3
        assert ticket
        commits.done(document, replace(ticket, began_at=timezone.now()), 0)
        assert seconds_waited(Lane.BULK) < 0.1

    def test_it_does_not_wait_for_what_nobody_has_just_saved(self, solr: SolrClient) -> None:
        waiting_for_a_minute(2)
        assert seconds_waited(Lane.BULK) < 0.1


def seconds_waited(lane: Lane) -> float:
    began = time.monotonic()
    Pace().give_way(registry["layer"], lane)
    return time.monotonic() - began


def test_batches_are_small_beside_people_who_save(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Pace()
    found.note(500, 1.0)
    assert found.size == 500
    found.meet_edit()
    assert found.size == 100
    found.note(100, 0.1)
    assert found.size == 120
    found.note(30, 0.1)  # fewer than could have been: that tells nothing
    assert found.size == 120
    monkeypatch.setattr(pace, "BESIDE_EDITS", 0)
    found.note(120, 0.5)
    assert found.size == 500


@pytest.mark.postgresql
def test_a_claim_keeps_its_limit_with_statistics_of_one_row(
    solr: SolrClient, small_batches: None
) -> None:
    """PostgreSQL then plans a nested loop that would look for what waits once for each row."""
    waiting_for_a_minute(1)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FULL, ANALYZE) solr_sync_ledgerentry")
    waiting_for_a_minute(20)
    assert len(Run(registry["layer"]).claim()) == 4


def test_a_task_that_comes_late_takes_what_else_is_due(solr: SolrClient) -> None:
    done = Layer.objects.create(title="Done")
    run(done)
    other = Layer.objects.create(title="Other")
    assert tasks.sync_document.run("layer", str(done.pk)).startswith("taken already")
    assert not entry_of(other).pending


def test_a_task_with_nothing_to_do_costs_one_read(
    solr: SolrClient, django_assert_num_queries: Any
) -> None:
    done = Layer.objects.create(title="Done")
    run(done)
    with django_assert_num_queries(1):
        assert tasks.sync_document.run("layer", str(done.pk)).startswith("taken already")


def test_the_quick_audit_asks_solr_once(solr: SolrClient, monkeypatch: pytest.MonkeyPatch) -> None:
    Layer.objects.create(title="There")
    run()
    asked: list[str] = []
    request = solr_module.request

    def counting(method: str, url: str, **options: Any) -> Any:
        asked.append(url)
        return request(method, url, **options)

    monkeypatch.setattr(solr_module, "request", counting)
    tasks.audit()
    assert [url.rpartition("/")[2] for url in asked] == ["select"]


@pytest.mark.postgresql
def test_the_sweep_reads_an_index_alone(solr: SolrClient) -> None:
    Layer.objects.create(title="There")
    run()
    statement, parameters = tasks.waiting(registry["layer"]).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE solr_sync_ledgerentry")  # other tests left dead rows
        cursor.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
        try:
            cursor.execute(f"EXPLAIN {statement}", parameters)
            plan = "\n".join(row[0] for row in cursor.fetchall())
        finally:
            cursor.execute("RESET enable_seqscan; RESET enable_bitmapscan")
    assert "Index Only Scan using solr_sync_waiting" in plan


def test_bulk_work_is_visible_at_its_end(solr: SolrClient, small_batches: None) -> None:
    waiting_for_a_minute(9)
    LedgerEntry.objects.update(lane=Lane.BULK)
    run(lane=Lane.BULK)
    assert len(found(solr)) == 9


def test_a_worker_whose_time_is_up_leaves_the_commit_of_a_backlog_to_whoever_goes_on(
    solr: SolrClient, small_batches: None
) -> None:
    waiting_for_a_minute(9)
    document = registry["layer"]
    assert commits.ask(document)  # the last commit was a moment ago
    Run(document).until_nothing_is_due(seconds=0)
    assert ledger.due(document).count() == 5
    assert found(solr) == []
    run()
    assert len(found(solr)) == 9
