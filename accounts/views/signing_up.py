"""Making an account for oneself, where the setting SIGN_UP allows it."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import sign_up as signing_up
from accounts.forms import SignUpForm


@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    if not settings.SIGN_UP:
        raise Http404
    form = SignUpForm(request.POST or None)
    if form.is_valid():
        try:
            signing_up.sign_up(**form.cleaned_data)
        except signing_up.MailFailed:
            form.add_error(None, _("The mail could not be sent just now. Try again later."))
        else:
            return redirect("accounts:sign_up_sent")
    return render(request, "accounts/sign_up.html", {"form": form})


@require_safe
def sign_up_sent(request: HttpRequest) -> HttpResponse:
    if not settings.SIGN_UP:
        raise Http404
    return render(request, "accounts/mail_sent.html")
