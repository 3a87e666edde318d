"""Receivers of Django's signals: they carry an identity to the processor, and no logic."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.db.models.signals import m2m_changed, post_delete, post_save

from solr_sync.documents import SolrDocument
from solr_sync.exceptions import WrongDatabase
from solr_sync.processors import wake, wake_many
from solr_sync.registry import registry


def connect() -> None:
    post_save.connect(object_changed, dispatch_uid="solr_sync.saved")
    post_delete.connect(object_changed, dispatch_uid="solr_sync.deleted")
    m2m_changed.connect(relation_changed, dispatch_uid="solr_sync.relation")


def object_changed(
    sender: type[models.Model], instance: models.Model, using: str, **_: Any
) -> None:
    for document in registry.of_model(sender):
        _on_commit(document, using, instance.pk)
    for document in registry.copying_from(sender):
        _many_on_commit(document, using)


def relation_changed(
    sender: Any, instance: models.Model, action: str, reverse: bool, using: str, **_: Any
) -> None:
    if not action.startswith("post_"):
        return
    for document in registry.of_model(type(instance)):
        _on_commit(document, using, instance.pk)
    if reverse:
        for document in registry:
            if any(f.remote_field.through is sender for f in document.model._meta.many_to_many):
                _many_on_commit(document, using)


def _on_commit(document: SolrDocument, using: str, key: Any) -> None:
    if using != document.using:
        raise WrongDatabase(
            f"{document.model._meta.label} was written through {using!r}, but its ledger lives in "
            f"{document.using!r}: set `using` of {type(document).__name__} or DATABASE_ROUTERS."
        )
    object_id = str(key)
    transaction.on_commit(lambda: wake(document, object_id), using=using)


def _many_on_commit(document: SolrDocument, using: str) -> None:
    if using == document.using:
        transaction.on_commit(lambda: wake_many(document), using=using)
