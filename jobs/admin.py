from __future__ import annotations

from django.contrib import admin

from accounts.admin_bases import ReadOnlyAdmin
from jobs.models import Job


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """For reading: jobs are started, cancelled and repeated on their pages."""

    list_display = ["kind", "state", "owner", "percent", "attempts", "created_at", "ended_at"]
    list_filter = ["state", "kind"]
    search_fields = ["id", "subject", "key"]
    list_select_related = ["owner"]
