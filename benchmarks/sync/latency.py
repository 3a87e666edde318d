"""Save to searchable: at idle, under load, during a backlog, a rename and a rebuild."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from celery import current_app

from benchmarks.sync import limit, rebuilding, searching, settled, stage, workers
from benchmarks.sync.searching import HEAD, Waits
from layers.models import Layer, TopicCategory
from solr_sync import names
from solr_sync.models import Lane
from solr_sync.publisher import publisher

SAVES_AT_IDLE = 40
LOAD = 10.0
LOAD_SECONDS = 30.0
DISTURBED_RATE = 2.0
RENAMED = 100_000


def measure(folder: Path, documents: int, backlog: int) -> dict[str, float]:
    with _at_work(folder, documents) as keys:
        idle = _told("idle", searching.at_idle(keys, SAVES_AT_IDLE))
        load = _told(f"{LOAD:g} saves a second", searching.at_rate(keys, LOAD, LOAD_SECONDS))
        behind = _told(f"behind {backlog} live rows", _in_backlog(keys, backlog, Lane.LIVE))
        beside = _told(f"beside {backlog} bulk rows", _in_backlog(keys, backlog, Lane.BULK))
    return {
        "searchable_p50_s": round(idle.p50, 3),
        "searchable_p95_s": round(idle.p95, 3),
        "searchable_at_10_p50_s": round(load.p50, 3),
        "searchable_at_10_p95_s": round(load.p95, 3),
        "searchable_behind_backlog_p95_s": round(behind.p95, 3),
        "searchable_beside_bulk_p95_s": round(beside.p95, 3),
        "lost_saves": sum(w.lost for w in (idle, load, behind, beside)),
    }


def disturbed(folder: Path, documents: int) -> dict[str, float]:
    """While a topic of all layers is renamed, and while they are rebuilt."""
    with _at_work(folder, documents) as keys:
        rate = f"{DISTURBED_RATE:g} saves a second"
        calm = _told(f"{rate}, undisturbed", searching.at_rate(keys, DISTURBED_RATE, 15))
        number, renamed = _in_rename(keys, min(documents, RENAMED))
        _told(f"{rate}, a topic of {number} is renamed", renamed)
        during = rebuilding.with_edits(keys, DISTURBED_RATE)
        _told(f"{rate}, during a rebuild", during.waits)
    return {
        "live_during_rename_ratio": round(renamed.p50 / calm.p50, 2),
        "live_during_rebuild_ratio": round(during.waits.p50 / calm.p50, 2),
        "reader_polls": during.polls,
        "reader_saw_less": during.short,
        "lost_saves_disturbed": sum(w.lost for w in (calm, renamed, during.waits)),
    }


@contextmanager
def _at_work(folder: Path, documents: int) -> Iterator[list[str]]:
    """Workers that have seen some saves, since the first of each process is slower; the keys."""
    settled.ensure_before_edits(folder, documents)
    keys = limit.ids_of(documents)[::-1]
    print(f"\n{HEAD}")
    with workers.ours():
        searching.at_idle(keys[:5], 5)
        yield keys


def _told(name: str, waits: Waits) -> Waits:
    publisher.flush(5)
    print(waits.row(name), flush=True)
    return waits


def _in_backlog(keys: list[str], backlog: int, lane: Lane) -> Waits:
    """Saved by others just now, with their messages if they were saved one by one."""
    waiting = stage.make_due(backlog, lane, changed=True)
    if lane == Lane.LIVE:
        sender = threading.Thread(target=_publish, args=(waiting,), daemon=True)
        sender.start()
    else:
        publisher.put(names.DRAIN, "layer")
    waits = searching.at_rate(keys, LOAD, 600, lambda: stage.pending(at_most=101) > 100)
    wait_until_quiet()
    return waits


def _publish(ids: list[str]) -> None:
    messages = (["layer", object_id] for object_id in ids)
    workers.publish(current_app, names.SYNC_DOCUMENT, messages, "index.live")


def wait_until_quiet() -> None:
    workers.until(stage.nothing_is_pending, seconds=900)
    workers.purge(current_app, "index.live")  # of what is done already
    time.sleep(1)


def _in_rename(keys: list[str], wanted: int) -> tuple[int, Waits]:
    """Gives so many layers one topic, as if they had always had it, and renames it."""
    topic = TopicCategory.objects.order_by("pk")[0]
    number = stage.give_topic(topic.pk, wanted)
    wait_until_quiet()
    topic.label = f"{topic.label.partition(' (')[0]} ({time.time_ns() % 10_000})"
    topic.save()
    concerned = stage.with_topic(topic.pk)
    others = [key for key in keys if key not in concerned] or keys
    waits = searching.at_rate(others, DISTURBED_RATE, 600, lambda: stage.busy())
    wait_until_quiet()
    assert Layer.objects.filter(topic_categories=topic).count() >= number
    return number, waits
