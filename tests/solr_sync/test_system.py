"""The whole way with real servers: database, RabbitMQ, Celery workers, Solr."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from layers.models import Keyword, Layer, TopicCategory
from services.bundle import Services
from solr_sync.models import LedgerEntry
from solr_sync.solr import SolrClient
from solr_sync.status import status_of
from tests.programs import PROJECT, Process, eventually
from tests.solr_sync.conftest import entry_of, found, titles, versions

pytestmark = pytest.mark.usefixtures("workers")


def searchable(layer: Layer) -> bool:
    status = status_of("layer", str(layer.pk))
    return bool(status and status.state == "searchable")


def wait_until_searchable(layer: Layer, within: float = 20) -> None:
    eventually(lambda: searchable(layer), within=within, what=f"{layer} being searchable")


def workshop_query(name: str) -> dict[str, Any]:
    """The workshop's own check, by plain HTTP: documents of that name."""
    response = requests.get(
        f"{settings.SOLR_URL}/layers/select", params={"q": f'name:"{name}"'}, timeout=5
    )
    return dict(response.json()["response"])


class TestDays:
    """Ordinary days."""

    def test_create_edit_keyword_rename_and_delete_reach_the_workshops_query(
        self, solr: SolrClient
    ) -> None:
        owner = User.objects.create(username="steward")
        topic = TopicCategory.objects.create(code="testing", label="Testing")
        layer = Layer(title="Rivers of Bavaria", abstract="All of them.", owner=owner)
        layer.west, layer.south, layer.east, layer.north = 9, 47.2, 13.9, 50.6
        layer.save()
        layer.topic_categories.add(topic)
        wait_until_searchable(layer)
        (document,) = workshop_query("rivers-of-bavaria")["docs"]
        assert document["id"] == str(layer.pk)
        assert document["title"] == "Rivers of Bavaria"
        assert document["abstract"] == "All of them."
        assert document["bbox"] == "ENVELOPE(9, 13.9, 50.6, 47.2)"
        assert document["category"] == ["Testing"]
        assert document["username"] == "steward"
        assert document["modified_date"].startswith(f"{layer.updated_at:%Y-%m-%dT%H:%M}")

        layer.title = "Rivers of Upper Bavaria"
        layer.save()
        wait_until_searchable(layer)
        assert workshop_query("rivers-of-bavaria")["docs"][0]["title"] == "Rivers of Upper Bavaria"

        layer.keywords.add(Keyword.objects.create(name="hydrology"))
        wait_until_searchable(layer)
        assert workshop_query("rivers-of-bavaria")["docs"][0]["keywords"] == ["hydrology"]

        topic.label = "Trials"
        topic.save()
        eventually(
            lambda: workshop_query("rivers-of-bavaria")["docs"][0]["category"] == ["Trials"],
            what="the new name of the topic",
        )

        layer.delete()
        eventually(lambda: workshop_query("rivers-of-bavaria")["numFound"] == 0, what="the removal")
        topic.delete()

    def test_edits_and_deletions_in_the_admin(self, solr: SolrClient) -> None:
        admin = User.objects.create_superuser("admin", password="admin")
        client = Client()
        client.force_login(admin)
        layers = [Layer.objects.create(title=f"Layer {n}") for n in range(4)]
        address = reverse("admin:layers_layer_change", args=[layers[0].pk])
        form = client.get(address).context["adminform"].form
        data = {n: form[n].value() for n in form.fields if form[n].value() not in (None, [])}
        for formset in client.get(address).context["inline_admin_formsets"]:
            data |= {
                f"{formset.formset.prefix}-{n}": str(formset.formset.management_form[n].value())
                for n in formset.formset.management_form.fields
            }
        assert client.post(address, data | {"title": "Edited"}).status_code == 302
        eventually(lambda: "Edited" in titles(solr), what="the edit")

        delete = reverse("admin:layers_layer_delete", args=[layers[0].pk])
        assert client.post(delete, {"post": "yes"}).status_code == 302
        selection = {
            "action": "delete_selected",
            "_selected_action": [str(layer.pk) for layer in layers[1:3]],
            "post": "yes",
        }
        assert client.post(reverse("admin:layers_layer_changelist"), selection).status_code == 302
        eventually(lambda: titles(solr) == ["Layer 3"], what="the removals")

    def test_an_update_of_many(self, solr: SolrClient) -> None:
        Layer.objects.bulk_create(
            [Layer(title=f"Layer {n}", slug=f"layer-{n}") for n in range(300)]
        )
        eventually(lambda: len(found(solr)) == 300, what="300 documents")
        Layer.objects.update(edition="2")
        eventually(
            lambda: not LedgerEntry.objects.filter(due_at__isnull=False).exists(), what="the rest"
        )
        assert set(LedgerEntry.objects.values_list("indexed_version", flat=True)) == {2}

    def test_an_import_in_bulk(self, solr: SolrClient) -> None:
        samples = PROJECT / "layers" / "samples" / "samples.jsonl"
        call_command("import_layers", str(samples), verbosity=0)
        count = Layer.objects.count()
        assert count >= 300
        eventually(lambda: solr.search("*:*", rows=0).hits == count, within=60, what="the samples")
        before = versions()
        call_command("import_layers", str(samples), verbosity=0)
        assert versions() == before

    def test_what_nobody_was_told_of_is_found_by_the_sweep(self, solr: SolrClient) -> None:
        from solr_sync.tasks import sweep

        layer = Layer.objects.create(title="Before")
        wait_until_searchable(layer)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE layers_layer SET title = 'By raw SQL'")

        def swept() -> bool:
            sweep.delay()
            time.sleep(0.5)
            return titles(solr) == ["By raw SQL"]

        eventually(swept, what="the sweep")

    def test_what_is_rolled_back_never_reaches_solr(self, solr: SolrClient) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            Layer.objects.create(title="Ghost")
            _ = 1 / 0
        layer = Layer.objects.create(title="Real")
        wait_until_searchable(layer)
        assert titles(solr) == ["Real"]


