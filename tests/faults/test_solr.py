"""Solr in every kind of trouble: nothing is lost, and nothing is stale when it is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from layers.models import Layer
from services.bundle import Services
from solr_sync import outages
from solr_sync.audit import Audit
from solr_sync.exceptions import SolrUnavailable
from solr_sync.models import Collection, Lane, LedgerEntry
from solr_sync.registry import registry
from solr_sync.solr import SolrClient
from solr_sync.worker import Run
from tests.faults.comparing import compare
from tests.faults.conftest import impatience, time_passes
from tests.faults.proxy import (
    BlackHole,
    Exchange,
    Fault,
    Holding,
    SolrProxy,
    answering,
    cutting_posts,
)
from tests.solr_sync.conftest import entry_of, found, run, titles

HTML = b"<html><title>Bad Gateway</title></html>"
HEADER = b'{"responseHeader": {"status": %d, "QTime": 1}}'

FAULTS: dict[str, Fault] = {
    "500": answering(500, b'{"error": {"msg": "broken"}}'),
    "500 to posts": answering(500, b'{"error": {"msg": "broken"}}', only_posts=True),
    "503": answering(503, b""),
    "404": answering(404, HTML, "text/html"),
    "404 to posts": answering(404, HTML, "text/html", only_posts=True),
    "400 of a proxy": answering(400, HTML, "text/html", only_posts=True),
    "200 with HTML": answering(200, HTML, "text/html"),
    "200 with HTML to posts": answering(200, HTML, "text/html", only_posts=True),
    "200 with a status": answering(200, HEADER % 500),
    "200 with a status to posts": answering(200, HEADER % 500, only_posts=True),
    "200 for what was not read": answering(200, HEADER % 0, only_posts=True),
    "cut before it arrives": cutting_posts(arrived=False),
    "cut after it arrived": cutting_posts(arrived=True),
    "black hole": BlackHole(3),
    "answer after the timeout": Holding(lambda e: e.is_post, arrived=True, times=100, seconds=3),
}


@contextmanager
def refusing(proxy: SolrProxy) -> Iterator[None]:
    with proxy.refusing():
        yield


def doing(name: str) -> Callable[[SolrProxy], AbstractContextManager[None]]:
    return lambda proxy: proxy.doing(FAULTS[name])


TROUBLES = {"refused": refusing} | {name: doing(name) for name in FAULTS}


def try_to_send() -> None:
    with pytest.raises(SolrUnavailable):
        run()


# Of each kind one belongs to every run.
ALWAYS = {"refused", "500 to posts", "200 with HTML to posts", "cut after it arrived"}


@pytest.mark.parametrize(
    "trouble", [pytest.param(t, marks=[] if t in ALWAYS else pytest.mark.soak) for t in TROUBLES]
)
def test_what_changed_meanwhile_arrives_afterwards(
    proxy: SolrProxy, services: Services, trouble: str
) -> None:
    layers = [Layer.objects.create(title=f"Layer {n}") for n in range(6)]
    run()
    with impatience(), TROUBLES[trouble](proxy):
        for layer in layers[:3]:
            layer.title += " edited"
            layer.save()
        try_to_send()
        layers[3].delete()
        Layer.objects.create(title="New")
        layers[0].title = "Edited twice"
        layers[0].save()
        time_passes()
        try_to_send()
        assert not LedgerEntry.objects.filter(parked_at__isnull=False).exists()
        assert Collection.objects.get(name="layers").unavailable_since is not None
    time_passes()
    run(lane=Lane.BULK)
    difference = compare(services.solr.url)
    assert difference.nothing, difference
    assert Collection.objects.get(name="layers").unavailable_since is None


def test_a_commit_that_is_answered_and_ignored(proxy: SolrProxy, services: Services) -> None:
    """The audit looks at what is shown: a commit of its own, or Solr's, shows it in time."""

    def without_commits(exchange: Exchange, forward: Callable[[], None]) -> None:
        exchange.path = exchange.path.replace("commit=true&softCommit=true", "")
        forward()

    with proxy.doing(without_commits):
        Layer.objects.create(title="Unseen")
        run()
    assert found(SolrClient("layers")) == []
    Layer.objects.create(title="Seen")
    run()
    assert titles(SolrClient("layers")) == ["Seen", "Unseen"]


