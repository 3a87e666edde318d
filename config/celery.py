"""The Celery application. Its settings are the ``CELERY_…`` names of ``config.settings``."""

from __future__ import annotations

import logging
import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init, worker_process_init
from django.conf import settings
from kombu.exceptions import OperationalError

from config import request_ids
from solr_sync import garbage, solr

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("catalogue")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
solr.extra_headers.append(request_ids.headers)
worker_process_init.connect(garbage.leave_what_is_there)


@setup_logging.connect
def log_as_the_site_does(loglevel: int | str | None = None, **_: Any) -> None:
    """Celery would put formats of its own on; `--loglevel` can only ask for more."""
    logging.config.dictConfig(settings.LOGGING)
    if isinstance(loglevel, int) and loglevel < logging.INFO:
        logging.getLogger("celery").setLevel(loglevel)


@worker_init.connect
def declare_queues(**_: Any) -> None:
    """All of them, not only those this worker consumes: messages may come before their worker."""
    try:
        with app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=5)
            for queue in app.amqp.queues.values():
                queue.bind(connection.default_channel).declare()
    except (OSError, OperationalError) as error:
        logging.getLogger(__name__).warning("RabbitMQ is not there yet: %s", error)
