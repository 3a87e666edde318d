"""Which models are kept in step with Solr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from django.db import models

from solr_sync.documents import SolrDocument
from solr_sync.exceptions import NotRegistered

D = TypeVar("D", bound=type[SolrDocument])


class Registry:
    def __init__(self) -> None:
        self._documents: dict[str, SolrDocument] = {}

    def register(self, model: type[models.Model]) -> Callable[[D], D]:
        """Class decorator: documents of this class are made of `model`.

        Raises ValueError if the document type is taken.
        """

        def add(document_class: D) -> D:
            document = document_class()
            document.model = model
            if not document_class.document_type:
                document_class.document_type = str(model._meta.model_name)
            name = document.document_type
            if name in self._documents:
                raise ValueError(f"The document type {name!r} is registered already.")
            self._documents[name] = document
            return document_class

        return add

    def unregister(self, document_type: str) -> None:
        del self._documents[document_type]

    def __iter__(self) -> Iterator[SolrDocument]:
        return iter(list(self._documents.values()))

    def __getitem__(self, document_type: str) -> SolrDocument:
        try:
            return self._documents[document_type]
        except KeyError:
            raise NotRegistered(f"No document type {document_type!r} is registered.") from None

    def of_model(self, model: type[models.Model]) -> list[SolrDocument]:
        """Documents made of a model or, for a proxy, of the model behind it."""
        concrete = model._meta.concrete_model
        return [d for d in self if d.model._meta.concrete_model is concrete]

    def copying_from(self, model: type[models.Model]) -> list[SolrDocument]:
        """Documents that declare the model as related."""
        concrete = model._meta.concrete_model
        return [
            d for d in self if any(r._meta.concrete_model is concrete for r, _ in d.related_paths())
        ]


registry = Registry()
