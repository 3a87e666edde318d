"""Keeps Solr in step with the database: any registered model, every committed change."""

from solr_sync.documents import Related, SolrDocument
from solr_sync.registry import registry

__all__ = ["Related", "SolrDocument", "registry"]
