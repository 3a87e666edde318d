"""Solr dies, lies, is slow, or comes back as it was some time ago."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import requests

from solr_sync.documents import Fields
from solr_sync.solr import WRITE_SECONDS, SolrClient
from tests.faults.editors import Editors
from tests.faults.proxy import BlackHole, Exchange, Fault, Holding, answering, cutting_posts
from tests.faults.stand import Stand
from tests.faults.troubles.base import Trouble, a_while
from tests.programs import eventually

HTML = b"<html><title>Bad Gateway</title></html>"
HEADER = b'{"responseHeader": {"status": 500, "QTime": 1}}'
# So many take some seconds to replay.
LOGGED = 6_000


def solr_is_killed(stand: Stand, editors: Editors, rng: random.Random) -> None:
    """It replays its log afterwards: commits are ignored, and older documents win."""
    with stand.away(stand.services.solr):
        a_while(rng)


def solr_is_stopped(stand: Stand, editors: Editors, rng: random.Random) -> None:
    with stand.away(stand.services.solr, kill=False):
        a_while(rng)


def solr_refuses(stand: Stand, editors: Editors, rng: random.Random) -> None:
    with stand.solr.refusing():
        a_while(rng)


def _doing(fault: Callable[[], Fault]) -> Trouble:
    def trouble(stand: Stand, editors: Editors, rng: random.Random) -> None:
        one = fault()
        with stand.solr.doing(one):
            a_while(rng)
        released = getattr(one, "released", None)
        if released is not None:
            released.set()

    return trouble


def _without_commits(exchange: Exchange, forward: Callable[[], None]) -> None:
    exchange.path = exchange.path.replace("commit=true&softCommit=true", "")
    forward()


def old_documents_arrive_during_the_replay(
    stand: Stand, editors: Editors, rng: random.Random
) -> None:
    """Where the version gate does not hold: the post had left before Solr was killed."""
    solr = stand.services.solr
    eventually(lambda: serves(stand), within=180, what="the collection, after another fault")
    held = Holding(lambda e: e.is_post, times=2)
    with stand.solr.doing(held):
        held.holds.wait(15)
        fill_log(stand.services.solr.url)
        time.sleep(2)  # meanwhile others post what is newer
        stand.kill_service(solr)
        solr.start()
        eventually(lambda: serves(stand), within=150, what="Solr's first answer")
        held.released.set()
    solr.wait_ready(120)


def fill_log(url: str) -> None:
    """Many tombstones of nothing, which Solr has to replay before it is itself again."""
    client = SolrClient("layers")
    client.url = f"{url}/layers"
    filler: list[Fields] = [
        {"id": f"filler-{n}", "sync_version": 1, "deleted": True} for n in range(LOGGED)
    ]
    for start in range(0, LOGGED, 2000):
        client.post_documents(filler[start : start + 2000])


def serves(stand: Stand) -> bool:
    try:
        return requests.get(
            f"{stand.services.solr.url}/layers/select", params={"q": "x", "rows": "0"}, timeout=2
        ).ok
    except requests.RequestException:
        return False


def solr_answers_too_late(stand: Stand, editors: Editors, rng: random.Random) -> None:
    """After the client has given up; what it sent was taken."""
    held = Holding(lambda e: e.is_post, arrived=True, times=2, seconds=40)
    with stand.solr.doing(held):
        if held.holds.wait(15):
            time.sleep(WRITE_SECONDS + 1)
    held.released.set()


def solr_loses_its_index(stand: Stand, editors: Editors, rng: random.Random) -> None:
    solr = stand.services.solr
    stand.kill_service(solr)
    for folder in _cores(stand):
        shutil.rmtree(folder / "data")
    solr.start()
    solr.wait_ready(120)


def solr_gets_an_older_index(stand: Stand, editors: Editors, rng: random.Random) -> None:
    solr = stand.services.solr
    cores = eventually(
        lambda: _cores(stand),
        within=180,
        what="a collection, or a new one",
    )
    solr.stop()
    kept = stand.folder / f"older-{time.monotonic_ns()}"
    for core in cores:
        shutil.copytree(core / "data", kept / core.name)
    solr.start()
    solr.wait_ready(120)
    time.sleep(rng.uniform(4, 8))  # meanwhile the editors go on
    stand.kill_service(solr)
    for core in cores:
        shutil.rmtree(core / "data")
        shutil.move(kept / core.name, core / "data")
    solr.start()
    solr.wait_ready(120)


def solr_loses_everything(stand: Stand, editors: Editors, rng: random.Random) -> None:
    """The disk with collections, aliases and configsets."""
    solr = stand.services.solr
    stand.kill_service(solr)
    shutil.rmtree(solr.directory / "data")
    solr.start()
    solr.wait_ready(120)


def _cores(stand: Stand) -> list[Path]:
    return [p.parent for p in (stand.services.solr.directory / "data").rglob("core.properties")]


SOLR: dict[str, Trouble] = {
    "solr is killed": solr_is_killed,
    "solr is stopped": solr_is_stopped,
    "solr refuses": solr_refuses,
    "solr is a black hole": _doing(lambda: BlackHole(10)),
    "solr answers 500": _doing(lambda: answering(500, HTML, "text/html")),
    "solr answers 503": _doing(lambda: answering(503, b"")),
    "solr answers 404": _doing(lambda: answering(404, HTML, "text/html", only_posts=True)),
    "solr answers 200 with HTML": _doing(lambda: answering(200, HTML, "text/html")),
    "solr answers 200 with a status": _doing(lambda: answering(200, HEADER, only_posts=True)),
    "solr is cut before posts arrive": _doing(lambda: cutting_posts(arrived=False)),
    "solr is cut after posts arrived": _doing(lambda: cutting_posts(arrived=True)),
    "solr answers too late": solr_answers_too_late,
    "old documents arrive during the replay": old_documents_arrive_during_the_replay,
    "commits are answered and ignored": _doing(lambda: _without_commits),
}
AUDITED: dict[str, Trouble] = {
    "solr loses its index": solr_loses_its_index,
    "solr gets an older index": solr_gets_an_older_index,
    "solr loses everything": solr_loses_everything,
}
