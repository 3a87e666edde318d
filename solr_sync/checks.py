"""What `manage.py check` finds before it goes wrong at night."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import FieldDoesNotExist

from solr_sync.registry import registry


@register(Tags.models)
def related_paths_lead_somewhere(**_: Any) -> Iterable[CheckMessage]:
    from solr_sync.sources import sources_of

    for document in registry:
        try:
            sources_of(document)
        except FieldDoesNotExist as error:
            yield Error(
                f"A related path of {type(document).__name__} is wrong: {error}.",
                hint="Paths go from the registered model, as in a filter: 'categories', 'owner'.",
                obj=type(document),
                id="solr_sync.E001",
            )


@register(Tags.compatibility)
def every_collection_has_a_configset(**_: Any) -> Iterable[CheckMessage]:
    for document in registry:
        if document.collection not in settings.SOLR_SYNC_CONFIGSETS:
            yield Error(
                f"The collection {document.collection!r} has no configset.",
                hint="Name its folder in SOLR_SYNC_CONFIGSETS.",
                obj=type(document),
                id="solr_sync.E002",
            )


@register(Tags.database)
def triggers_stand(databases: Sequence[str] | None = None, **_: Any) -> Iterable[CheckMessage]:
    from solr_sync import triggers

    for using in databases or []:
        for trigger in triggers.missing(using):
            yield checks.Warning(
                f"The trigger {trigger.name} on {trigger.table} is missing or altered: changes of "
                "that table don't reach Solr.",
                hint="Run manage.py migrate, which puts it in place and looks up what was missed.",
                id="solr_sync.W001",
            )
