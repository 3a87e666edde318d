"""How fast searching is, in Solr's time and in the catalogue's.

    python -m benchmarks.search [--documents 100000] [--questions 200] [--edits]

Real records beside the project, or else the samples, are replicated under new ids with moved
boxes, other years and one more word, in the database and in a collection of its own. Each question
is asked once, after a warm-up with others. SOLR_URL and DATABASE_URL say where.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks.relevance import RECORDS, SAMPLES, load  # noqa: E402
from catalogue.search import solr  # noqa: E402
from catalogue.search.density import overview  # noqa: E402
from catalogue.search.query import SearchQuery  # noqa: E402
from catalogue.solr_values import cell, folded_words  # noqa: E402
from layers.extent import BoundingBox  # noqa: E402
from layers.models import Layer  # noqa: E402
from solr_sync import collections  # noqa: E402
from solr_sync.registry import registry  # noqa: E402
from solr_sync.solr import SolrClient  # noqa: E402

COLLECTION = "bench_search"
BATCH = 1000
WORDS = [
    f"{a}{b}" for a in ("nor", "sud", "est", "wal", "ber", "lan") for b in ("mark", "ton", "ia")
]
Document = dict[str, Any]


def originals() -> list[tuple[Layer, Document]]:
    rows = {str(row.pk): row for row in Layer.objects.filter(source_id__isnull=False)}
    built = registry["layer"].build(list(rows))
    return [(rows[str(key)], fields) for key, fields in built if isinstance(fields, dict)]


def copies(number: int, dice: random.Random) -> Iterator[tuple[Layer, Document]]:
    found = originals()
    for index in range(number):
        layer, document = found[index % len(found)]
        yield _copy(layer, document, dice)


def _copy(layer: Layer, document: Document, dice: random.Random) -> tuple[Layer, Document]:
    key, word = uuid.UUID(int=dice.getrandbits(128), version=4), dice.choice(WORDS)
    title = f"{layer.title[:900]} {word}"
    row = Layer(pk=key, slug=str(key), title=title, abstract=layer.abstract)
    row.resource_type_id, row.organisation_id = layer.resource_type_id, layer.organisation_id
    row.bbox = _moved(layer.bbox, dice)
    copy = document | {"id": str(key), "slug": str(key), "title": title, "sync_version": 1}
    if row.bbox:
        copy |= {"bbox": row.bbox.envelope, "area": round(row.bbox.area_km2, 3)}
        copy |= {"cell5": cell(row.bbox, 5), "cell1": cell(row.bbox, 1)}
    for name in {"start_year", "end_year"} & set(copy):
        copy[name] += dice.randint(-5, 0)
    return row, copy | {"deleted": False}


def _moved(box: BoundingBox | None, dice: random.Random) -> BoundingBox | None:
    if box is None or box.width > 300 or box.crosses_antimeridian:
        return box
    east, north = dice.uniform(-2, 2), dice.uniform(-2, 2)
    east = min(max(east, -180 - box.west), 180 - box.east)
    north = min(max(north, -90 - box.south), 90 - box.north)
    return BoundingBox(
        *(
            round(n, 5)
            for n in (box.west + east, box.south + north, box.east + east, box.north + north)
        )
    )


def prepare(number: int) -> None:
    """Reuses what an earlier run with the same number has left."""
    client = SolrClient(COLLECTION)
    if COLLECTION in collections.collections() and client.search("*:*", rows=0).hits == number:
        return
    if COLLECTION in collections.collections():
        collections.admin("collections", action="DELETE", name=COLLECTION)
    configset = collections.configset_of("layers")
    collections.upload(configset)
    collections._create(COLLECTION, configset)
    Layer.objects.filter(source_id__isnull=True).delete()
    load(RECORDS if RECORDS.exists() else SAMPLES)
    batch: list[tuple[Layer, Document]] = []
    for pair in copies(number, random.Random(5)):
        batch.append(pair)
        if len(batch) == BATCH:
            _send(client, batch)
            batch = []
    _send(client, batch)
    client.commit_softly()


def _send(client: SolrClient, batch: list[tuple[Layer, Document]]) -> None:
    if batch:
        Layer.objects.bulk_create([row for row, _ in batch])
        client.post_documents([document for _, document in batch])


def asked(number: int, seed: int) -> list[SearchQuery]:
    """Words of titles, and a box about as large as the layer's own round it."""
    dice = random.Random(seed)
    rows = list(Layer.objects.filter(west__isnull=False, source_id__isnull=False).order_by("pk"))
    found: list[SearchQuery] = []
    while len(found) < number:
        layer = dice.choice(rows)
        words = [word for word in folded_words(layer.title).split() if len(word) > 2]
        box = _moved(layer.bbox, dice)
        if words and box:
            text = " ".join(dice.sample(words, min(len(words), dice.randint(1, 3))))
            found.append(SearchQuery(q=text, bbox=box))
    return found


