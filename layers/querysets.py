"""Reading and changing many layers at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone

from layers.access import readable_by
from layers.signals import layers_changed

T = TypeVar("T")

if TYPE_CHECKING:
    from accounts.models import User
    from layers.models import Layer


class LayerQuerySet(models.QuerySet["Layer"]):
    def readable_by(self, user: User | AnonymousUser) -> LayerQuerySet:
        return self.filter(readable_by(user))

    def update(self, **kwargs: Any) -> int:
        """Counts an edit of each layer, as `Layer.save` does."""
        kwargs = {"version": F("version") + 1, "updated_at": timezone.now()} | kwargs
        return self._announced(super().update(**kwargs))

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(  # type: ignore[override]
        self, objs: Iterable[Layer], *args: Any, **kwargs: Any
    ) -> list[Layer]:
        created: Any = super().bulk_create(objs, *args, **kwargs)  # type: ignore[arg-type]
        return self._announced(list(created))

    def delete(self) -> tuple[int, dict[str, int]]:
        return self._announced(super().delete())

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _announced(self, result: T) -> T:
        transaction.on_commit(lambda: layers_changed.send(sender=self.model), using=self.db)
        return result
