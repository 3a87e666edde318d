"""What Flower tells of the sync, asked by HTTP; its pages are looked at in tests/browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
from django.conf import settings
from django.db import transaction

from layers.models import Keyword, Layer, TopicCategory
from solr_sync.solr import SolrClient
from tests.flower.server import PASSWORD, USER, Flower, result_of
from tests.programs import eventually

pytestmark = pytest.mark.usefixtures("workers")


def tasks_of(flower: Flower, layer_id: str, count: int) -> list[dict[str, Any]]:
    """The tasks for a layer, once Flower has seen so many end."""

    def ended() -> list[dict[str, Any]]:
        tasks = flower.tasks_of(layer_id)
        return tasks if len([t for t in tasks if t["runtime"] or t["exception"]]) >= count else []

    return list(eventually(ended, what=f"{count} tasks in Flower"))


@pytest.mark.parametrize("path", ["/", "/tasks", "/workers", "/broker", "/metrics", "/api/tasks"])
@pytest.mark.parametrize("account", [None, (USER, "wrong"), ("", ""), ("other", PASSWORD)])
def test_every_page_asks_for_the_password(flower: Flower, path: str, account: Any) -> None:
    answer = requests.get(flower.url + path, auth=account, timeout=10)
    assert answer.status_code == 401
    if not path.startswith("/api"):
        assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_numbers_are_given_with_the_password(flower: Flower) -> None:
    assert "flower_" in flower.get("/metrics").text
    assert requests.get(f"{flower.url}/healthcheck", timeout=10).text == "OK"


def create(layer: Layer) -> None:
    layer.save()


def edit(layer: Layer) -> None:
    layer.title = "Rivers of Togo"
    layer.save()


def add_keyword(layer: Layer) -> None:
    layer.keywords.add(Keyword.objects.create(name="hydrology"))


def edit_all(layer: Layer) -> None:
    """Columns and relations in one transaction, as the editor saves."""
    with transaction.atomic():
        edit(layer)
        add_keyword(layer)
        layer.topic_categories.set(TopicCategory.objects.filter(pk="inlandWaters"))


def delete(layer: Layer) -> None:
    layer.delete()


@pytest.mark.parametrize("change", [edit, add_keyword, edit_all, delete])
def test_a_change_is_one_readable_task(
    flower: Flower, solr: SolrClient, change: Callable[[Layer], None]
) -> None:
    layer = Layer(title="Rivers of Ghana")
    layer_id = str(layer.pk)
    create(layer)
    tasks_of(flower, layer_id, 1)
    change(layer)
    created, changed = tasks_of(flower, layer_id, 2)
    for task in (created, changed):
        assert task["name"] == "solr_sync.tasks.sync_document"
        assert task["args"] == f"['layer', '{layer_id}']"
        assert task["state"] == "SUCCESS"
        assert 0 < task["runtime"] < 10
        assert task["worker"].startswith("index.live-")
    assert re.fullmatch(result_of("taken by Solr", layer_id), created["result"])
    outcome = "removed from Solr" if change is delete else "taken by Solr"
    assert re.fullmatch(result_of(outcome, layer_id), changed["result"])


def test_the_broker_page_knows_the_queues_and_keeps_the_password(flower: Flower) -> None:
    page = flower.get("/broker").text
    for queue in ("index.live", "index.bulk"):
        assert f"<td>{queue}</td>" in page
    password = unquote(urlsplit(settings.CELERY_BROKER_URL).password or "")
    assert len(password) > 8
    assert password not in page


def test_what_flower_saw_survives_its_restart(flower: Flower, solr: SolrClient) -> None:
    layer = Layer.objects.create(title="Rivers of Benin")
    (before,) = tasks_of(flower, str(layer.pk), 1)
    flower.stop()
    flower.start()
    eventually(flower.answers, within=60, what="Flower's answer")
    (after,) = flower.tasks_of(str(layer.pk))
    assert (after["uuid"], after["state"], after["result"]) == (
        before["uuid"],
        "SUCCESS",
        before["result"],
    )