def test_edits_during_an_outage_do_not_put_off_the_next_try(proxy: SolrProxy) -> None:
    """Each save wakes a task; if it counted as a failure, a busy site would never try again."""
    layer = Layer.objects.create(title="First")
    with proxy.refusing():
        try_to_send()
        due = Collection.objects.get().next_try_at
        for n in range(5):
            layer.title = f"Edit {n}"
            layer.save()
            with pytest.raises(outages.BreakerOpen, match="next try"):
                run(layer)
    state = Collection.objects.get()
    assert (state.next_try_at, state.failures) == (due, 1)
    assert state.reason.count("Solr") == 1
    time_passes()
    run(layer)
    assert titles(SolrClient("layers")) == ["Edit 4"]


def test_an_outage_costs_a_handful_of_requests_a_minute(
    proxy: SolrProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour in seconds: the waits are a twentieth, and somebody saves all the time."""
    monkeypatch.setattr(outages, "FIRST_WAIT", outages.FIRST_WAIT / 20)
    monkeypatch.setattr(outages, "LONGEST_WAIT", outages.LONGEST_WAIT / 20)
    layer = Layer.objects.create(title="First")
    with proxy.doing(FAULTS["503"]):
        began = time.monotonic()
        saves = 0
        while time.monotonic() - began < 6:  # two minutes
            layer.save()
            saves += 1
            with pytest.raises(SolrUnavailable):
                run(layer)
    asked = len(proxy.requests_since(began))
    assert saves > 30
    assert 5 <= asked <= 20  # 2.5 to 10 a minute, the first quick ones included
    time_passes()
    run(layer)
    assert entry_of(layer).pending is False


def test_an_outage_that_left_nothing_to_send_ends(proxy: SolrProxy) -> None:
    from solr_sync.tasks import _sweep

    document = registry["layer"]
    layer = Layer.objects.create(title="First")
    with proxy.refusing():
        try_to_send()
    LedgerEntry.objects.update(due_at=None, parked_at=layer.updated_at)
    time_passes()
    _sweep(document)
    assert not outages.is_on(document)


def test_an_edit_while_an_earlier_attempt_was_lost_is_not_taken_for_unchanged(
    proxy: SolrProxy, services: Services
) -> None:
    """A worker died after its post; the next one read the object after an edit, under the same
    version, which Solr has with the older content."""
    layer = Layer.objects.create(title="Before")
    dead = Run(registry["layer"])
    dead.client.post_documents([o.fields for o in dead._build(dead.claim(str(layer.pk)))])
    time_passes()
    second = Run(registry["layer"])
    claims = second.claim(str(layer.pk))
    Layer.objects.filter(pk=layer.pk).update(title="After", updated_at=layer.updated_at)
    second.send(claims)
    time_passes()
    run()
    difference = compare(services.solr.url)
    assert difference.nothing, difference


def test_a_lease_that_two_workers_had_does_not_hide_a_row_from_the_audit(
    proxy: SolrProxy, services: Services
) -> None:
    layer = Layer.objects.create(title="Rivers")
    slow, quick = Run(registry["layer"]), Run(registry["layer"])
    claims = slow.claim(str(layer.pk))
    time_passes()
    assert quick.claim(str(layer.pk))
    slow.send(claims)
    SolrClient("layers").delete(q="*:*", commit=True)
    assert Audit("layers").run(repair=True).as_dict()["missing"] == 1
    run(lane=Lane.BULK)
    assert compare(services.solr.url).nothing
