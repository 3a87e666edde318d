"""What a model looks like in Solr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, models

M = TypeVar("M", bound=models.Model)
Fields = dict[str, Any]


@dataclass(frozen=True)
class Related:
    """A lookup path from the registered model to one that its documents copy from.

    With `fields`, only changes of these count: a user who signs in does not send layers again.
    """

    path: str
    fields: tuple[str, ...] | None = None


RelatedPaths = str | Related | Sequence[str | Related]


class SolrDocument(Generic[M]):
    """Describes the documents of one model; register it with `solr_sync.registry.register`.

    Raise `definition` whenever `prepare` gives other documents than before: all are sent again, and
    workers that still run the older code leave them alone.
    """

    model: type[M]
    collection: ClassVar[str]
    document_type: ClassVar[str] = ""
    definition: ClassVar[int] = 1
    using: ClassVar[str] = DEFAULT_DB_ALIAS
    related: ClassVar[Mapping[type[models.Model], RelatedPaths]] = {}

    def queryset(self) -> models.QuerySet[M]:
        """All that is to be found, with what a whole batch needs. What it leaves out is removed."""
        return self.model._base_manager.using(self.using).all()

    def prepare(self, obj: Any) -> Fields:
        """Solr field names and values (scalars, lists of them), without the sync's own fields."""
        raise NotImplementedError

    def build(self, object_ids: Iterable[str]) -> Iterator[tuple[str, Fields | Exception]]:
        """The documents of those objects that exist, read afresh.

        An object that can't be read or prepared comes with its exception, so that it harms only
        itself.
        """
        keys = [key for object_id in object_ids if (key := self.key_of(object_id)) is not None]
        try:
            read = list(self.read(keys))
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001 - reported with the object it belongs to
            if len(keys) == 1:
                yield str(keys[0]), error
            else:
                for key in keys:
                    yield from self.build([str(key)])
            return
        for key, obj in read:
            yield str(key), self._prepared(obj)

    def read(self, keys: Sequence[Any]) -> Iterable[tuple[Any, Any]]:
        """Keys or their texts, and what `prepare` takes: instances, or plain values, which are
        several times faster.
        """
        return ((obj.pk, obj) for obj in self.queryset().filter(pk__in=keys))

    def _prepared(self, obj: Any) -> Fields | Exception:
        try:
            return self.prepare(obj)
        except Exception as error:  # noqa: BLE001 - reported with the object it belongs to
            return error

    def key_of(self, object_id: str) -> Any:
        """The primary key that an id stands for; None if the model can have no such key."""
        try:
            return self.model._meta.pk.to_python(object_id)
        except (ValidationError, ValueError):
            return None

    def related_paths(self) -> Iterator[tuple[type[models.Model], Related]]:
        for model, paths in self.related.items():
            for path in [paths] if isinstance(paths, str | Related) else paths:
                yield model, path if isinstance(path, Related) else Related(path)
