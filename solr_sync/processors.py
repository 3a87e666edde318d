"""What happens after a commit: `SOLR_SYNC_SIGNAL_PROCESSOR` names one of these classes."""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from solr_sync import names
from solr_sync.documents import SolrDocument
from solr_sync.exceptions import SyncError

logger = logging.getLogger(__name__)

_waking = contextvars.ContextVar("waking", default=True)


class SignalProcessor(Protocol):
    """Called after the commit; must neither block nor raise, since the request is still waiting."""

    def changed(self, document: SolrDocument, object_id: str) -> None: ...

    def changed_many(self, document: SolrDocument) -> None: ...


class CeleryProcessor:
    """Wakes a worker by a message on RabbitMQ."""

    def changed(self, document: SolrDocument, object_id: str) -> None:
        from solr_sync.publisher import publisher

        publisher.put(names.SYNC_DOCUMENT, document.document_type, object_id)

    def changed_many(self, document: SolrDocument) -> None:
        from solr_sync.publisher import publisher

        publisher.put(names.DRAIN, document.document_type)


class InProcessProcessor:
    """Sends to Solr in the process that made the change: for small sites without a broker."""

    SECONDS = 10.0

    def changed(self, document: SolrDocument, object_id: str) -> None:
        self._run(document, object_id)

    def changed_many(self, document: SolrDocument) -> None:
        self._run(document, None)

    def _run(self, document: SolrDocument, first: str | None) -> None:
        from solr_sync import related
        from solr_sync.models import Lane
        from solr_sync.worker import Run

        try:
            if first is None:
                related.walk(document, seconds=self.SECONDS)
            Run(document, lane=Lane.BULK).until_nothing_is_due(seconds=self.SECONDS, first=first)
        except SyncError as error:
            logger.warning("%s; the ledger keeps the change", error)
        except Exception:
            # The change is committed already; its request must not fail for what comes after.
            logger.exception("The change stays in the ledger")


@cache
def _processor(name: str) -> SignalProcessor:
    found: SignalProcessor = import_string(name)()
    return found


def processor() -> SignalProcessor:
    return _processor(settings.SOLR_SYNC_SIGNAL_PROCESSOR)


def wake(document: SolrDocument, object_id: str) -> None:
    """Says that one object changed, once its transaction is committed."""
    if _waking.get():
        processor().changed(document, object_id)


def wake_many(document: SolrDocument) -> None:
    """Says that many objects, or rows that documents copy from, changed."""
    if _waking.get():
        processor().changed_many(document)


@contextmanager
def without_waking() -> Iterator[None]:
    """Within this block changes wake nobody; the ledger counts them, and the sweep finds them."""
    token = _waking.set(False)
    try:
        yield
    finally:
        _waking.reset(token)
