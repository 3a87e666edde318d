"""The jobs of this room."""

from __future__ import annotations

from typing import Any

from django.db.models.functions import Now
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs import services
from jobs.handle import JobHandle
from jobs.kinds import job_kind
from jobs.models import Job, State
from reports.cleaning import WHAT
from reports.figures import section
from reports.link_round import Round, due
from reports.links import gather, mark_layers, tell_owners
from reports.maintenance import Maintenance
from reports.making import CATALOGUE_REPORT
from reports.models import CatalogueReport
from reports.names import CHECK_LINKS, CLEAN_UP, MAINTAIN
from reports.periods import Period

# What is left by then is taken up by the next one.
ROUND_SECONDS = 1200

STEPS = {
    "views": gettext_lazy("Counting page views"),
    "pages": gettext_lazy("Finding slow pages"),
    "layers": gettext_lazy("Finding the most viewed layers"),
    "searches": gettext_lazy("Gathering searches without hits"),
    "edits": gettext_lazy("Counting new and edited layers"),
    "completeness": gettext_lazy("Measuring completeness"),
    "links": gettext_lazy("Gathering dead links"),
    "index": gettext_lazy("Looking at the index"),
}


@job_kind(CATALOGUE_REPORT, label=gettext_lazy("Report on the catalogue"), steps=STEPS, seconds=900)
def catalogue_report(handle: JobHandle, days: int, url: str = "") -> dict[str, Any]:
    period = Period(days, url)
    content: dict[str, Any] = {}
    for step in STEPS:
        handle.step(step)
        content |= section(step, period)
    with handle.fence():
        CatalogueReport.objects.update_or_create(
            days=days, url=url, defaults={"content": _as_json(content), "made_at": Now()}
        )
    query = {"days": days} | ({"url": url} if url else {})
    address = f"{reverse('catalogue_report')}?{urlencode(query)}"
    return {"summary": _("The report is ready."), "links": [{"label": _("Report"), "url": address}]}


@job_kind(
    CHECK_LINKS, label=gettext_lazy("Check of links"), seconds=ROUND_SECONDS + 240, repeatable=False
)
def check_links(handle: JobHandle) -> dict[str, Any]:
    """Goes on where the last one ended, by what is due; two at a time would ask hosts twice."""
    others = Job.objects.active().filter(kind=CHECK_LINKS, state=State.RUNNING)
    if others.exclude(pk=handle.job.pk).exists():
        return {"summary": _("Another check of links is at work.")}
    gather()
    total = due().count()

    def told(checked: int) -> None:
        handle.progress(checked, max(total, checked))

    found = Round(told, lambda: handle.must_stop).run(ROUND_SECONDS)
    handle.check()
    mark_layers()
    tell_owners(found.newly_dead)
    words = {"checked": found.checked, "dead": len(found.newly_dead)}
    return words | {"summary": _("%(checked)s links checked, %(dead)s newly dead.") % words}


@job_kind(
    CLEAN_UP,
    label=gettext_lazy("Cleaning up"),
    steps={
        "page_views": gettext_lazy("Old page views"),
        "reports": gettext_lazy("Old reports"),
        "mails": gettext_lazy("Old mails"),
        "notices": gettext_lazy("Old notices"),
        "jobs": gettext_lazy("Old jobs"),
        "sessions": gettext_lazy("Old sessions"),
        "sign_ins": gettext_lazy("Old failed sign-ins"),
        "uploads": gettext_lazy("Files that belong to nothing"),
    },
)
def clean_up(handle: JobHandle) -> dict[str, Any]:
    """Idempotent: each part removes what is too old at the time."""
    removed = {}
    for step, remove in WHAT.items():
        handle.step(step)
        removed[step] = remove()
    return {"removed": removed}


@job_kind(MAINTAIN, label=gettext_lazy("Maintenance of files"), seconds=ROUND_SECONDS + 240)
def maintain(handle: JobHandle) -> dict[str, Any]:
    """Goes on where the last one ended."""
    last = services.latest(MAINTAIN, "")
    found = Maintenance(handle, (last.result or {}).get("after") if last else None)
    found.run(ROUND_SECONDS)
    words = {
        "after": found.after,
        "files": found.looked_at,
        "missing": found.missing,
        "damaged": found.damaged,
        "again": found.read_again,
    }
    text = _(
        "%(files)s files looked at: %(missing)s missing, %(damaged)s damaged, %(again)s read again."
    )
    return words | {"summary": text % words}


def _as_json(content: dict[str, Any]) -> dict[str, Any]:
    """With times as texts, as the column keeps them."""
    import orjson

    found: dict[str, Any] = orjson.loads(orjson.dumps(content))
    return found
