"""What this room's tasks do: the far end of the way that the staff may test, and mails."""

from __future__ import annotations

import time

from celery import shared_task

from catalogue import names
from catalogue.alerts import put_alerts
from catalogue.clock import database_seconds
from solr_sync.solr import client_for

COLLECTION = "layers"


@shared_task(name=names.WAY_THERE, ignore_result=False)
def way_there() -> dict[str, float]:
    """When the message arrived, on the database's clock, and how long Solr took to answer."""
    arrived = database_seconds()
    began = time.perf_counter()
    client_for(COLLECTION).search("*:*", rows=0)
    return {"arrived": arrived, "solr_ms": (time.perf_counter() - began) * 1000}


@shared_task(name=names.SAVED_SEARCH_MAILS)
def saved_search_mails() -> str:
    """Idempotent: of a period every saved search has one mail."""
    return f"{put_alerts()} mails about saved searches to be sent"
