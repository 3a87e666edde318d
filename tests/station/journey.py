"""What the engine does for a site that is not ours; run by `test_reuse.py` in its own process."""

# mypy: disable-error-code="attr-defined"

from __future__ import annotations

import re
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
import pytest

django.setup()

from django.core import serializers  # noqa: E402
from django.core.checks import run_checks  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.management.sql import (  # noqa: E402
    emit_post_migrate_signal,
    emit_pre_migrate_signal,
)
from django.db import connection, models, transaction  # noqa: E402
from django.db.migrations import Migration  # noqa: E402
from django.test.utils import override_settings  # noqa: E402

from solr_sync import ledger, solr_collections, triggers  # noqa: E402
from solr_sync.audit import Audit  # noqa: E402
from solr_sync.exceptions import WrongDatabase  # noqa: E402
from solr_sync.models import LedgerEntry, RelatedChange  # noqa: E402
from solr_sync.processors import processor, wake_many, without_waking  # noqa: E402
from solr_sync.registry import registry  # noqa: E402
from solr_sync.solr import client_for  # noqa: E402
from tests.station.models import (  # noqa: E402
    Buoy,
    Campaign,
    Network,
    OldStation,
    Reading,
    Station,
    Tag,
)


def found(collection: str) -> list[dict[str, Any]]:
    client = client_for(collection)
    client.commit_softly()
    documents: list[dict[str, Any]] = list(client.search("*:*", rows=100, sort="id asc"))
    return documents


def names(collection: str) -> list[str]:
    return sorted(document["name"] for document in found(collection))


def sweep() -> None:
    for document in registry:
        wake_many(document)


def created_edited_and_deleted() -> None:
    station = Station.objects.create(name="Tower")
    assert [(d["id"], d["name"]) for d in found("stations")] == [(str(station.pk), "Tower")]
    station.name = "Lighthouse"
    station.save()
    assert names("stations") == ["Lighthouse"]
    station.delete()
    assert names("stations") == []


def what_no_signal_tells_is_counted_and_found_later() -> None:
    station = Station.objects.create(name="Tower")
    Station.objects.filter(pk=station.pk).update(name="Mast")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO station_station (name) VALUES ('By hand')")
    sweep()
    assert names("stations") == ["By hand", "Mast"]


def a_renamed_network_reaches_two_types_over_two_hops() -> None:
    network = Network.objects.create(name="Coast")
    station = Station.objects.create(name="Tower", network=network)
    Reading.objects.create(station=station)
    network.name = "Shore"
    network.save()
    assert found("stations")[0]["network"] == "Shore"
    assert found("observations")[0]["network"] == "Shore"
    network.delete()  # SET_NULL
    sweep()
    assert "network" not in found("stations")[0]
    assert "network" not in found("observations")[0]
    station.delete()  # cascades
    sweep()
    assert found("observations") == []


def two_types_share_a_collection() -> None:
    reading = Reading.objects.create(station=Station.objects.create(name="Tower"))
    campaign = Campaign.objects.create(name="Winter")
    assert sorted(d["kind"] for d in found("observations")) == ["campaign", "reading"]
    LedgerEntry.objects.filter(object_id=str(campaign.pk)).delete()
    client_for("observations").delete(q="*:*", commit=True)
    Audit("observations").run(deep=True, repair=True)
    sweep()
    assert {d["id"] for d in found("observations")} == {str(reading.pk), str(campaign.pk)}


def a_stranger_is_given_to_the_type_that_has_the_object() -> None:
    campaign = Campaign.objects.create(name="Winter")
    LedgerEntry.objects.filter(object_id=str(campaign.pk)).delete()
    Audit("observations").run(repair=True)
    sweep()
    assert names("observations") == ["Winter"]
    assert LedgerEntry.objects.get(object_id=str(campaign.pk)).document_type == "campaign"


def a_proxy_counts_for_the_model_behind_it() -> None:
    old = OldStation.objects.create(name="Ruin")
    assert names("stations") == ["Ruin"]
    old.delete()
    assert names("stations") == []


