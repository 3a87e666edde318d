"""A worker of the old release and one of the new release on the same queues."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from django.core.management import call_command

from layers.models import Layer
from solr_sync.models import LedgerEntry
from solr_sync.registry import registry
from tests.faults.editors import Editors
from tests.faults.stand import Stand
from tests.programs import PROJECT, eventually, test_database_url

pytestmark = pytest.mark.soak

NEWER = "Newer: "


def test_old_and_new_code_on_one_queue(stand: Stand) -> None:
    """While a release is rolled out both work; documents end up as the new code has them."""
    newer = stand.worker("index.live,index.bulk", 2, app="tests.faults.releases")
    newer.start()
    try:
        newer.wait_until_logged(" ready.")
        with Editors(seed=5, threads=2).working() as record:
            time.sleep(2)
            migrated = subprocess.run(
                [sys.executable, "-m", "tests.faults.migrate_newer"],
                cwd=PROJECT,
                env=os.environ | stand.environment | {"DATABASE_URL": test_database_url()},
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
            assert migrated.returncode == 0, migrated.stderr
            time.sleep(6)
        assert record.errors == []
        stand.wait(170)
        # Rows of edits since then carry the new number: the triggers write it.
        assert set(LedgerEntry.objects.values_list("definition", flat=True)) == {1000}
        eventually(lambda: titles_in_solr(stand) == wanted(), within=60, what="the newer documents")
    finally:
        newer.stop(within=50)
        go_back()


def titles_in_solr(stand: Stand) -> list[str]:
    found = stand.everything_in_solr()
    return sorted(document["title"] for document in found.values())


def wanted() -> list[str]:
    return sorted(NEWER + title for title in Layer.objects.values_list("title", flat=True))


def go_back() -> None:
    """The triggers of this release again; rows of the other one would be left alone."""
    call_command("migrate", verbosity=0)
    LedgerEntry.objects.filter(document_type="layer").update(
        definition=registry["layer"].definition
    )
