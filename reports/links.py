"""The links of all layers: gathered before a round of checks, told about after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Now

from accounts.models import User
from accounts.notice_kinds import LINK_DEAD
from accounts.notices import notify
from layers.models import Distribution
from layers.querysets import LayerQuerySet
from reports.link_check import SCHEMES
from reports.models import DeadLinks, Link

BATCH = 1000


def gather() -> None:
    """A row for each address that some layer links to; those that none links to any more go."""
    urls = Distribution.objects.order_by().values_list("url", flat=True).distinct()
    batch: list[Link] = []
    for url in urls.iterator(chunk_size=BATCH):
        if host := _host_of(url):
            batch.append(Link(digest=Link.digest_of(url), url=url, host=host, due_at=Now()))
        if len(batch) >= BATCH:
            Link.objects.bulk_create(batch, ignore_conflicts=True)
            batch = []
    Link.objects.bulk_create(batch, ignore_conflicts=True)
    used = Distribution.objects.filter(url=OuterRef("url"))
    Link.objects.filter(~Exists(used)).delete()


def _host_of(url: str) -> str:
    """Empty for what is asked at by no link check, such as FTP."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.hostname or "")[:255] if parts.scheme.lower() in SCHEMES else ""


def mark_layers() -> None:
    """Makes the table of layers with dead links agree with what is known of their links.

    Only rows that differ are written: each of them sends a document to Solr.
    """
    dead = Link.objects.filter(state=Link.State.DEAD).values("url")
    counted = (
        Distribution.objects.filter(url__in=dead)
        .order_by()
        .values_list("layer")
        .annotate(number=Count("url", distinct=True))
    )
    with transaction.atomic():
        wanted: dict[Any, int] = dict(counted)
        known = dict(DeadLinks.objects.values_list("layer", "number"))
        gone = [layer for layer in known if layer not in wanted]
        DeadLinks.objects.filter(pk__in=gone).delete()
        rows = [DeadLinks(layer_id=pk, number=n) for pk, n in wanted.items() if known.get(pk) != n]
        DeadLinks.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["layer"], update_fields=["number"]
        )


def tell_owners(newly_dead: Sequence[int]) -> None:
    """One notice for each owner and round, however many links died."""
    rows = (
        Distribution.objects.filter(
            url__in=Link.objects.filter(pk__in=newly_dead).values("url"),
            layer__owner__isnull=False,
        )
        .annotate(reason=Subquery(Link.objects.filter(url=OuterRef("url")).values("reason")[:1]))
        .select_related("layer__owner")
        .order_by("layer__owner", "layer", "pk")
    )
    by_owner: dict[User, list[Any]] = {}
    for row in rows.iterator(chunk_size=BATCH):
        assert row.layer.owner is not None  # noqa: S101 - filtered so
        by_owner.setdefault(row.layer.owner, []).append(row)
    for owner, found in by_owner.items():
        first = found[0]
        notify(
            owner,
            LINK_DEAD,
            key=f"{Link.digest_of(first.url)[:16]}/{first.layer_id}/{_since(first.url)}",
            url=first.layer.get_absolute_url(),
            title=first.layer.title,
            link=first.url,
            why=first.reason,
            others=len(found) - 1,
        )


def _since(url: str) -> str:
    moment = Link.objects.filter(url=url).values_list("dead_since", flat=True).first()
    return f"{moment:%Y%m%d%H%M%S}" if moment else ""


def checks_of(urls: Iterable[str]) -> dict[str, Link]:
    """What is known of these addresses, in one query."""
    digests = {Link.digest_of(url): url for url in urls}
    rows = Link.objects.filter(digest__in=digests)
    return {digests[row.digest]: row for row in rows}


def dead_links_of(layers: LayerQuerySet, most: int) -> list[dict[str, Any]]:
    """The dead links of these layers, the newest first, with a layer that has each."""
    rows = Link.objects.filter(state=Link.State.DEAD).order_by("-dead_since", "pk")
    of_layers = Distribution.objects.filter(url=OuterRef("url"), layer__in=layers.values("pk"))
    found = rows.annotate(layer=Subquery(of_layers.order_by().values("layer")[:1]))
    return [
        {
            "url": link.url,
            "reason": link.reason,
            "since": link.dead_since.isoformat() if link.dead_since else None,
            "layer": str(link.layer),
        }
        for link in found.filter(layer__isnull=False)[:most]
    ]
