"""Keeps Solr in step with the database: any registered model, every committed change."""
