"""Signing in, and what happens to a form that is sent by somebody who is not."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from accounts import kept_forms
from accounts.forms import SignInForm


class SignIn(LoginView):
    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"kept": self.request.POST.get("kept", "")}

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        address = kept_forms.unpack(self.request.POST.get("kept", ""), self.request)
        return HttpResponseRedirect(address) if address else answer


def locked_out(request: HttpRequest, *args: Any) -> HttpResponse:
    """After too many wrong passwords; django-axes asks for it."""
    form = SignInForm(request, initial={"username": request.POST.get("username", "")})
    context = {
        "form": form,
        "is_locked": True,
        "next": request.POST.get("next", ""),
        "kept": request.POST.get("kept", ""),
    }
    return render(request, "accounts/login.html", context, status=429)


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a good CSRF token: people sign in or out in another window.

    Where its page can show it again, nothing typed is lost. Not so for a form of another site.
    """
    if not reason.startswith(("CSRF token", "CSRF cookie")) or not kept_forms.is_kept(request):
        return render(request, "403_csrf.html", status=403)
    if request.user.is_authenticated:
        return redirect(kept_forms.keep(request))
    return kept_forms.ask_to_sign_in(request)
