"""A site that has nothing of ours but the engine, and no broker: changes go to Solr in the process
that made them."""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url

SECRET_KEY = "only for tests"
USE_TZ = True
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "solr_sync",
    "tests.station.apps.StationConfig",
]
DATABASES = {
    "default": dict(dj_database_url.parse(os.environ["STATION_DATABASE_URL"])),
    "other": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["STATION_OTHER"]},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SOLR_URL = os.environ["SOLR_URL"]
SOLR_USER = SOLR_PASSWORD = None
_conf = Path(__file__).resolve().parent / "conf"
SOLR_SYNC_CONFIGSETS = dict.fromkeys(("stations", "buoys", "observations", "tags"), _conf)
SOLR_SYNC_SIGNAL_PROCESSOR = "solr_sync.processors.InProcessProcessor"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
