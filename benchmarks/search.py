"""How fast searching is, in Solr's time and in the catalogue's.

    python -m benchmarks.search [--documents 100000] [--questions 200] [--edits] [--readers 50]

Real records beside the project, or else the samples, are replicated (`benchmarks.copies`) in a
database and a collection of their own, which stay for the next run. Solr is asked in this process;
pages, API and suggestions come from gunicorn, as visitors get them. Each question is asked once,
after a warm-up with others. SOLR_URL and DATABASE_URL (PostgreSQL) say where.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402
from urllib3 import BaseHTTPResponse, PoolManager  # noqa: E402

from benchmarks.copies import (  # noqa: E402
    BATCH,
    POSTERS,
    Original,
    copy_of,
    moved,
    originals,
    post,
    store,
)
from benchmarks.edits import Edits  # noqa: E402
from benchmarks.readers import read_for  # noqa: E402
from benchmarks.relevance import RECORDS, SAMPLES, load  # noqa: E402
from benchmarks.server import COLLECTION, running  # noqa: E402
from benchmarks.sync import stage  # noqa: E402
from catalogue.search import solr  # noqa: E402
from catalogue.search.correction import NOTHING  # noqa: E402
from catalogue.search.density import overview  # noqa: E402
from catalogue.search.query import SearchQuery  # noqa: E402
from catalogue.solr_values import folded_words  # noqa: E402
from layers.models import Layer  # noqa: E402
from solr_sync import solr_collections  # noqa: E402
from solr_sync.exceptions import SyncError  # noqa: E402
from solr_sync.solr import SolrClient  # noqa: E402

READ_SECONDS = 60
PLAIN_FACETS = ("topic", "keyword", "region_tree", "organisation", "format", "licence")
# Tables and indexes, into the machine's memory
READ_ALL = "SELECT sum(pg_prewarm(oid, 'read')) FROM pg_class WHERE relkind IN ('r', 'i', 't')"


def prepare(number: int) -> list[Original]:
    """Goes on with what an earlier run has left, unless the index is another by now."""
    client = SolrClient(COLLECTION)
    _make_collection()
    if not Layer.objects.filter(source_id__isnull=False).exists():
        load(RECORDS if RECORDS.exists() else SAMPLES)
    found = originals()
    stored = Layer.objects.filter(source_id__isnull=True).count()
    posted = client.search("*:*", rows=0).hits
    if max(stored, posted) > number:
        sys.exit(f"{stored} layers are prepared already: give --documents {stored} or more")
    store(copy_of(found, n) for n in range(stored, number))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    whole = posted if posted == number else posted - posted % (BATCH * POSTERS)
    post(client, (copy_of(found, n) for n in range(whole, number)))
    client.commit_softly()
    client.timeout = (2, 120)
    if posted < number:
        client.merge_segments()  # as a rebuild ends
        client.commit()
    return found


def _make_collection() -> None:
    configset = solr_collections.configset_of("layers")
    stands = COLLECTION in solr_collections.names()
    if stands and solr_collections.configset_name(COLLECTION) == configset.name:
        return
    stage.collection_of(configset, COLLECTION)


def asked(found: list[Original], number: int, seed: int) -> list[SearchQuery]:
    """Words of titles, and a box about as large as the layer's own round it."""
    dice = random.Random(seed)
    placed = [original for original in found if original.box]
    questions: list[SearchQuery] = []
    while len(questions) < number:
        original = dice.choice(placed)
        words = [word for word in folded_words(original.title).split() if len(word) > 2]
        box = moved(original.box, dice)
        if words and box:
            text = " ".join(dice.sample(words, min(len(words), dice.randint(1, 3))))
            questions.append(SearchQuery(q=text, bbox=box))
    return questions


