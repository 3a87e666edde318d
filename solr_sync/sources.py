"""Which tables feed a document, found by walking the model's relations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from solr_sync.documents import Related, SolrDocument


@dataclass(frozen=True)
class Source:
    """A table whose rows make documents change.

    `key` is the column that says whose: the object of the document itself where `path` is empty,
    else the row at the end of `path`, whose documents are found later by walking them.
    """

    table: str
    key: str
    key_field: models.Field[Any, Any]
    document: SolrDocument
    path: str = ""
    columns: tuple[str, ...] | None = None
    on: tuple[str, ...] = ("INSERT", "UPDATE", "DELETE")


def sources_of(document: SolrDocument) -> list[Source]:
    """Raises FieldDoesNotExist where a related path leads nowhere."""
    found = [*_own_tables(document), *_many_to_many(document)]
    for model, related in document.related_paths():
        found += _related(document, model, related)
    return list(dict.fromkeys(found))


def _own_tables(document: SolrDocument) -> Iterator[Source]:
    for model in [document.model, *document.model._meta.get_parent_list()]:
        key = model._meta.pk
        yield Source(model._meta.db_table, key.column, _target(key), document)


def _many_to_many(document: SolrDocument) -> Iterator[Source]:
    for field in document.model._meta.many_to_many:
        yield _through(document, field, reverse=False)


def _through(document: SolrDocument, field: Any, *, reverse: bool, path: str = "") -> Source:
    table = field.remote_field.through._meta.db_table
    column = field.m2m_reverse_name() if reverse else field.m2m_column_name()
    model = field.related_model if reverse else field.model
    return Source(table, column, _target(model._meta.pk), document, path)


def _related(
    document: SolrDocument, model: type[models.Model], related: Related
) -> Iterator[Source]:
    here: Any = document.model
    prefix: list[str] = []
    for name in related.path.split("__"):
        field: Any = here._meta.get_field(name)
        if not field.is_relation:
            raise FieldDoesNotExist(f"{here._meta.label} has no relation {name!r}")
        # Rows of this hop that come and go belong to the row before it.
        before = "__".join(prefix)
        if field.many_to_many:
            reverse = field.auto_created
            own = field.remote_field if reverse else field
            yield _through(document, own, reverse=reverse, path=before)
        elif field.auto_created:
            foreign_key = field.field
            yield Source(
                foreign_key.model._meta.db_table,
                foreign_key.column,
                _target(foreign_key.target_field),
                document,
                before,
            )
        prefix.append(name)
        here = field.related_model
    if here._meta.concrete_model is not model._meta.concrete_model:
        raise FieldDoesNotExist(f"{related.path!r} leads to {here._meta.label}")
    if not (field.one_to_many and len(prefix) == 1):
        key = here._meta.pk
        columns = related.fields and tuple(here._meta.get_field(f).column for f in related.fields)
        yield Source(
            here._meta.db_table,
            key.column,
            _target(key),
            document,
            related.path,
            columns,
            ("UPDATE",),
        )


def _target(field: Any) -> Any:
    """The field that says how a key is stored: of a foreign key, the one it points to."""
    while field.is_relation:
        field = field.target_field
    return field
