from __future__ import annotations

from django.contrib import admin

from layers.admin.urls import HTTPS
from layers.models import Organisation, Party


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ["name", "url", "ror"]
    search_fields = ["name", "ror"]
    formfield_overrides = HTTPS


@admin.register(Party)
class PartyAdmin(admin.ModelAdmin):
    """The only place where a party is changed: layers of several owners may name it."""

    list_display = ["__str__", "organisation", "email", "orcid"]
    list_select_related = ["organisation"]
    search_fields = ["name", "organisation__name", "email", "orcid"]
    autocomplete_fields = ["organisation"]
    formfield_overrides = HTTPS
