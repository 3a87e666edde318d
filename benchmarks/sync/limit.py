"""What Solr can take at most: prepared JSON, posted by two threads, with our configset."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TextIO

import orjson
import requests
from django.conf import settings
from django.db import connection

from solr_sync import content
from solr_sync.registry import registry

BATCH = 1000
POSTERS = 2
# Id, content hash, bucket and check number of each document; another definition makes others.
INDEX = f"index-{registry['layer'].definition}.tsv"


def prepare(folder: Path, number: int) -> list[Path]:
    """Bodies of a thousand documents each, as our worker would post them; kept for the next run."""
    names = [folder / f"{start // BATCH:06}.json" for start in range(0, number, BATCH)]
    if not all(name.exists() for name in [*names, folder / INDEX]):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with (folder / INDEX).open("w", encoding="ascii") as index:
            for name, body in zip(names, _bodies(number, index), strict=True):
                name.write_bytes(body)
    return names


def forget(folder: Path) -> None:
    """Has the bodies prepared anew, since the records are about to be changed."""
    (folder / INDEX).unlink(missing_ok=True)


def _bodies(number: int, index: TextIO) -> Iterator[bytes]:
    ids = ids_of(number)
    for start in range(0, number, BATCH):
        documents = []
        for key, fields in registry["layer"].build(ids[start : start + BATCH]):
            if isinstance(fields, dict):
                digest = content.content_hash(fields)
                documents.append(document := content.live(key, 1, fields, digest))
                print(
                    *(key, digest, document["sync_bucket"], document["sync_check"]),
                    sep="\t",
                    file=index,
                )
        yield orjson.dumps(documents)


def ids_of(number: int) -> list[str]:
    """As the ledger has them, so that all contenders send the same documents."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT object_id FROM solr_sync_ledgerentry ORDER BY id LIMIT %s", [number])
        return [row[0] for row in cursor.fetchall()]


def post(bodies: Sequence[Path], collection: str) -> list[float]:
    """Seconds until Solr had taken the first of them, the first two, and so on to all."""
    queue: SimpleQueue[Path] = SimpleQueue()
    for body in bodies:
        queue.put(body)
    began, taken = time.monotonic(), SimpleQueue[float]()
    threads = [
        threading.Thread(target=_post, args=(queue, collection, taken)) for _ in range(POSTERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(taken.get_nowait() - began for _ in bodies)


def commit(collection: str) -> None:
    """A small index fits into the memory for indexing: Solr may not have written it by itself."""
    url = f"{settings.SOLR_URL}/{collection}/update?commit=true&openSearcher=false"
    requests.get(url, timeout=120).raise_for_status()


def _post(queue: SimpleQueue[Path], collection: str, taken: SimpleQueue[float]) -> None:
    url = f"{settings.SOLR_URL}/{collection}/update/json/docs?versions=true"
    headers = {"Content-Type": "application/json"}
    with requests.Session() as session:
        while True:
            try:
                body = queue.get_nowait()
            except Empty:
                return
            session.post(url, body.read_bytes(), headers=headers, timeout=120).raise_for_status()
            taken.put(time.monotonic())
