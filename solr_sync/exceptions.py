"""What can go wrong on the way to Solr. Each message is one line that a person can act on."""

from __future__ import annotations


class SyncError(Exception):
    """Base of all errors of this package."""


class SolrUnavailable(SyncError):
    """Solr can't be reached or does not answer as Solr does; the batch is tried again later."""


class CollectionMissing(SolrUnavailable):
    """Solr is there, and has no collection or alias of this name."""


class DocumentRejected(SyncError):
    """Solr, or a check before sending, refuses a document; trying again changes nothing."""


class NotRegistered(SyncError):
    """A document type that this process does not know."""


class WrongDatabase(SyncError):
    """A registered model was written through another database alias than its ledger lives in."""
