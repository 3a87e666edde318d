"""What somebody was told, and the one place to switch it on and off."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.authentication import caller_of
from accounts.forms import MailForm
from accounts.models import Notice
from accounts.notice_kinds import KINDS
from accounts.notices import mark_read, set_switch, text_of

A_PAGE = 50


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """A POST marks all as read."""
    user = caller_of(request)
    if request.method == "POST":
        mark_read(user)
        return redirect("accounts:notices")
    page = Paginator(Notice.objects.filter(user=user), A_PAGE).get_page(request.GET.get("page"))
    rows = [_row(notice) for notice in page]
    return render(request, "accounts/notices.html", {"page": page, "rows": rows})


def _row(notice: Notice) -> dict[str, Any]:
    return {"notice": notice, "text": text_of(notice)}


@login_required
@require_POST
def notice_switches(request: HttpRequest) -> HttpResponse:
    user = caller_of(request)
    form = MailForm(request.POST, instance=user)
    if form.is_valid():
        form.save()
        for kind in KINDS:
            set_switch(
                user,
                kind,
                on_page=f"page-{kind}" in request.POST,
                by_mail=f"mail-{kind}" in request.POST,
            )
        messages.success(request, _("Your choice of notices was saved."))
    else:
        messages.error(request, _("Choose one of what is offered."))
    return redirect("accounts:profile")
