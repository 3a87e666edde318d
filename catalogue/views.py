"""Pages for visitors."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catalogue.pages import Leaf, SearchPage
from catalogue.search.asking import search as find
from catalogue.search.query import SearchQuery, parse
from catalogue.sheet import LayerSheet, sheet_rows
from layers.access import may_edit
from layers.models import Layer, SlugRedirect

NEWEST = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    found = find(SearchQuery(sort="modified", page_size=NEWEST), request.user)
    numbers = list(_numbers(found.distinct)) if found.source == "solr" else []
    return render(request, "catalogue/home.html", {"found": found, "numbers": numbers})


def _numbers(distinct: dict[str, int]) -> Iterator[str]:
    organisations, keywords = distinct.get("organisation", 0), distinct.get("keyword", 0)
    text = ngettext("%(count)s organisation", "%(count)s organisations", organisations)
    yield text % {"count": organisations}
    yield ngettext("%(count)s keyword", "%(count)s keywords", keywords) % {"count": keywords}


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    query, errors = parse(request.GET)
    found = find(query, request.user)
    page = SearchPage(query, errors, found, Leaf(query, found.total))
    return render(request, "catalogue/search.html", {"page": page, "found": found, "query": query})


@require_safe
def layer(request: HttpRequest, slug: str) -> HttpResponse:
    """What may not be read does not exist, under its old addresses neither."""
    try:
        found = sheet_rows().readable_by(request.user).get(slug=slug)
    except ObjectDoesNotExist:
        return _moved(request, slug)
    editing = may_edit(request.user, found)
    return render(
        request, "catalogue/layer.html", {"sheet": LayerSheet(found, request.user, editing)}
    )


def _moved(request: HttpRequest, slug: str) -> HttpResponseRedirect:
    old = SlugRedirect.objects.filter(slug=slug).values("layer")
    found = Layer.objects.readable_by(request.user).filter(pk__in=old).first()
    if found is None:
        raise Http404
    return redirect(found, permanent=True)  # type: ignore[return-value]
