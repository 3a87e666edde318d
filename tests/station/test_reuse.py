"""The engine alone, with another site's models, keys of all kinds and several collections."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.bundle import Services
from tests.programs import PROJECT
from tests.station.database import another_database


@pytest.fixture(scope="module")
def journey(services: Services, tmp_path_factory: pytest.TempPathFactory) -> str:
    services.solr.start()
    services.solr.wait_ready(120)
    folder = tmp_path_factory.mktemp("station")
    with another_database(folder) as url:
        done = subprocess.run(
            [sys.executable, "-m", "tests.station.journey"],
            cwd=PROJECT,
            env=os.environ
            | {
                "DJANGO_SETTINGS_MODULE": "tests.station.settings",
                "STATION_DATABASE_URL": url,
                "STATION_OTHER": str(folder / "other.sqlite3"),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    return done.stdout + done.stderr


def steps() -> list[str]:
    text = (Path(__file__).parent / "journey.py").read_text(encoding="utf-8")
    listed = text.partition("JOURNEY:")[2].partition("]\n\n")[0]
    return [line.strip(" ,") for line in listed.splitlines()[1:] if line.strip(" ,")]


@pytest.mark.parametrize("step", steps())
def test_a_site_that_is_not_ours(journey: str, step: str) -> None:
    assert f"passed {step}\n" in journey, journey
