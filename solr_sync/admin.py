from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from solr_sync import ledger
from solr_sync.models import (
    AuditRun,
    Collection,
    LedgerEntry,
    Rebuild,
    RelatedChange,
    Target,
)
from solr_sync.processors import wake_many
from solr_sync.registry import registry


class ReadOnlyAdmin(admin.ModelAdmin):
    """The engine alone writes these rows."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("pending", _("pending")), ("parked", _("parked")), ("failing", _("failing"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[LedgerEntry]
    ) -> QuerySet[LedgerEntry]:
        conditions: dict[str, dict[str, Any]] = {
            "pending": {"due_at__isnull": False},
            "parked": {"parked_at__isnull": False},
            "failing": {"due_at__isnull": False, "error__gt": ""},
        }
        return queryset.filter(**conditions.get(self.value() or "", {}))


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = [
        "object_id",
        "document_type",
        "state",
        "version",
        "indexed_version",
        "changed_at",
        "searchable_at",
        "attempts",
        "due_at",
        "error",
    ]
    list_filter = [StateFilter, "document_type", "lane", "is_tombstone"]
    search_fields = ["=object_id", "error"]
    ordering = ["-changed_at"]
    actions = ["retry", "send_again"]
    show_full_result_count = False

    @admin.display(description=_("state"))
    def state(self, entry: LedgerEntry) -> str:
        if entry.parked_at:
            return str(_("parked"))
        if entry.pending:
            return str(_("failing") if entry.error else _("pending"))
        return str(_("removed") if entry.is_tombstone else _("taken"))

    @admin.action(description=_("Retry now"), permissions=["view"])
    def retry(self, request: HttpRequest, queryset: QuerySet[LedgerEntry]) -> None:
        self._report(request, queryset, ledger.retry(queryset))

    @admin.action(description=_("Build again and send if changed"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[LedgerEntry]) -> None:
        self._report(request, queryset, ledger.send_again(queryset))

    def _report(self, request: HttpRequest, queryset: QuerySet[LedgerEntry], count: int) -> None:
        for document_type in set(queryset.values_list("document_type", flat=True)):
            wake_many(registry[document_type])
        text = ngettext("%d document is due now.", "%d documents are due now.", count) % count
        self.message_user(request, text, messages.SUCCESS)


@admin.register(RelatedChange)
class RelatedChangeAdmin(ReadOnlyAdmin):
    list_display = ["document_type", "path", "object_id", "changed_at", "due_at", "cursor", "error"]
    list_filter = ["document_type", "path"]
    search_fields = ["=object_id"]


@admin.register(Collection)
class CollectionAdmin(ReadOnlyAdmin):
    list_display = ["name", "unavailable_since", "next_try_at", "failures", "reason", "visible_at"]


@admin.register(AuditRun)
class AuditRunAdmin(ReadOnlyAdmin):
    list_display = [
        "ended_at",
        "collection",
        "deep",
        "checked",
        "missing",
        "stale",
        "ghosts",
        "repaired",
    ]
    list_filter = ["collection", "deep"]
    ordering = ["-ended_at"]


@admin.register(Rebuild)
class RebuildAdmin(ReadOnlyAdmin):
    list_display = [
        "alias",
        "target",
        "began_at",
        "heartbeat_at",
        "done",
        "total",
        "rate",
        "time_left",
        "ended_at",
        "outcome",
    ]

    @admin.display(description=_("documents a second"))
    def rate(self, rebuild: Rebuild) -> str:
        return f"{rebuild.rate:.0f}"

    @admin.display(description=_("time left"))
    def time_left(self, rebuild: Rebuild) -> str:
        return str(rebuild.time_left or "")


@admin.register(Target)
class TargetAdmin(ReadOnlyAdmin):
    list_display = ["name", "alias", "role", "misses", "error"]
