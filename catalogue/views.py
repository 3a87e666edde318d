"""Pages for visitors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.core.exceptions import ObjectDoesNotExist
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from catalogue.citation import citation_of
from catalogue.pages import Leaf, SearchPage, ValuesPage, WhyNothing
from catalogue.recent import recently_viewed, remember
from catalogue.search.asking import search as find
from catalogue.search.explaining import explain
from catalogue.search.patience import hurried
from catalogue.search.query import FACETS, SearchQuery
from catalogue.search.reading import parse
from catalogue.search.results import Found
from catalogue.search.similar import similar
from catalogue.search.suggesting import suggest
from catalogue.search.values import containing_text, values_of
from catalogue.sheet import LayerSheet, sheet_rows
from catalogue.solr_values import clean
from layers.access import labels_of_user, may_edit
from layers.models import Layer, SlugRedirect
from reports.middleware import nothing_found
from solr_sync.exceptions import SyncError

MAX_CONTAINING = 100
NEWEST = 6


@require_safe
@hurried
def home(request: HttpRequest) -> HttpResponse:
    found = find(SearchQuery(sort="modified", page_size=NEWEST), request.user)
    numbers = list(_numbers(found.distinct)) if found.source == "solr" else []
    recent = recently_viewed(request)
    context = {"found": found, "numbers": numbers, "recent": recent}
    return render(request, "catalogue/home.html", context)


def _numbers(distinct: dict[str, int]) -> Iterator[str]:
    organisations, keywords = distinct.get("organisation", 0), distinct.get("keyword", 0)
    text = ngettext("%(count)s organisation", "%(count)s organisations", organisations)
    yield text % {"count": organisations}
    yield ngettext("%(count)s keyword", "%(count)s keywords", keywords) % {"count": keywords}


@require_safe
@hurried
def search(request: HttpRequest) -> HttpResponse:
    query, errors = parse(request.GET)
    query = replace(query, cursor="")  # a page is reached by its number
    found = find(query, request.user)
    if not found.total and found.source == "solr":
        nothing_found(query.q)
    page = SearchPage(query, errors, found, Leaf(query, found.total))
    context = {"page": page, "found": found, "query": query, "why": _why(query, found, request)}
    return render(request, "catalogue/search.html", context)


def _why(query: SearchQuery, found: Found, request: HttpRequest) -> WhyNothing | None:
    if found.total or found.source != "solr" or not (query.q or query.is_filtered):
        return None
    try:
        return WhyNothing(query, found, explain(query, labels_of_user(request.user)))
    except SyncError:
        return None


@require_safe
@hurried
def facet_values(request: HttpRequest, facet: str) -> HttpResponse:
    """All values of a facet, for the search that the parameters describe."""
    if facet not in FACETS:
        raise Http404
    asked = request.GET.copy()
    containing = clean(asked.pop("containing", [""])[-1])[:MAX_CONTAINING]
    query, _errors = parse(asked)
    query = replace(query, page=1, cursor="")
    try:
        values = values_of(query, labels_of_user(request.user), facet, containing)
    except SyncError:
        found = find(query, request.user).facets.get(facet, [])
        values = containing_text(found, containing)
    page = ValuesPage(facet, query, containing, values)
    return render(request, "catalogue/values.html", {"page": page, "query": query})


@require_safe
@hurried
def opensearch_suggestions(request: HttpRequest) -> HttpResponse:
    """As browsers ask for them: the typed text, and a list of texts."""
    typed = request.GET.get("q", "")
    found = suggest(typed, request.user)
    texts = [layer.title for layer in found.layers] + [item.text for item in found.keywords]
    answer = JsonResponse([typed, texts], safe=False)
    answer["Content-Type"] = "application/x-suggestions+json"
    answer["Cache-Control"], answer["Vary"] = "private, no-cache", "Cookie"
    return answer


@require_safe
@hurried
def layer(request: HttpRequest, slug: str) -> HttpResponse:
    """What may not be read does not exist, under its old addresses neither."""
    try:
        found = sheet_rows().readable_by(request.user).get(slug=slug)
    except ObjectDoesNotExist:
        return _moved(request, slug)
    sheet = LayerSheet(found, request.user, may_edit(request.user, found))
    context = {"sheet": sheet, "similar": similar(found, request.user)}
    response = render(request, "catalogue/layer.html", context)
    remember(request, response, found)
    return response


CITATIONS = {"bib": "application/x-bibtex", "ris": "application/x-research-info-systems"}


@require_safe
def citation(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """As a file for programs that keep literature."""
    found = get_object_or_404(sheet_rows().readable_by(request.user), slug=slug)
    cited = citation_of(found)
    text = cited.bibtex if kind == "bib" else cited.ris
    answer = HttpResponse(text, content_type=f"{CITATIONS[kind]}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{cited.key}.{kind}"'
    answer["Cache-Control"], answer["Vary"] = "private, no-cache", "Cookie"
    return answer


def _moved(request: HttpRequest, slug: str) -> HttpResponseRedirect:
    old = SlugRedirect.objects.filter(slug=slug).values("layer")
    found = Layer.objects.readable_by(request.user).filter(pk__in=old).first()
    if found is None:
        raise Http404
    return redirect(found, permanent=True)  # type: ignore[return-value]
