"""`make bench ARGS=sync`: how fast saves reach Solr, against other ways and Solr's own limit."""
