"""All hits of a question, however many, for exports and feeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from catalogue.search import database
from catalogue.search.asking import ask_solr
from catalogue.search.query import SearchQuery
from catalogue.search.results import Source
from layers.access import labels_of_user
from layers.models import Layer
from layers.querysets import LayerQuerySet
from solr_sync.exceptions import SolrUnavailable, SyncError

BATCH = 200


class AllHits:
    """The hits in their order, read batch by batch; each is checked against the rights of now.

    The first batch is read at once, so that an error comes before an answer has begun. Where Solr
    is away then, the database answers; where it goes away later, iterating raises SolrUnavailable,
    since a list that ends early must not look whole.
    """

    def __init__(self, query: SearchQuery, user: User | AnonymousUser, rows: LayerQuerySet) -> None:
        self.query = replace(query, facets=False, page=1, page_size=BATCH, cursor="*")
        self.user, self.rows = user, rows
        self.labels = labels_of_user(user)
        self.source: Source = "solr"
        try:
            self.first = ask_solr(self.query, self.labels)
            self.total = self.first.total
        except SyncError:
            self.source = "database"
            self.total = database.matching(query, user).count()

    def __iter__(self) -> Iterator[Layer]:
        return self._from_solr() if self.source == "solr" else self._from_database()

    def _from_solr(self) -> Iterator[Layer]:
        answer = self.first
        while True:
            if answer.is_partial:
                raise SolrUnavailable("Solr ran out of time; the list would have gaps")
            yield from self._read(list(answer.scores))
            if answer.next_cursor is None:
                return
            query = replace(self.query, cursor=answer.next_cursor)
            answer = ask_solr(query, self.labels)

    def _from_database(self) -> Iterator[Layer]:
        ids = database.sorted_by(database.matching(self.query, self.user), self.query.sort)
        batch: list[str] = []
        for pk in ids.values_list("pk", flat=True).iterator(chunk_size=BATCH):
            batch.append(str(pk))
            if len(batch) == BATCH:
                yield from self._read(batch)
                batch = []
        yield from self._read(batch)

    def _read(self, ids: list[str]) -> Iterator[Layer]:
        found = {str(row.pk): row for row in self.rows.readable_by(self.user).filter(pk__in=ids)}
        return (found[key] for key in ids if key in found)


def export_rows() -> LayerQuerySet:
    return Layer.objects.select_related(
        "organisation", "resource_type", "licence"
    ).prefetch_related("topic_categories", "keywords", "regions", "temporal_extents")