def a_row_of_a_parent_table_counts_for_the_child() -> None:
    buoy = Buoy.objects.create(name="Buoy", depth=3)
    assert names("buoys") == ["Buoy"]
    Station.objects.filter(pk=buoy.pk).update(name="Renamed")
    sweep()
    assert names("buoys") == names("stations") == ["Renamed"]
    buoy.delete()
    sweep()
    assert names("buoys") == names("stations") == []


def keys_with_commas() -> None:
    for code in ("a", "a,b", "b c&d", "ä?"):
        Tag.objects.create(code=code, name=code)
    assert len(found("tags")) == 4
    document = registry["tag"]
    rows = ledger.entries(document)
    rows.update(indexed_version=0, due_at=LedgerEntry.objects.all()[0].changed_at)
    sweep()  # Solr has them already, and is asked which
    assert not rows.filter(due_at__isnull=False).exists()


def fixtures_are_raw_and_count() -> None:
    station = Station(pk=77, name="From a file")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "stations.json"
        file.write_text(serializers.serialize("json", [station]), encoding="utf-8")
        call_command("loaddata", str(file), verbosity=0)
    assert names("stations") == ["From a file"]


def another_alias_raises_and_names_the_setting() -> None:
    with (
        pytest.raises(WrongDatabase, match="DATABASE_ROUTERS"),
        transaction.atomic(using="other"),
    ):
        Station.objects.using("other").create(name="Elsewhere")
    assert not Station.objects.using("other").exists()


class ElsewhereRouter:
    """Sends the writes of one model into another database than its ledger's."""

    def db_for_write(self, model: Any, **_: Any) -> str | None:
        return "other" if model is Station else None


def a_router_that_leads_elsewhere_raises_too() -> None:
    with (
        override_settings(DATABASE_ROUTERS=[ElsewhereRouter()]),
        pytest.raises(WrongDatabase, match="DATABASE_ROUTERS"),
        transaction.atomic(using="other"),
    ):
        Station.objects.create(name="Elsewhere")
    assert not Station.objects.using("other").exists()
    assert not LedgerEntry.objects.exists()


def without_waking_it_is_counted_only() -> None:
    with without_waking():
        Station.objects.create(name="Quiet")
    assert names("stations") == []
    sweep()
    assert names("stations") == ["Quiet"]


def a_truncated_table_empties_solr() -> None:
    if connection.vendor != "postgresql":
        return
    station = Station.objects.create(name="Tower")
    Reading.objects.create(station=station)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE station_network, station_station, station_reading CASCADE")
    sweep()
    assert names("stations") == names("observations") == []


def a_trigger_that_is_gone_is_found_and_what_was_missed_too() -> None:
    station = Station.objects.create(name="Before")
    triggers.remove("default")
    Station.objects.filter(pk=station.pk).update(name="Unseen")
    ids = {message.id for message in run_checks(databases=["default"])}
    assert "solr_sync.W001" in ids
    call_command("migrate", verbosity=0)
    sweep()
    assert names("stations") == ["Unseen"]


def an_altered_trigger_is_found() -> None:
    trigger = next(t for t in triggers.wanted("default") if t.table == "station_station")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql "
                "AS $$ BEGIN RETURN NULL; END $$"
            )
        else:
            cursor.execute(f"DROP TRIGGER {trigger.name}")
            event = re.findall(r"AFTER (INSERT|UPDATE|DELETE)", trigger.body)[0]
            cursor.execute(
                f"CREATE TRIGGER {trigger.name} AFTER {event} ON station_station "
                "BEGIN SELECT 1; END"
            )
    _found_and_put_back(trigger.name)


def a_disabled_trigger_is_found() -> None:
    if connection.vendor != "postgresql":
        return
    trigger = next(t for t in triggers.wanted("default") if t.table == "station_station")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE station_station DISABLE TRIGGER {trigger.name}")
    _found_and_put_back(trigger.name)


