"""The workshop's way: each save sends a task, which reads the layer and posts its ten fields.

Celery's own defaults, but for CELERY_DB_REUSE_MAX where it is given. The sync's fields are there
because our configset asks for a version; COLLECTION says where to.
"""

from __future__ import annotations

import os
import time

import requests
from celery import Celery

# Not the current one: the catalogue's own is that, in the process that compares them.
app = Celery("workshop", broker=os.environ["BROKER_URL"], set_as_current=False)
app.conf.update(
    task_default_queue="workshop",
    task_ignore_result=True,
    CELERY_DB_REUSE_MAX=int(os.environ.get("DB_REUSE_MAX", "0")) or None,
)
session = requests.Session()


@app.task(name="workshop.index_layer")
def index_layer(pk: str) -> None:
    from django.conf import settings

    from layers.models import Layer

    layer = Layer.objects.select_related("owner").get(pk=pk)
    document = {
        "id": str(layer.pk),
        "name": layer.name or layer.slug,
        "title": layer.title,
        "abstract": layer.abstract,
        "category": list(layer.topic_categories.values_list("label", flat=True)),
        "keywords": list(layer.keywords.values_list("name", flat=True)),
        "regions": list(layer.regions.values_list("label", flat=True)),
        "modified_date": layer.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "username": layer.owner.username if layer.owner else "",
        "sync_version": time.time_ns(),
        "deleted": False,
    }
    if layer.bbox:
        document["bbox"] = layer.bbox.envelope
    collection = os.environ["COLLECTION"]
    response = session.post(
        f"{settings.SOLR_URL}/{collection}/update/json/docs?commitWithin=1500",
        json=document,
        timeout=30,
    )
    response.raise_for_status()
