"""Where a job stands, as JSON."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from ninja import Router

from jobs.models import Job
from jobs.representation import job_as_json

router = Router(tags=["jobs"])


@router.get("/{uuid:identity}", url_name="job")
def read_job(request: HttpRequest, identity: uuid.UUID) -> HttpResponse:
    """For the one who started it, the staff, and everyone where the job is shared."""
    jobs = Job.objects.select_related("owner").visible_to(request.user)
    job = get_object_or_404(jobs, pk=identity)
    return JsonResponse(
        job_as_json(job),
        headers={"Cache-Control": "private, no-store", "Vary": "Cookie, Authorization"},
    )
