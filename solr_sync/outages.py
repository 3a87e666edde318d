"""One memory of an outage for all processes: an hour of it costs a few requests a minute."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from django.db.models import DurationField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Coalesce, Now

from solr_sync import ledger
from solr_sync.documents import SolrDocument
from solr_sync.exceptions import SolrUnavailable
from solr_sync.models import Collection

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(seconds=10)


def of(document: SolrDocument) -> Collection:
    return Collection.objects.using(document.using).get_or_create(name=document.collection)[0]


def is_on(document: SolrDocument) -> bool:
    return _row(document).filter(unavailable_since__isnull=False).exists()


def may_try(document: SolrDocument) -> bool:
    """Whether a try could be let through now."""
    return not _row(document).filter(next_try_at__gt=Now()).exists()


class BreakerOpen(SolrUnavailable):
    """Nobody asked Solr: it is away, and the next try is not due yet."""


def admit(document: SolrDocument) -> bool:
    """Lets everybody through while all is well and, in an outage, one try each time it is due.

    Returns whether it is such a try. Raises BreakerOpen, saying since when, why, and when next.
    """
    if not is_on(document):
        return False
    wait = timedelta(seconds=5)  # longer than the try takes to fail or to clear the outage
    if _row(document).filter(next_try_at__lte=Now()).update(next_try_at=Now() + wait):
        return True
    if is_open := breaker_open(document):
        raise is_open
    return False


def breaker_open(document: SolrDocument) -> BreakerOpen | None:
    """Since when Solr is away, why, and when it is tried next; None if it is not."""
    state = of(document)
    if not state.unavailable_since or not state.next_try_at:
        return None
    return BreakerOpen(
        f"Solr unavailable since {_clock(state.unavailable_since)}, next try "
        f"{_clock(state.next_try_at)}: {state.reason}"
    )


def begin(document: SolrDocument, reason: str) -> timedelta:
    """Notes a failure; returns how long to wait until the next try."""
    failures = of(document).failures + 1
    longest = min(FIRST_WAIT * 2 ** min(failures - 1, 8), LONGEST_WAIT)
    wait: timedelta = longest * random.uniform(0.7, 1.0)  # noqa: S311
    _row(document).update(
        unavailable_since=Coalesce("unavailable_since", Now()),
        next_try_at=Now() + wait,
        failures=failures,
        reason=reason,
    )
    return wait


def until_next_try(document: SolrDocument) -> timedelta:
    left = ExpressionWrapper(F("next_try_at") - Now(), output_field=DurationField())
    wait: timedelta | None = _row(document).values_list(left, flat=True).first()
    return max(wait or timedelta(), timedelta())


def end(document: SolrDocument) -> bool:
    """Solr answers again: what waited is due now. Returns whether there was an outage."""
    was_on = (
        _row(document)
        .filter(unavailable_since__isnull=False)
        .update(unavailable_since=None, next_try_at=None, failures=0, reason="")
    )
    if was_on:
        ledger.wake_postponed(document)
    return bool(was_on)


def _row(document: SolrDocument) -> QuerySet[Collection]:
    return Collection.objects.using(document.using).filter(name=document.collection)


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S} UTC"
