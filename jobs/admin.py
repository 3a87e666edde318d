from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from jobs.models import Job


@admin.register(Job)
class JobAdmin(admin.ModelAdmin):
    """For reading: jobs are started, cancelled and repeated on their pages."""

    list_display = ["kind", "state", "owner", "percent", "attempts", "created_at", "ended_at"]
    list_filter = ["state", "kind"]
    search_fields = ["id", "subject", "key"]
    list_select_related = ["owner"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
