"""Layers in the admin. A save counts one edit, as everywhere, since `Layer.save` counts."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db import transaction
from django.db.models import ForeignKey, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from accounts.models import User
from layers import services
from layers.admin.forms import LayerAdminForm
from layers.models import (
    Attribute,
    Distribution,
    Layer,
    LayerContact,
    LayerDate,
    SlugRedirect,
    TemporalExtent,
    Vocabulary,
)


class PartInline(admin.TabularInline):
    """Vocabularies, and what the rows' names are made of, are read once for all rows."""

    related: ClassVar[list[str]] = []

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows.select_related(*self.related) if self.related else rows

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None and issubclass(db_field.remote_field.model, Vocabulary):
            field.choices = list(field.choices)  # type: ignore[arg-type]
        return field


class ContactInline(PartInline):
    model = LayerContact
    extra = 0
    autocomplete_fields = ["party"]
    related = ["role", "party__organisation"]


class DateInline(PartInline):
    model = LayerDate
    extra = 0
    related = ["type"]


class TemporalInline(PartInline):
    model = TemporalExtent
    extra = 0


class DistributionInline(PartInline):
    model = Distribution
    extra = 0


class AttributeInline(PartInline):
    model = Attribute
    extra = 0


class RedirectInline(admin.TabularInline):
    model = SlugRedirect
    extra = 0


@admin.register(Layer)
class LayerAdmin(admin.ModelAdmin):
    form = LayerAdminForm
    list_display = ["title", "state", "visibility", "resource_type", "owner", "updated_at"]
    list_filter = ["state", "visibility", "resource_type", "topic_categories", "updated_at"]
    list_select_related = ["resource_type", "owner"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["title", "slug", "name", "=id"]
    search_help_text = gettext_lazy("Title, address, service layer name or UUID")
    date_hierarchy = "updated_at"
    readonly_fields = [
        "id", "version", "created_at", "created_by", "updated_at", "updated_by", "source",
        "source_id", "extra",
    ]  # fmt: skip
    autocomplete_fields = [
        "organisation", "owner", "group", "keywords", "regions", "languages", "topic_categories",
        "metadata_language", "access_constraints", "use_constraints", "licence",
    ]  # fmt: skip
    inlines = [
        ContactInline,
        TemporalInline,
        DateInline,
        DistributionInline,
        AttributeInline,
        RedirectInline,
    ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Layer, form: Any, change: bool) -> None:
        """Raises AddressTaken."""
        user = cast(User, request.user)
        obj.updated_by = user
        with services.noticing_taken_address(obj), transaction.atomic():
            if change:
                super().save_model(request, obj, form, change)
            else:
                obj.created_by = user
                services.insert(obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except services.AddressTaken:
            # Between the check of the form and the save: the check finds it now and says so.
            return super().changeform_view(request, *args, **kwargs)
