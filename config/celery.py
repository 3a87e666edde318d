"""The Celery application. Its settings are the ``CELERY_…`` names of ``config.settings``."""

from __future__ import annotations

import os

from celery import Celery
from celery.app.defaults import SETTING_KEYS
from django.conf import settings

from config.environment import ConfigurationError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

NAMESPACE = "CELERY"


def refuse_unknown_settings() -> None:
    """A misspelt setting would otherwise be ignored without a word."""
    names = [name for name in dir(settings) if name.startswith(f"{NAMESPACE}_")]
    for name in names:
        if name.removeprefix(f"{NAMESPACE}_").lower() not in SETTING_KEYS:
            raise ConfigurationError(name, "is no setting of Celery")


app = Celery("catalogue")
app.config_from_object("django.conf:settings", namespace=NAMESPACE)
app.autodiscover_tasks()
app.on_configure.connect(lambda **_: refuse_unknown_settings(), weak=False)
