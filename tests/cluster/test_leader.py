"""Three Solr nodes and a ZooKeeper: the leader dies in the middle of a backlog.

By itself, because of its time: make test ARGS=tests/cluster
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.db import transaction

from layers.factories import DescribedLayerFactory
from layers.models import Layer
from services import cluster
from services.cluster import Cluster, SolrNode
from solr_sync import ledger
from solr_sync.registry import registry
from tests.faults.comparing import compare
from tests.programs import PROJECT, celery_beat, celery_worker, eventually, test_database_url

COUNT = 4000
ALL_NODES = {"SOLR_REPLICAS": str(cluster.NODES)}


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    found = cluster.in_folder(tmp_path_factory.mktemp("cluster"))
    try:
        found.start()
        yield found
    finally:
        found.stop()


def manage(node: SolrNode, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=os.environ | {"DATABASE_URL": test_database_url(), "SOLR_URL": node.url} | ALL_NODES,
        capture_output=True,
        text=True,
        check=False,
    )


def replicas(nodes: Cluster, asked: SolrNode) -> dict[str, dict[str, Any]]:
    """Those of the one shard, by name."""
    answer = requests.get(
        f"{asked.url}/admin/collections", params={"action": "CLUSTERSTATUS"}, timeout=20
    ).json()
    collection = answer["cluster"]["collections"]["layers_1"]
    found: dict[str, dict[str, Any]] = collection["shards"]["shard1"]["replicas"]
    return found


def leader(nodes: Cluster) -> SolrNode:
    of_shard = replicas(nodes, nodes.nodes[0]).values()
    address = next(r["base_url"] for r in of_shard if r.get("leader") == "true")
    return next(node for node in nodes.nodes if f":{node.port}/" in address)


def in_replica(replica: dict[str, Any]) -> dict[str, int]:
    """Ids and versions that one replica alone holds."""
    url = f"{replica['base_url']}/{replica['core']}/select"
    question = {"q": "*:*", "fl": "id,sync_version", "rows": str(COUNT + 1), "distrib": "false"}
    found = requests.get(url, params=question, timeout=60).json()["response"]["docs"]
    return {document["id"]: document["sync_version"] for document in found}


def forget_everything(asked: SolrNode) -> None:
    """What the test before has left: its layers are gone from the database."""
    url = f"{asked.url}/layers/update"
    everything = {"delete": {"query": "*:*"}}
    answer = requests.post(url, params={"commit": "true"}, json=everything, timeout=60)
    answer.raise_for_status()


def make_layers() -> None:
    with transaction.atomic():
        built = [DescribedLayerFactory.build().layer for _ in range(COUNT)]
        for number, layer in enumerate(built):
            layer.slug, layer.source, layer.source_id = f"layer-{number}", "cluster", str(number)
        Layer.objects.bulk_create(built)


def taken() -> int:
    return ledger.entries(registry["layer"]).filter(indexed_version__gt=0).count()


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("queue", ["index.live", "index.bulk"])
def test_the_leader_dies_in_the_middle_of_a_backlog(
    nodes: Cluster, logs: Path, queue: str, settings: Any
) -> None:
    settings.SOLR_SYNC_SIGNAL_PROCESSOR = "tests.solr_sync.conftest.Nobody"
    assert manage(nodes.nodes[0], "solr_init").returncode == 0
    forget_everything(nodes.nodes[0])
    dying = leader(nodes)
    asked = next(node for node in nodes.nodes if node is not dying)
    make_layers()
    if queue == "index.live":
        ledger.entries(registry["layer"]).update(lane=0)
    programs = [
        celery_worker(logs, "index.live,index.bulk", 2, SOLR_URL=asked.url),
        celery_beat(logs, SOLR_URL=asked.url),
    ]
    for program in programs:
        program.start()
    try:
        eventually(lambda: taken() > COUNT // 10, within=120, what="the first tenth")
        dying.kill()
        at_the_kill = taken()
        assert at_the_kill < COUNT, "it was over before the leader died"
        waited = manage(asked, "solr_status", "--wait", "300")
        assert waited.returncode == 0, waited.stdout
        dying.start()
        dying.wait_ready(180)
        assert manage(asked, "solr_audit", "--deep", "--json").stdout.startswith(
            f'{{"checked": {COUNT}, "missing": 0, "stale": 0, "ghosts": 0'
        )
    finally:
        for program in programs:
            program.stop()
    found = compare(asked.url)
    assert found.wrong == 0, found
    wanted = {str(pk) for pk in Layer.objects.values_list("pk", flat=True)}

    def same_everywhere() -> bool:
        requests.get(f"{asked.url}/layers/update", params={"commit": "true"}, timeout=60)
        held = [in_replica(replica) for replica in replicas(nodes, asked).values()]
        return all(one == held[0] and one.keys() == wanted for one in held)

    eventually(same_everywhere, within=90, what="every replica with every document")
