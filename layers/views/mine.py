"""What an editor has to do: the own layers, drafts and incomplete ones set apart."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.authentication import caller_of
from layers import completeness
from layers.models import Layer

A_PAGE = 25
COLUMNS = ["slug", "title", "state", "visibility", "updated_at", "owner"]
LISTS: dict[str, tuple[Promise, Q]] = {
    "all": (_("All"), Q()),
    "drafts": (_("Drafts"), Q(state="draft")),
    "incomplete": (_("Incomplete"), Q(completeness_score__lt=100)),
}


@login_required
@require_safe
def my_layers(request: HttpRequest) -> HttpResponse:
    """`?list=` names one of LISTS; whatever else it says means all of them."""
    chosen = request.GET.get("list", "all")
    chosen = chosen if chosen in LISTS else "all"
    mine = completeness.with_completeness(Layer.objects.filter(owner=caller_of(request)))
    pages = Paginator(_ordered(mine, chosen), A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "chosen": chosen,
        "lists": _lists(mine),
        "page": page,
        "rows": [(layer, completeness.of(layer)) for layer in page],
    }
    return render(request, "layers/mine.html", context)


def _ordered(mine: QuerySet[Layer], chosen: str) -> QuerySet[Layer]:
    rows = mine.filter(LISTS[chosen][1]).only(*COLUMNS)
    order = ["completeness_score"] if chosen == "incomplete" else []
    return rows.order_by(*order, "-updated_at", "pk")


def _lists(mine: QuerySet[Layer]) -> list[dict[str, Any]]:
    return [
        {"name": name, "title": title, "count": mine.filter(condition).count()}
        for name, (title, condition) in LISTS.items()
    ]
