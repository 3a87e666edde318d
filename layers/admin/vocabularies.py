"""The controlled vocabularies. A term's code is its identity and does not change."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from layers.admin.urls import HTTPS
from layers.models import (
    Classification,
    DateType,
    Frequency,
    Keyword,
    Language,
    Licence,
    LinkFunction,
    LinkProtocol,
    Progress,
    Region,
    RepresentationType,
    ResourceType,
    Restriction,
    Role,
    TopicCategory,
    Vocabulary,
)


@admin.register(
    Classification,
    DateType,
    Frequency,
    LinkFunction,
    Progress,
    RepresentationType,
    ResourceType,
    Restriction,
    Role,
)
class VocabularyAdmin(admin.ModelAdmin):
    list_display = ["label", "code", "definition"]
    search_fields = ["code", "label"]
    ordering = ["position", "label"]

    def get_readonly_fields(self, request: HttpRequest, obj: Vocabulary | None = None) -> list[str]:
        return ["code"] if obj else []


@admin.register(TopicCategory)
class TopicCategoryAdmin(VocabularyAdmin):
    list_display = ["label", "code", "number", "definition"]


@admin.register(Language)
class LanguageAdmin(VocabularyAdmin):
    list_display = ["label", "code", "alpha2"]


@admin.register(LinkProtocol)
class LinkProtocolAdmin(VocabularyAdmin):
    list_display = ["label", "code", "reference_uri"]


@admin.register(Licence)
class LicenceAdmin(VocabularyAdmin):
    list_display = ["label", "code", "is_open", "url"]
    list_filter = ["is_open"]
    formfield_overrides = HTTPS


@admin.register(Region)
class RegionAdmin(VocabularyAdmin):
    list_display = ["label", "code", "level", "parent"]
    list_filter = ["level"]
    list_select_related = ["parent"]
    autocomplete_fields = ["parent"]


@admin.register(Keyword)
class KeywordAdmin(admin.ModelAdmin):
    search_fields = ["name", "folded"]
    list_display = ["name"]
