"""Names of the tasks, as Flower shows them and as other programs may send them."""

SYNC_DOCUMENT = "solr_sync.tasks.sync_document"
DRAIN = "solr_sync.tasks.drain"
SWEEP = "solr_sync.tasks.sweep"
AUDIT = "solr_sync.tasks.audit"
PURGE_TOMBSTONES = "solr_sync.tasks.purge_tombstones"
