"""Searches that a reader keeps on the account."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Frequency, User
from catalogue.models import SavedSearch
from catalogue.search.query import SearchQuery
from catalogue.search.reading import parse
from catalogue.solr_values import clean
from reports.clock import database_now

MAX_SAVED = 200
MAX_QUERY = 8000
NAME_LENGTH = 200


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def saved_searches(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request)
    found = SavedSearch.objects.filter(owner=_owner(request))
    context = {"searches": found, "frequencies": Frequency.choices}
    return render(request, "catalogue/saved.html", context)


def _owner(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 - `login_required` stands before it
    return request.user


def _save(request: HttpRequest) -> HttpResponse:
    """A name that is there already gets the new question."""
    text = request.POST.get("query", "")
    if len(text) > MAX_QUERY:
        messages.error(request, _("This search is too long to be saved."))
        return redirect("saved_searches")
    query, _errors = parse(QueryDict(text.removeprefix("?")))
    name = clean(request.POST.get("name", ""))[:NAME_LENGTH] or name_of(query)
    owner = _owner(request)
    known = SavedSearch.objects.filter(owner=owner, name=name).exists()
    if not known and SavedSearch.objects.filter(owner=owner).count() >= MAX_SAVED:
        messages.error(request, _("You have saved as many searches as there is room for."))
        return redirect("saved_searches")
    SavedSearch.objects.update_or_create(
        owner=owner, name=name, defaults={"query": query.querystring.removeprefix("?")}
    )
    messages.success(request, _("The search “%(name)s” is saved.") % {"name": name})
    return HttpResponseRedirect(reverse("search") + query.querystring)


def name_of(query: SearchQuery) -> str:
    parts = [query.q, *(value for values in query.chosen.values() for value in values)]
    return ", ".join(part for part in parts if part)[:NAME_LENGTH] or _("All layers")


@require_POST
@login_required
def saved_search_mails(request: HttpRequest, pk: int) -> HttpResponse:
    """How often a mail says what is new; it begins with what comes from now on."""
    found = get_object_or_404(SavedSearch, pk=pk, owner=_owner(request))
    asked = request.POST.get("alert", "")
    if asked not in Frequency.values:
        messages.error(request, _("Choose one of what is offered."))
        return redirect("saved_searches")
    found.alert = asked
    found.told_until = database_now() if asked else None
    found.save(update_fields=["alert", "told_until"])
    messages.success(request, _("Your choice for “%(name)s” was saved.") % {"name": found.name})
    return redirect("saved_searches")


@require_POST
@login_required
def delete_saved_search(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(SavedSearch, pk=pk, owner=_owner(request))
    found.delete()
    messages.success(request, _("The search “%(name)s” is deleted.") % {"name": found.name})
    return redirect("saved_searches")