class TestBadHours:
    """One thing at a time is away; the edit works at once and is found when all is back."""

    def test_solr_is_away(
        self,
        solr: SolrClient,
        services: Services,
        workers: dict[str, Process],
    ) -> None:
        layer = Layer.objects.create(title="Before")
        wait_until_searchable(layer)
        services.solr.stop()
        try:
            layer.title = "Meanwhile"
            began = time.monotonic()
            layer.save()
            assert time.monotonic() - began < 1
            status = eventually(
                lambda: (s := status_of("layer", str(layer.pk))) and s.state == "retrying" and s,
                what="the page saying so",
            )
            assert settings.SOLR_URL in status.error
            assert "Connection refused" in status.error
            assert status.next_attempt_at is not None
            eventually(
                lambda: workers["live"].has_logged("SolrUnavailable"), what="Flower's failure"
            )
        finally:
            services.solr.start()
            services.solr.wait_ready(120)
        wait_until_searchable(layer, within=60)
        assert titles(solr) == ["Meanwhile"]

    def test_rabbitmq_is_away(
        self,
        solr: SolrClient,
        services: Services,
        workers: dict[str, Process],
    ) -> None:
        services.rabbitmq.stop()
        try:
            began = time.monotonic()
            layer = Layer.objects.create(title="Written without a broker")
            assert time.monotonic() - began < 1
            assert entry_of(layer).pending
        finally:
            services.rabbitmq.start()
            services.rabbitmq.wait_ready(120)
        wait_until_searchable(layer, within=90)

    def test_the_worker_is_away(self, solr: SolrClient, workers: dict[str, Process]) -> None:
        workers["live"].stop()
        try:
            layer = Layer.objects.create(title="Nobody works")
            time.sleep(2)
            status = status_of("layer", str(layer.pk))
            assert status is not None
            assert status.state == "waiting"
            assert found(solr) == []
        finally:
            workers["live"].start()
        wait_until_searchable(layer, within=60)
