"""People in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group as DjangoGroup
from django.db.models import Count, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ApiToken, Group, Mail, Membership, User

# Ours says who shares layers; Django's says which tables of the admin somebody may change.
admin.site.unregister(DjangoGroup)


class MembershipInline(admin.TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["user", "group"]


@admin.register(User)
class CatalogueUserAdmin(UserAdmin):
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (
            gettext_lazy("Person"),
            {"fields": ("first_name", "last_name", "email", "organisation_name")},
        ),
        (
            gettext_lazy("Permissions"),
            {"fields": ("is_active", "is_staff", "is_superuser", "user_permissions")},
        ),
        (gettext_lazy("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    list_display = ("username", "email", "first_name", "last_name", "is_staff", "is_active")
    list_filter = ("is_staff", "is_superuser", "is_active", "catalogue_groups")
    filter_horizontal = ("user_permissions",)
    inlines = (MembershipInline,)


@admin.register(Group)
class GroupAdmin(admin.ModelAdmin):
    list_display = ["name", "description", "member_count"]
    search_fields = ["name"]
    inlines = [MembershipInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        groups: QuerySet[Group] = super().get_queryset(request)
        return groups.annotate(counted=Count("memberships"))

    @admin.display(description=gettext_lazy("members"), ordering="counted")
    def member_count(self, group: Any) -> int:
        return int(group.counted)


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """A token's text is shown once, after it was made; to delete a token is to revoke it."""

    list_display = ["__str__", "user", "created_at", "used_at"]
    list_select_related = ["user"]
    search_fields = ["name", "user__username"]
    autocomplete_fields = ["user"]
    fields = ["user", "name", "created_at", "used_at"]
    readonly_fields = ["created_at", "used_at"]

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        token, text = ApiToken.objects.issue(obj.user, obj.name)
        obj.pk, obj.digest, obj.created_at = token.pk, token.digest, token.created_at
        told = _("The token of %(user)s is %(text)s. Copy it now: it is not shown again.")
        messages.warning(request, told % {"user": obj.user, "text": text})


@admin.register(Mail)
class MailAdmin(admin.ModelAdmin):
    """For reading, and for sending again what failed."""

    list_display = ["kind", "user", "state", "attempts", "created_at", "ended_at", "error"]
    list_filter = ["state", "kind"]
    list_select_related = ["user"]
    actions = ["send_again"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Mail | None = None) -> bool:
        return False

    @admin.action(description=gettext_lazy("Send again what failed"), permissions=["view"])
    def send_again(self, request: HttpRequest, rows: QuerySet[Mail]) -> None:
        failed = rows.filter(state__in=[Mail.State.FAILED, Mail.State.UNKNOWN])
        count = failed.update(state=Mail.State.WAITING, attempts=0, error="", due_at=Now())
        messages.success(request, _("%(count)s mails wait to be sent.") % {"count": count})