def percentiles(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return round(statistics.median(ordered), 1), round(ordered[int(len(ordered) * 0.95)], 1)


class Unanswered(Exception):
    """Not in time, or not from Solr."""


class Measuring:
    """Asks questions that nobody has asked before; each figure has questions of its own."""

    def __init__(self, found: list[Original], number: int, address: str, seed: int) -> None:
        self.found, self.number, self.address = found, number, address
        self.seed = seed
        # `requests` would take a millisecond more, which would count as the catalogue's.
        self.pool = PoolManager(timeout=READ_SECONDS, retries=False)
        self.figures: dict[str, float] = {}

    def questions(self, number: int = 0) -> list[SearchQuery]:
        self.seed += 1
        return asked(self.found, number or self.number, self.seed)

    def note(self, name: str, title: str, asked: Iterator[Callable[[], float]]) -> None:
        """A question that nothing answers in time is told, and has no time of its own."""
        times, unanswered = [], 0
        for ask in asked:
            try:
                times.append(ask())
            except (Unanswered, SyncError):
                unanswered += 1
        p50, p95 = percentiles(times or [float("nan")])
        self.figures |= {f"{name}_p50_ms": p50, f"{name}_p95_ms": p95}
        self.figures |= {f"{name}_unanswered": unanswered} if unanswered else {}
        left_out = f"   {unanswered} without an answer in time" if unanswered else ""
        print(f"{title:58}{p50:9.1f}{p95:9.1f}{left_out}", flush=True)

    def get(self, path: str) -> tuple[float, BaseHTTPResponse]:
        began = time.perf_counter()
        answer = self.pool.request("GET", self.address + path)
        milliseconds = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise Unanswered(path, answer.status)
        return milliseconds, answer

    def call(self, path: str) -> float:
        return self.get(path)[0]

    def overhead(self, query: SearchQuery) -> float:
        milliseconds, answer = self.get("/api/search" + query.querystring)
        content = answer.json()
        if content["source"] != "solr":
            raise Unanswered("the database answered")
        return milliseconds - float(content["solr_ms"])

    def nothing(self, _query: SearchQuery) -> float:
        """What each question of the API costs: a request that does nothing, and one to Solr."""
        began = time.perf_counter()
        taken = solr.milliseconds(solr.send(dict(NOTHING)))
        return (time.perf_counter() - began) * 1000 - taken + self.call("/api/suggest?q=a")

    def warm(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
            cursor.execute(READ_ALL)
        for query in self.questions(100):
            for path in ("/search", "/api/search", "/api/overview"):
                self.pool.request("GET", self.address + path + query.querystring)
            self.pool.request("GET", self.address + "/api/suggest?q=" + query.q[:4])

    def all(self) -> dict[str, float]:
        print(f"\n{'milliseconds':58}{'p50':>9}{'p95':>9}")
        times: dict[str, tuple[str, Callable[[SearchQuery], float]]] = {
            "solr_plain": ("Solr: asked plainly, with facets", plain_ms),
            "solr_results": ("Solr: words, box, overlap", results_ms),
            "solr": ("Solr: with facets; density and years beside it", all_ms),
            "api_overhead": ("API over Solr's time", self.overhead),
            "nothing": ("nothing asked of API and Solr, over Solr's time", self.nothing),
            "page": ("search page", lambda query: self.call("/search" + query.querystring)),
        }
        for name, (title, ask) in times.items():
            self.note(name, title, (partial(ask, query) for query in self.questions()))
        self.note("suggest", "suggestions", (partial(self.call, path) for path in self.typed()))
        return self.figures

    def typed(self) -> Iterator[str]:
        for index, query in enumerate(self.questions()):
            yield f"/api/suggest?q={query.q.split()[0][: 2 + index % 5]}"


def plain_ms(query: SearchQuery) -> float:
    """As a handbook has it: one field of words, Intersects, overlap as a factor, Solr's marks."""
    assert query.bbox
    counted = {name: {"type": "terms", "field": name, "limit": 20} for name in PLAIN_FACETS}
    parameters: dict[str, Any] = {
        "q": query.q,
        "qf": "words",
        "mm": "100%",
        "fl": "id,score",
        "fq": ["{!terms f=acl v=public}", f"{{!field f=bbox}}Intersects({query.bbox.envelope})"],
        **solr.boost_by_box(query.bbox),
        "json.facet": json.dumps(counted),
        "hl": "true",
        "hl.method": "unified",
        "hl.fl": "title,abstract",
    }
    return float(solr.send(parameters)["responseHeader"]["QTime"])


def results_ms(query: SearchQuery) -> float:
    plain = SearchQuery(q=query.q, bbox=query.bbox, facets=False)
    return float(solr.ask(plain, ["public"]).solr_ms or 0)


def all_ms(query: SearchQuery) -> float:
    first = solr.ask(query, ["public"]).solr_ms or 0
    return float(max(first, overview(query, ["public"], None).solr_ms))


def main() -> None:
    options = parsed()
    connection.settings_dict["TEST"]["NAME"] = "search_bench"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, keepdb=True, serialize=False)
    solr.COLLECTION = COLLECTION
    began = time.perf_counter()
    found = prepare(options.documents)
    print(f"{options.documents} documents, prepared in {time.perf_counter() - began:.0f} s")
    figures: dict[str, Any] = {"documents": options.documents}
    with running() as address:
        quiet = Measuring(found, options.questions, address, seed=options.seed)
        quiet.warm()
        figures |= quiet.all()
        if options.edits:
            print("\nwhile ten documents a second change and become visible")
            with Edits([copy_of(found, n) for n in range(min(options.documents, 2000))]):
                busy = Measuring(found, options.questions, address, seed=options.seed + 1000)
                figures |= {f"{k}_while_indexing": v for k, v in busy.all().items()}
        if options.readers:
            paths = ["/search" + q.querystring for q in asked(found, 20_000, options.seed + 2000)]
            figures |= read_for(address, paths, options.readers, options.seconds)
    print(json.dumps(figures))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=search")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000, help="of questions")
    parser.add_argument("--edits", action="store_true", help="also while documents change")
    parser.add_argument("--readers", type=int, default=0, help="at once, for --seconds")
    parser.add_argument("--seconds", type=float, default=60)
    return parser.parse_known_args()[0]


if __name__ == "__main__":
    main()
