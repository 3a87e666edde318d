"""A report as it is shown to somebody: with titles, and without what is not for everybody."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.models import User
from layers.models import Layer
from reports.figures import GONE
from reports.models import CatalogueReport

Reader = User | AnonymousUser


def shown(report: CatalogueReport, reader: Reader) -> dict[str, Any]:
    """Rights are asked for now: a layer that was withdrawn since is not named any more.

    What people looked for without success, word for word, is for the staff.
    """
    content = dict(report.content)
    titles = _titles(content, reader)
    for name in ("pages", "slow_pages"):
        content[name] = [
            row | {"title": titles.get(row["layer"], ("", ""))[0]}
            for row in content[name]
            if row["layer"] is None or row["layer"] in titles
        ]
    content["most_viewed"] = [
        row | {"title": titles[row["layer"]][0], "address": titles[row["layer"]][1]}
        for row in content["most_viewed"]
        if row["layer"] in titles
    ]
    links = content["links"]
    content["links"] = links | {
        "dead": [
            row | {"title": titles[row["layer"]][0], "address": titles[row["layer"]][1]}
            for row in links["dead"]
            if row["layer"] in titles
        ]
    }
    if not getattr(reader, "is_staff", False):
        searches = content["searches_without_hits"]
        content["searches_without_hits"] = searches | {"words": None}
    return {"days": report.days, "url": report.url, "made_at": report.made_at} | content


def _titles(content: dict[str, Any], reader: Reader) -> dict[str, tuple[str, str]]:
    rows = [*content["pages"], *content["slow_pages"], *content["most_viewed"]]
    rows += content["links"]["dead"]
    ids = {row["layer"] for row in rows if row["layer"]} - {GONE}
    found = Layer.objects.readable_by(reader).filter(pk__in=ids).order_by()
    columns = found.values_list("pk", "slug", "title")
    return {str(pk): (title, reverse("layer", args=[slug])) for pk, slug, title in columns}
