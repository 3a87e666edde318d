"""An outage is remembered once for all, costs few tries, and ends by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from layers.models import Layer
from solr_sync import outages
from solr_sync.exceptions import SolrUnavailable
from solr_sync.models import Collection
from solr_sync.registry import registry
from solr_sync.solr import SolrClient
from solr_sync.status import status_of
from solr_sync.tasks import sync_document
from tests.solr_sync.conftest import entry_of, run, titles

NOBODY_LISTENS = "http://127.0.0.1:9/solr"


@pytest.fixture
def away(solr: SolrClient, settings) -> None:
    settings.SOLR_URL = NOBODY_LISTENS


def test_the_reason_stands_in_the_ledger_and_names_the_address(away: None) -> None:
    layer = Layer.objects.create(title="Rivers")
    with pytest.raises(SolrUnavailable, match=NOBODY_LISTENS):
        run(layer)
    entry = entry_of(layer)
    assert "Connection refused" in entry.error
    assert entry.due_at is not None
    assert entry.due_at > timezone.now()
    status = status_of("layer", str(layer.pk))
    assert status is not None
    assert (status.state, bool(status.next_attempt_at)) == ("retrying", True)


def test_while_it_lasts_others_fail_at_once_with_since_and_next_try(away: None) -> None:
    run_until_it_fails()
    layer = Layer.objects.create(title="Later")
    with pytest.raises(SolrUnavailable, match=r"unavailable since .* next try .*: Solr at"):
        run(layer)
    assert Collection.objects.get().failures == 1


def test_the_task_of_a_layer_that_failed_with_another_says_so_too(away: None) -> None:
    first, second = (Layer.objects.create(title=title) for title in ("Rivers", "Lakes"))
    with pytest.raises(SolrUnavailable):
        run(first)  # with the other one in its batch
    with pytest.raises(SolrUnavailable, match=r"unavailable since .* next try .*: Solr at"):
        sync_document.run("layer", str(second.pk))


def test_one_try_is_let_through_when_its_time_has_come(away: None) -> None:
    run_until_it_fails()
    Collection.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    document = registry["layer"]
    outages.admit(document)
    with pytest.raises(SolrUnavailable):
        outages.admit(document)


def test_waits_grow_up_to_a_limit(away: None) -> None:
    document = registry["layer"]
    waits = [outages.begin(document, "away") for _ in range(12)]
    assert waits[0] <= outages.FIRST_WAIT
    assert waits[3] > waits[0]
    assert max(waits) <= outages.LONGEST_WAIT


def test_when_solr_is_back_all_that_waited_is_due(solr: SolrClient, settings) -> None:
    there = settings.SOLR_URL
    settings.SOLR_URL = NOBODY_LISTENS
    forget_clients()
    for n in range(3):
        layer = Layer.objects.create(title=f"Layer {n}")
    run_until_it_fails()
    settings.SOLR_URL = there
    forget_clients()
    Collection.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    layer.save()
    run(layer)
    run()
    assert titles(solr) == ["Layer 0", "Layer 1", "Layer 2"]
    assert not outages.is_on(registry["layer"])


def run_until_it_fails() -> None:
    layer = Layer.objects.create(title="First")
    with pytest.raises(SolrUnavailable):
        run(layer)
    Layer.objects.filter(pk=layer.pk).delete()


def forget_clients() -> None:
    from solr_sync.solr import client_for

    client_for.cache_clear()
