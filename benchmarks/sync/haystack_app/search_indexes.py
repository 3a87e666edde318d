from __future__ import annotations

import os
from typing import Any

from django.db.models import QuerySet
from haystack import indexes

from catalogue import layer_records
from layers.models import Layer
from solr_sync.registry import registry

SAME_DOCUMENTS = os.environ.get("DOCUMENTS") == "same"


class WithRecords(QuerySet[Layer]):
    """Layers with all that our documents need, read as our workers read it."""

    def _fetch_all(self) -> None:
        is_new = self._result_cache is None
        super()._fetch_all()
        layers: list[Any] = self._result_cache or []
        if is_new:
            records = {record.id: record for record in layer_records.read([x.pk for x in layers])}
            for layer in layers:
                layer.record = records[str(layer.pk)]


class LayerIndex(indexes.SearchIndex, indexes.Indexable):
    """Ten fields, from instances with all that they need read ahead: haystack at its best.

    With DOCUMENTS=same it sends all fields of our documents.
    """

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
        layers = WithRecords(Layer) if SAME_DOCUMENTS else Layer.objects.all()
        return layers.select_related("owner").prefetch_related(*related)

    def prepare(self, layer: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().prepare(layer)
        if SAME_DOCUMENTS:
            found = registry["layer"].prepare(layer.record) | found
            self.prepared_data = found
        return found

    def prepare_category(self, layer: Layer) -> list[str]:
        return [topic.label for topic in layer.topic_categories.all()]

    def prepare_keywords(self, layer: Layer) -> list[str]:
        return [keyword.name for keyword in layer.keywords.all()]

    def prepare_regions(self, layer: Layer) -> list[str]:
        return [region.label for region in layer.regions.all()]

    def prepare_bbox(self, layer: Layer) -> str | None:
        return layer.bbox.envelope if layer.bbox else None