def percentiles(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return round(statistics.median(ordered), 1), round(ordered[int(len(ordered) * 0.95)], 1)


def _call(client: Client, address: str) -> float:
    began = time.perf_counter()
    assert client.get(address).status_code == 200
    return (time.perf_counter() - began) * 1000


def measure(number: int) -> dict[str, float]:
    warm, results, full = asked(100, 1), asked(number, 2), asked(number, 3)
    pages, calls = asked(number, 4), asked(number, 5)
    client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0])
    for query in warm:
        solr.ask(query, ["public"])
        overview(query, ["public"], None)
        client.get("/search" + query.querystring)
    figures: dict[str, float] = {}

    def note(name: str, title: str, times: list[float]) -> None:
        p50, p95 = percentiles(times)
        figures[f"{name}_p50_ms"], figures[f"{name}_p95_ms"] = p50, p95
        print(f"{title:58}{p50:9.1f}{p95:9.1f}")

    def results_ms(query: SearchQuery) -> float:
        return float(solr.ask(without_counts(query), ["public"]).solr_ms or 0)

    def all_ms(query: SearchQuery) -> float:
        first = solr.ask(query, ["public"]).solr_ms or 0
        return float(max(first, overview(query, ["public"], None).solr_ms))

    print(f"\n{'milliseconds':58}{'p50':>9}{'p95':>9}")
    note("solr_results", "Solr: words, box, overlap", [results_ms(q) for q in results])
    note("solr", "Solr: with facets; density and years beside it", [all_ms(q) for q in full])
    note("api_overhead", "API over Solr's time", [_overhead(client, q) for q in calls])
    addresses = ["/search" + query.querystring for query in pages]
    note("page", "search page", [_call(client, address) for address in addresses])
    lengths = [2, 3, 4, 5, 6] * number
    typed = [q.q.split()[0][:n] for q, n in zip(pages, lengths, strict=False)]
    note("suggest", "suggestions", [_call(client, f"/api/suggest?q={text}") for text in typed])
    return figures


def without_counts(query: SearchQuery) -> SearchQuery:
    return SearchQuery(q=query.q, bbox=query.bbox, facets=False)


def _overhead(client: Client, query: SearchQuery) -> float:
    began = time.perf_counter()
    content = client.get("/api/search" + query.querystring).json()
    return (time.perf_counter() - began) * 1000 - (content["solr_ms"] or 0)


class Edits(threading.Thread):
    """Ten documents a second, made visible each second."""

    def __init__(self, documents: list[Document]) -> None:
        super().__init__(daemon=True)
        self.documents, self.ended = documents, threading.Event()

    def run(self) -> None:
        client, version = SolrClient(COLLECTION), 2
        while not self.ended.wait(1):
            changed = random.sample(self.documents, 10)
            client.post_documents([d | {"sync_version": version} for d in changed])
            client.commit_softly()
            version += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--edits", action="store_true", help="also while documents change")
    arguments, _ = parser.parse_known_args()
    connection.settings_dict["TEST"]["NAME"] = "search_bench"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, keepdb=True, serialize=False)
    solr.COLLECTION = COLLECTION
    began = time.perf_counter()
    prepare(arguments.documents)
    print(f"{arguments.documents} documents, prepared in {time.perf_counter() - began:.0f} s")
    figures: dict[str, Any] = {"documents": arguments.documents} | measure(arguments.questions)
    if arguments.edits:
        edits = Edits([document for _, document in copies(100, random.Random(5))])
        edits.start()
        print("\nwhile ten documents a second change and become visible")
        busy = measure(arguments.questions)
        edits.ended.set()
        edits.join()
        figures |= {f"{name}_while_indexing": value for name, value in busy.items()}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
