from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from uploads.models import Upload


@admin.register(Upload)
class UploadAdmin(admin.ModelAdmin):
    """For reading: files come and go by their pages, which keep rows and disk together."""

    list_display = ["name", "role", "size", "media_type", "owner", "layer", "created_at"]
    list_filter = ["role"]
    search_fields = ["name", "checksum"]
    list_select_related = ["owner", "layer"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
