"""When what Solr has taken is shown to searchers.

A commit opens a new searcher and empties its filter caches: at once when the system is idle,
gathered under load, rarely in bulk work. All processes share one clock, a row of `Collection`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from solr_sync import outages
from solr_sync.documents import SolrDocument
from solr_sync.models import Collection

# A searcher stays at least this long: a third of the time goes into commits at most.
SHARE = 2
SHORTEST = timedelta(milliseconds=200)
LONGEST = timedelta(seconds=1)


class Haste(IntEnum):
    """How soon searchers should see what was posted."""

    BULK = 0  # it has waited
    CROWD = 1  # a program has just saved it, with many others
    EDIT = 2  # somebody waits for it


# In bulk a little less than Solr's own safety net (`autoSoftCommit`), which would commit beside it.
GAPS = {Haste.CROWD: timedelta(seconds=0.8), Haste.BULK: timedelta(seconds=25)}
# A worker that lives commits before that.
FORGOTTEN = GAPS[Haste.BULK] + timedelta(seconds=10)


@dataclass(frozen=True)
class Ticket:
    """The right to commit, given to one process at a time."""

    began_at: datetime


def gap(state: Collection, haste: Haste) -> timedelta:
    if haste in GAPS:
        return GAPS[haste]
    return min(max(timedelta(milliseconds=state.commit_ms * SHARE), SHORTEST), LONGEST)


def ask(document: SolrDocument, haste: Haste = Haste.EDIT) -> Ticket | None:
    """A ticket if the last commit lies far enough back, else None."""
    state = outages.of(document)
    rows = _rows(document)
    free = Q(commit_began_at=None) | Q(commit_began_at__lte=Now() - gap(state, haste))
    if not rows.filter(free).update(commit_began_at=Now()):
        return None
    began_at = rows.values_list("commit_began_at", flat=True).get()
    return Ticket(began_at) if began_at else None


def done(document: SolrDocument, ticket: Ticket, duration_ms: int) -> None:
    """What Solr took before the ticket was given is searchable now."""
    newest = Q(visible_through=None) | Q(visible_through__lt=ticket.began_at)
    _rows(document).filter(newest).update(
        visible_through=ticket.began_at, visible_at=Now(), commit_ms=duration_ms
    )


def note_uncommitted(document: SolrDocument, *, awaited: bool) -> None:
    """That a post has to be committed later; `awaited` if somebody looks out for what is in it."""
    _rows(document).update(posted_at=Now(), **({"awaited_at": Now()} if awaited else {}))


def is_awaited(document: SolrDocument) -> bool:
    """Whether somebody waits for a commit; whose worker died is no longer waited for soon."""
    unseen = Q(visible_through=None) | Q(visible_through__lt=F("awaited_at"))
    return _rows(document).filter(unseen, awaited_at__gt=Now() - 2 * LONGEST).exists()


def forgotten(document: SolrDocument) -> bool:
    """Whether a post has waited for its commit for longer than a worker lets it wait."""
    unseen = Q(visible_through=None) | Q(visible_through__lt=F("posted_at"))
    return _rows(document).filter(unseen, posted_at__lt=Now() - FORGOTTEN).exists()


def _rows(document: SolrDocument) -> QuerySet[Collection]:
    return Collection.objects.using(document.using).filter(name=document.collection)
