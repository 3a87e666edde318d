"""The jobs of this room."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Now
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.handle import JobHandle
from jobs.kinds import job_kind
from reports.figures import SECTIONS
from reports.making import CATALOGUE_REPORT
from reports.models import CatalogueReport
from reports.periods import Period

STEPS = {
    "views": gettext_lazy("Counting page views"),
    "pages": gettext_lazy("Finding slow pages"),
    "layers": gettext_lazy("Finding the most viewed layers"),
    "searches": gettext_lazy("Gathering searches without hits"),
    "edits": gettext_lazy("Counting new and edited layers"),
    "completeness": gettext_lazy("Measuring completeness"),
    "index": gettext_lazy("Looking at the index"),
}


@job_kind(CATALOGUE_REPORT, label=gettext_lazy("Report on the catalogue"), steps=STEPS, seconds=900)
def catalogue_report(handle: JobHandle, days: int, url: str = "") -> dict[str, Any]:
    period = Period(days, url)
    content: dict[str, Any] = {}
    for step in STEPS:
        handle.step(step)
        content |= SECTIONS[step](period)
    with handle.fence():
        CatalogueReport.objects.update_or_create(
            days=days, url=url, defaults={"content": _as_json(content), "made_at": Now()}
        )
    query = {"days": days} | ({"url": url} if url else {})
    address = f"{reverse('catalogue_report')}?{urlencode(query)}"
    return {"summary": _("The report is ready."), "links": [{"label": _("Report"), "url": address}]}


def _as_json(content: dict[str, Any]) -> dict[str, Any]:
    """With times as texts, as the column keeps them."""
    import orjson

    found: dict[str, Any] = orjson.loads(orjson.dumps(content))
    return found
