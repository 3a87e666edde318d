"""Ledger and collections in the state that a measurement begins with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import connection

from solr_sync import outages, solr_collections
from solr_sync.models import Collection, Rebuild, Target
from solr_sync.registry import registry
from solr_sync.solr_collections import Configset

ALIAS, SCRATCH = "layers", "scratch"
UNSENT = """
    UPDATE solr_sync_ledgerentry SET indexed_version = 0, claimed_version = 0, sent_version = 0,
        content_hash = '', bucket = NULL, check_number = NULL, due_at = NULL, lease = '',
        error = '', attempts = 0, indexed_at = NULL, searchable_at = NULL, parked_at = NULL
"""
DUE = """
    UPDATE solr_sync_ledgerentry SET due_at = clock_timestamp(), changed_at = clock_timestamp(),
        version = version + 1, lane = %s
    WHERE id IN (SELECT id FROM solr_sync_ledgerentry ORDER BY id LIMIT %s)
"""
PENDING = """
    SELECT count(*) FROM (
        SELECT 1 FROM solr_sync_ledgerentry WHERE due_at IS NOT NULL LIMIT %s
    ) waiting
"""
UNTRIGGERED = "SET session_replication_role = replica"
TRIGGERED = "SET session_replication_role = origin"
CHANGED = """
    UPDATE layers_layer SET purpose = left(md5(random()::text) || ' ' || purpose, 500)
    WHERE id IN (SELECT object_id::uuid FROM solr_sync_ledgerentry ORDER BY id LIMIT %s)
"""
TOPIC = """
    INSERT INTO layers_layer_topic_categories (layer_id, topiccategory_id)
    SELECT object_id::uuid, %s FROM (
        SELECT object_id FROM solr_sync_ledgerentry ORDER BY id LIMIT %s
    ) e ON CONFLICT DO NOTHING
"""


def forget_everything() -> str:
    """A new empty collection behind the alias, and a ledger of which nothing was ever sent."""
    Rebuild.objects.all().delete()
    Target.objects.all().delete()
    Collection.objects.all().delete()
    outages.of(registry["layer"])
    _run(UNSENT)
    _vacuum()
    return fresh_collection()


def fresh_collection() -> str:
    solr_collections.ensure(ALIAS)
    name = solr_collections.create_next(ALIAS)
    solr_collections.point(ALIAS, name)
    for other in solr_collections.names():
        if other.startswith(f"{ALIAS}_") and other != name:
            solr_collections.delete(other)
    return name


def fresh_alias() -> None:
    """The alias leads somewhere, as the first start of a catalogue has it."""
    solr_collections.ensure(ALIAS)


def collection_of(configset: Configset, name: str = "") -> str:
    """An empty one that no alias leads to, by its configset's name unless told."""
    name = name or configset.collection
    if name in solr_collections.names():
        solr_collections.delete(name)
    solr_collections.upload(configset)
    solr_collections.create(name, configset)
    return name


def scratch() -> str:
    """An empty collection that no alias leads to, with the catalogue's configset."""
    return collection_of(replace(solr_collections.configset_of(ALIAS), collection=SCRATCH))


def drop_scratch() -> None:
    if SCRATCH in solr_collections.names():
        solr_collections.delete(SCRATCH)


def make_due(number: int, lane: int, *, changed: bool = False) -> list[str]:
    """As if these had just been saved; `changed` if their content differs from Solr's."""
    if changed:
        _run(UNTRIGGERED, [])
        _run(CHANGED, [number])
        _run(TRIGGERED, [])
    _run(DUE, [lane, number])
    with connection.cursor() as cursor:
        cursor.execute("SELECT object_id FROM solr_sync_ledgerentry WHERE due_at IS NOT NULL")
        return [row[0] for row in cursor.fetchall()]


def give_topic(topic: str, number: int) -> int:
    """Says it behind the triggers' back, and has these documents built and sent."""
    _run(UNTRIGGERED)
    _run(TOPIC, [topic, number])
    _run(TRIGGERED)
    _run(DUE, [1, number])
    return number


def with_topic(topic: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT layer_id::text FROM layers_layer_topic_categories WHERE topiccategory_id = %s",
            [topic],
        )
        return {row[0] for row in cursor.fetchall()}


def busy() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM solr_sync_relatedchange WHERE due_at IS NOT NULL)"
        )
        return bool(cursor.fetchone()[0]) or pending(at_most=101) > 100


def nothing_is_pending() -> bool:
    return pending(at_most=1) == 0


def pending(*, at_most: int = 1_000_000) -> int:
    """Counted no further than `at_most`: to count a backlog costs as much as to work on it."""
    with connection.cursor() as cursor:
        cursor.execute(PENDING, [at_most])
        return int(cursor.fetchone()[0])


def _vacuum() -> None:
    """What an earlier measurement left behind must not weigh on the next."""
    _run("VACUUM ANALYZE solr_sync_ledgerentry")


def _run(statement: str, parameters: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
