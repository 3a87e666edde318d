from __future__ import annotations

from typing import Any

from haystack import indexes

from layers.models import Layer


class LayerIndex(indexes.SearchIndex, indexes.Indexable):
    """Ten fields, from instances with all that they need read ahead: haystack at its best."""

    text = indexes.CharField(document=True, model_attr="abstract")
    name = indexes.CharField(model_attr="slug")
    title = indexes.CharField(model_attr="title")
    abstract = indexes.CharField(model_attr="abstract")
    modified_date = indexes.DateTimeField(model_attr="updated_at")
    username = indexes.CharField(model_attr="owner__username", null=True)
    category = indexes.MultiValueField()
    keywords = indexes.MultiValueField()
    regions = indexes.MultiValueField()
    bbox = indexes.CharField(null=True)

    def get_model(self) -> type[Layer]:
        return Layer

    def index_queryset(self, using: str | None = None) -> Any:
        related = ("topic_categories", "keywords", "regions")
        return Layer.objects.select_related("owner").prefetch_related(*related)

    def prepare_category(self, layer: Layer) -> list[str]:
        return [topic.label for topic in layer.topic_categories.all()]

    def prepare_keywords(self, layer: Layer) -> list[str]:
        return [keyword.name for keyword in layer.keywords.all()]

    def prepare_regions(self, layer: Layer) -> list[str]:
        return [region.label for region in layer.regions.all()]

    def prepare_bbox(self, layer: Layer) -> str | None:
        return layer.bbox.envelope if layer.bbox else None
