from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from layers.access_explained import editors_of, readers_of
from layers.views.editing import editable


@login_required
@require_safe
def layer_access(request: HttpRequest, slug: str) -> HttpResponse:
    """For those who may edit the layer: names of people are not for everyone."""
    layer = editable(request, slug)
    context = {"layer": layer, "readers": readers_of(layer), "editors": editors_of(layer)}
    return render(request, "layers/access.html", context)