def _found_and_put_back(name: str) -> None:
    messages = [m.msg for m in run_checks(databases=["default"]) if m.id == "solr_sync.W001"]
    assert any(name in message for message in messages), messages
    call_command("migrate", verbosity=0)
    assert triggers.missing("default") == []
    Station.objects.create(name="Counted")
    assert names("stations") == ["Counted"]


def a_table_that_a_migration_rebuilds_keeps_its_triggers() -> None:
    """As SQLite does for most changes of a column; what changes meanwhile is looked up."""
    station = Station.objects.create(name="Before")
    plan = [(Migration("0002_wider", "station"), False)]
    emit_pre_migrate_signal(verbosity=0, interactive=False, db="default", plan=plan)
    wider = models.CharField(max_length=200)
    wider.set_attributes_from_name("name")
    wider.model = Station
    connection.disable_constraint_checking()
    with connection.schema_editor() as editor:
        editor.alter_field(Station, Station._meta.get_field("name"), wider)
    Station.objects.filter(pk=station.pk).update(name="Changed by the migration")
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default", plan=plan)
    assert triggers.missing("default") == []
    sweep()
    assert names("stations") == ["Changed by the migration"]


def an_error_after_the_commit_does_not_fail_the_request() -> None:
    document = type(registry["station"])
    queryset = document.queryset

    def fail(self: Any) -> Any:
        raise KeyError("broken")

    document.queryset = fail  # type: ignore[method-assign]
    try:
        Station.objects.create(name="Tower")
    finally:
        document.queryset = queryset  # type: ignore[method-assign]
    assert LedgerEntry.objects.get(document_type="station").pending


def solr_away_does_not_fail_the_request() -> None:
    from django.conf import settings

    right = settings.SOLR_URL
    settings.SOLR_URL = "http://127.0.0.1:9/solr"
    client_for.cache_clear()
    try:
        Station.objects.create(name="Tower")
    finally:
        settings.SOLR_URL = right
        client_for.cache_clear()
    assert LedgerEntry.objects.get(document_type="station").pending
    assert type(processor()).__name__ == "InProcessProcessor"


JOURNEY: list[Callable[[], None]] = [
    created_edited_and_deleted,
    what_no_signal_tells_is_counted_and_found_later,
    a_renamed_network_reaches_two_types_over_two_hops,
    two_types_share_a_collection,
    a_stranger_is_given_to_the_type_that_has_the_object,
    a_proxy_counts_for_the_model_behind_it,
    a_row_of_a_parent_table_counts_for_the_child,
    keys_with_commas,
    fixtures_are_raw_and_count,
    another_alias_raises_and_names_the_setting,
    a_router_that_leads_elsewhere_raises_too,
    without_waking_it_is_counted_only,
    a_truncated_table_empties_solr,
    a_trigger_that_is_gone_is_found_and_what_was_missed_too,
    an_altered_trigger_is_found,
    a_disabled_trigger_is_found,
    a_table_that_a_migration_rebuilds_keeps_its_triggers,
    an_error_after_the_commit_does_not_fail_the_request,
    solr_away_does_not_fail_the_request,
]


def clean() -> None:
    for model in (Reading, Campaign, Buoy, Station, Network, Tag, RelatedChange, LedgerEntry):
        model._base_manager.all().delete()
    for name in ("stations", "buoys", "observations", "tags"):
        client_for(name).delete(q="*:*", commit=True)
    from solr_sync.models import Collection

    Collection.objects.all().delete()


def main() -> int:
    call_command("migrate", verbosity=0, run_syncdb=True)
    call_command("migrate", verbosity=0, run_syncdb=True, database="other")
    for name in ("stations", "buoys", "observations", "tags"):
        solr_collections.ensure(name)
    failed = 0
    for step in JOURNEY:
        clean()
        try:
            step()
        except Exception:  # noqa: BLE001 - told, and the next one has its turn
            failed += 1
            sys.stdout.write(f"FAILED {step.__name__}\n{traceback.format_exc()}\n")
        else:
            sys.stdout.write(f"passed {step.__name__}\n")
        sys.stdout.flush()
    return failed


if __name__ == "__main__":
    sys.exit(main())
