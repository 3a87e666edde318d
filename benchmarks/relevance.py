"""How well the right layer is found: ours, plain edismax, and GeoBlacklight's weights.

    python -m benchmarks.relevance [--questions 2000] [--seed 7] [--all]

Known-item questions are made from the real records beside the project, where they are there;
a third of them, by a hash of the id, is set aside and only reported on. Sixty more are judged by
hand, for the samples. SOLR_URL and DATABASE_URL say where; the database is one of its own there.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks.known_items import Item, Question, questions  # noqa: E402
from benchmarks.sync import stage  # noqa: E402
from catalogue.search import solr  # noqa: E402
from catalogue.search.asking import ask_solr  # noqa: E402
from catalogue.search.query import SearchQuery  # noqa: E402
from catalogue.search.wording import query_text  # noqa: E402
from layers.models import Layer  # noqa: E402
from solr_sync import solr_collections  # noqa: E402
from solr_sync.registry import registry  # noqa: E402
from solr_sync.solr import SolrClient  # noqa: E402

PROJECT = Path(__file__).resolve().parent.parent
RECORDS = PROJECT.parent / "shared" / "data" / "layers.jsonl.gz"
SAMPLES = PROJECT / "layers" / "samples" / "samples.jsonl"
JUDGED = Path(__file__).parent / "questions" / "samples.tsv"
DEPTH = 10
# GeoBlacklight's own: text 1, description 2, creator 3, publisher 3, subject 5, place 5,
# temporal 5, title 6, rights 7, provider 8, geometry type 9, slug 10, identifier 10; of "is part
# of" we have none.
GEOBLACKLIGHT = (
    "words^1 abstract^2 contact_names^3 organisation_words^8 keywords^5 regions^5 year_words^5"
    " title^6 access^7 geometry_type^9 slug^10 identifiers^10"
)
Ranker = Callable[[str], list[str]]


def ours(text: str) -> list[str]:
    answer = ask_solr(SearchQuery(q=text, page_size=DEPTH, facets=False), ["public"])
    return list(answer.scores)


def plain(text: str) -> list[str]:
    return _others(text, qf="words", mm="100%")


def geoblacklight(text: str) -> list[str]:
    options = {"pf": GEOBLACKLIGHT, "mm": "6<-1 6<90%", "qs": "1", "ps": "0", "tie": "0.01"}
    return _others(text, qf=GEOBLACKLIGHT, **options)


def _others(text: str, **parameters: str) -> list[str]:
    words = query_text(SearchQuery(q=text).words)
    found = solr.send(
        {"q": words, "fl": "id", "rows": DEPTH, "fq": "{!term f=acl}public", **parameters}
    )
    return [document["id"] for document in found["response"]["docs"]]


RANKERS: dict[str, Ranker] = {"": ours, "_plain": plain, "_geoblacklight": geoblacklight}


def measured(asked: Iterable[Question], rank: Ranker) -> dict[str, float]:
    rows = [_figures(rank(question.text), question.grades) for question in asked]
    names = ("mrr", "success_at_1", "ndcg")
    return {n: round(sum(row[i] for row in rows) / len(rows), 4) for i, n in enumerate(names)}


def _figures(found: list[str], grades: dict[str, int]) -> tuple[float, float, float]:
    places = [place for place, key in enumerate(found) if grades.get(key)]
    first = 1 / (places[0] + 1) if places else 0.0
    gained = sum((2 ** grades[found[p]] - 1) / math.log2(p + 2) for p in places)
    # All layers of one title are the same answer, which is looked for once.
    if set(grades.values()) == {1}:
        return first, float(first == 1), 1 / math.log2(places[0] + 2) if places else 0.0
    best = sorted(grades.values(), reverse=True)[:DEPTH]
    ideal = sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(best))
    return first, float(first == 1), gained / ideal


def judged() -> list[Question]:
    keys = dict(Layer.objects.filter(source_id__isnull=False).values_list("source_id", "pk"))
    found = []
    for line in JUDGED.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        text, _, answers = line.partition("\t")
        grades = {}
        for answer in answers.split():
            name, _, grade = answer.rpartition("=")
            grades[str(keys[f"sample-{name}"])] = int(grade)
        found.append(Question(text, grades, "judged", set_aside=True))
    return found


def items(keys: list[str]) -> list[Item]:
    rows = Layer.objects.filter(pk__in=keys, visibility="public", state="published")
    return [
        Item(
            str(row.pk),
            row.title,
            (
                *(region.label for region in row.regions.all()),
                *(str(e.start_year) for e in row.temporal_extents.all() if e.start_year),
            ),
        )
        for row in rows.prefetch_related("regions", "temporal_extents").order_by("pk")
    ]


def prepare(name: str, keys: list[str]) -> None:
    """A collection with the documents of these layers."""
    stage.collection_of(replace(solr_collections.configset_of("layers"), collection=name))
    client, document = SolrClient(name), registry["layer"]
    for start in range(0, len(keys), 500):
        built = document.build(keys[start : start + 500])
        documents = [f for _, f in built if isinstance(f, dict)]
        client.post_documents([f | {"sync_version": 1, "deleted": False} for f in documents])
    client.commit_softly()


def load(file: Path) -> None:
    """Imports what is not there yet."""
    call_command("import_layers", str(file), stdout=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--all", action="store_true", help="also what is for tuning, by kind")
    arguments, _ = parser.parse_known_args()
    connection.settings_dict["TEST"]["NAME"] = "relevance_bench"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, keepdb=True, serialize=False)
    figures: dict[str, Any] = {}
    load(SAMPLES)
    are_samples = Layer.objects.filter(source_id__startswith="sample-")
    samples = [str(pk) for pk in are_samples.values_list("pk", flat=True)]
    if RECORDS.exists() and Layer.objects.count() == len(samples):
        load(RECORDS)
    records = [str(p) for p in Layer.objects.exclude(pk__in=samples).values_list("pk", flat=True)]
    solr.COLLECTION = "bench_samples"
    prepare("bench_samples", samples)
    by_hand = judged()
    report(
        f"{len(by_hand)} questions judged by hand, {len(samples)} samples",
        by_hand,
        "judged_",
        figures,
    )
    if RECORDS.exists():
        solr.COLLECTION = "bench_records"
        prepare("bench_records", records)
        made = questions(items(records), arguments.questions, arguments.seed)
        aside = [question for question in made if question.set_aside]
        report(f"{len(aside)} known items, set aside", aside, "", figures)
        if arguments.all:
            rest = [question for question in made if not question.set_aside]
            for kind in sorted({question.kind for question in rest}):
                part = [question for question in rest if question.kind == kind]
                report(f"{len(part)} for tuning: {kind}", part, f"tuning_{kind}_", figures)
    else:
        figures |= {name.removeprefix("judged_"): value for name, value in figures.items()}
    print(json.dumps(figures))


def report(title: str, asked: list[Question], prefix: str, figures: dict[str, Any]) -> None:
    print(f"\n{title}\n{'':16}{'MRR@10':>9}{'success@1':>11}{'nDCG@10':>9}")
    for suffix, rank in RANKERS.items():
        found = measured(asked, rank)
        figures |= {f"{prefix}{name}{suffix}": value for name, value in found.items()}
        name = suffix.removeprefix("_") or "ours"
        print(f"{name:16}{found['mrr']:9.3f}{found['success_at_1']:11.3f}{found['ndcg']:9.3f}")


if __name__ == "__main__":
    main()
