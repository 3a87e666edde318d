from __future__ import annotations

from django.contrib import admin

from accounts.admin_bases import ReadOnlyAdmin
from uploads.models import Upload


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    """For reading: files come and go by their pages, which keep rows and disk together."""

    list_display = ["name", "role", "size", "media_type", "owner", "layer", "created_at"]
    list_filter = ["role"]
    search_fields = ["name", "checksum"]
    list_select_related = ["owner", "layer"]
