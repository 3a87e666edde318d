"""From a request to the layers it finds: one query object, one way out, filtered by access."""
