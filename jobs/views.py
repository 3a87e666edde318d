"""The pages of jobs: one's own, for the staff all, and each with its progress."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.authentication import caller_of
from jobs import services
from jobs.exceptions import JobFailed
from jobs.models import Job, JobQuerySet
from jobs.representation import last_lines

A_PAGE = 25
LISTS = {
    "mine": gettext_lazy("Mine"),
    "active": gettext_lazy("Waiting or running"),
    "failed": gettext_lazy("Failed"),
    "all": gettext_lazy("Everybody’s"),
}


@login_required
@require_safe
def my_jobs(request: HttpRequest) -> HttpResponse:
    """`?list=` names one of LISTS; whatever else it says means one's own."""
    offered = [name for name in LISTS if name != "all" or caller_of(request).is_staff]
    asked = request.GET.get("list", "")
    chosen = asked if asked in offered else "mine"
    rows = _listed(request, chosen).select_related("owner")
    context = {
        "lists": [
            {"name": name, "title": LISTS[name], "count": _listed(request, name).count()}
            for name in offered
        ],
        "chosen": chosen,
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "jobs/mine.html", context)


def _listed(request: HttpRequest, name: str) -> JobQuerySet:
    user = caller_of(request)
    rows = Job.objects.all() if name == "all" else Job.objects.filter(owner=user)
    if name == "active":
        return rows.active()
    return rows.filter(state="failed") if name == "failed" else rows


@never_cache
@require_safe
def job(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    return render(request, "jobs/job.html", _context(request, pk))


@never_cache
@require_safe
def progress(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The part of the page that changes, for the script that follows it."""
    return render(request, "jobs/_progress.html", _context(request, pk))


def _context(request: HttpRequest, pk: uuid.UUID) -> dict[str, Any]:
    job = _visible(request, pk)
    return {"job": job, "lines": last_lines(job), "may_change": _may_change(request, job)}


@require_POST
@login_required
def cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    job = _changeable(request, pk)
    if not services.cancel(job):
        messages.warning(request, _("It had ended already."))
    return redirect(job)


@require_POST
@login_required
def repeat(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    job = _changeable(request, pk)
    if not job.can_be_repeated:
        messages.warning(request, _("This job can’t be repeated."))
        return redirect(job)
    try:
        return redirect(services.repeat(job, owner=caller_of(request)))
    except JobFailed as error:
        messages.error(request, str(error))
        return redirect(job)


def _visible(request: HttpRequest, pk: uuid.UUID) -> Job:
    jobs = Job.objects.select_related("owner").visible_to(request.user)
    return get_object_or_404(jobs, pk=pk)


def _changeable(request: HttpRequest, pk: uuid.UUID) -> Job:
    job = _visible(request, pk)
    if not _may_change(request, job):
        return get_object_or_404(Job.objects.none(), pk=pk)
    return job


def _may_change(request: HttpRequest, job: Job) -> bool:
    user = request.user
    return bool(user.is_authenticated and (user.is_staff or job.owner_id == user.pk))
