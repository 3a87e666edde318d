"""The Celery application. Its settings are the ``CELERY_…`` names of ``config.settings``."""

from __future__ import annotations

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import worker_init
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("catalogue")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


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
