"""The catalogue's settings with django-haystack, which is installed for this measurement alone."""

import os

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, SOLR_URL

INSTALLED_APPS = [*INSTALLED_APPS, "haystack", "benchmarks.sync.haystack_app"]
HAYSTACK_CONNECTIONS = {
    "default": {
        "ENGINE": "haystack.backends.solr_backend.SolrEngine",
        "URL": f"{SOLR_URL}/{os.environ['COLLECTION']}",
        "TIMEOUT": 120,
        "INCLUDE_SPELLING": False,
    }
}
