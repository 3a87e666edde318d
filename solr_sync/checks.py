"""What `manage.py check` finds before it goes wrong at night."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import FieldDoesNotExist
from django.db import connections, models
from kombu.exceptions import OperationalError

from solr_sync import names
from solr_sync.content import RESERVED
from solr_sync.documents import SolrDocument
from solr_sync.registry import registry
from solr_sync.stored import FieldNames, names_of

SAMPLE = 20  # documents that are built to see their fields
TASKS = (names.SYNC_DOCUMENT, names.DRAIN, names.SWEEP, names.AUDIT)


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


@register(Tags.models)
def ids_are_unique_in_a_collection(**_: Any) -> Iterable[CheckMessage]:
    """Several document types may share a collection if no two objects can have the same key."""
    for collection in sorted({document.collection for document in registry}):
        sharing = [document for document in registry if document.collection == collection]
        keyed = [d for d in sharing if not isinstance(d.model._meta.pk, models.UUIDField)]
        if len(sharing) > 1 and keyed:
            yield Error(
                f"{keyed[0].model._meta.label} shares the collection {collection!r}, where its "
                "keys may be those of another model.",
                hint="Give it a collection of its own, or a UUID as its primary key.",
                obj=type(keyed[0]),
                id="solr_sync.E003",
            )
        if len({document.using for document in sharing}) > 1:
            yield Error(
                f"The document types of the collection {collection!r} live in several databases.",
                hint="The audit compares a collection with one ledger.",
                obj=type(sharing[0]),
                id="solr_sync.E004",
            )


@register(Tags.compatibility)
def schemas_have_the_fields_of_the_sync(**_: Any) -> Iterable[CheckMessage]:
    for document in registry:
        folder = settings.SOLR_SYNC_CONFIGSETS.get(document.collection)
        if folder is None:
            continue
        if lacking := sorted(RESERVED - _fields_of(Path(folder)).names):
            yield Error(
                f"The schema in {folder} lacks {', '.join(lacking)}.",
                hint="The sync fills them itself: see docs/reference.",
                obj=type(document),
                id="solr_sync.E005",
            )


@register(Tags.database)
def schemas_have_the_fields_of_documents(
    databases: Sequence[str] | None = None, **_: Any
) -> Iterable[CheckMessage]:
    """Looks at the latest documents: which fields there will be, only `prepare` knows."""
    for document in registry:
        folder = settings.SOLR_SYNC_CONFIGSETS.get(document.collection)
        if folder is None or document.using not in (databases or []):
            continue
        known = _fields_of(Path(folder))
        for name in sorted(name for name in _fields_in_use(document) if name not in known):
            yield checks.Warning(
                f"{type(document).__name__} fills {name!r}, which the schema in {folder} lacks: "
                "Solr will refuse these documents.",
                hint="Add the field to the schema, then run manage.py solr_rebuild.",
                obj=type(document),
                id="solr_sync.W002",
            )


def _fields_of(folder: Path) -> FieldNames:
    root = ElementTree.parse(folder / "schema.xml").getroot()  # noqa: S314 - a file of our own
    tags = {"field", "dynamicField"}
    return names_of({"name": f.get("name")} for f in root.iter() if f.tag in tags)


def _fields_in_use(document: SolrDocument) -> set[str]:
    if document.model._meta.db_table not in connections[document.using].introspection.table_names():
        return set()
    latest = document.model._base_manager.using(document.using).order_by("-pk")
    keys = [str(key) for key in latest.values_list("pk", flat=True)[:SAMPLE]]
    built = [fields for _, fields in document.build(keys) if isinstance(fields, dict)]
    return {name for fields in built for name, value in fields.items() if value is not None}


@register(deploy=True)
def queues_are_consumed(**_: Any) -> Iterable[CheckMessage]:
    """Asks the broker; a part of `check --deploy`, as that needs one which runs."""
    if not settings.SOLR_SYNC_SIGNAL_PROCESSOR.endswith("CeleryProcessor"):
        return
    from celery import current_app

    try:
        with current_app.connection_for_read() as connection:
            connection.ensure_connection(max_retries=1, timeout=5)
            for queue in sorted({_queue_of(task) for task in TASKS}):
                yield from _consumed(connection, queue)
    except (OSError, OperationalError) as error:
        yield checks.Warning(f"RabbitMQ does not answer: {error}", id="solr_sync.W004")


def _queue_of(task: str) -> str:
    from celery import current_app

    return str(current_app.amqp.router.route({}, task)["queue"].name)


def _consumed(connection: Any, queue: str) -> Iterable[CheckMessage]:
    try:
        consumers = connection.channel().queue_declare(queue, passive=True).consumer_count
    except connection.channel_errors:
        consumers = 0
    if not consumers:
        yield checks.Warning(
            f"Nobody consumes the queue {queue!r}: what is sent there waits for ever.",
            hint=f"Start a worker for it: celery -A PROJECT worker -Q {queue}",
            id="solr_sync.W003",
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
