from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SolrSyncConfig(AppConfig):
    name = "solr_sync"
    verbose_name = _("Way to Solr")
    default_auto_field = "django.db.models.BigAutoField"
