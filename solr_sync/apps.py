from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class SolrSyncConfig(AppConfig):
    name = "solr_sync"
    verbose_name = _("Way to Solr")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from solr_sync import checks, signals  # noqa: F401 - importing registers the checks

        autodiscover_modules("documents")
        signals.connect()
        pre_migrate.connect(take_triggers_away, sender=self)
        post_migrate.connect(put_triggers_in_place, sender=self)


def take_triggers_away(using: str, plan: list[Any], **_: Any) -> None:
    """SQLite can't rebuild a table that triggers write to; what changes meanwhile is looked up."""
    from solr_sync import triggers

    if plan and connections[using].vendor == "sqlite":
        triggers.remove(using)


def put_triggers_in_place(using: str, **_: Any) -> None:
    """After `migrate`: triggers as the registry wants them, and a ledger row for each object."""
    from solr_sync import ledger, triggers
    from solr_sync.models import LedgerEntry
    from solr_sync.registry import registry

    tables = set(connections[using].introspection.table_names())
    if LedgerEntry._meta.db_table not in tables:
        return
    unseen = triggers.install(using)
    for document in registry:
        if document.using == using and document.model._meta.db_table in tables:
            ledger.adopt(document, changes_unseen=document.document_type in unseen)
