"""A person's own page: name, groups, and the tokens of their programs."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import kept_forms
from accounts.authentication import caller_of
from accounts.forms import MailForm, ProfileForm, TokenForm
from accounts.groups import groups_of
from accounts.models import ApiToken, User
from accounts.notices import switches_of


@kept_forms.sign_in_keeping_form
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    # Errors must not show in the page's header, which says the user's name as it is saved.
    user = User.objects.get(pk=caller_of(request).pk)
    if request.method != "POST":
        return _profile(request, ProfileForm(kept_forms.typed_before(request), instance=user))
    form = ProfileForm(request.POST, instance=user)
    if not form.is_valid():
        return _profile(request, form)
    form.save()
    kept_forms.forget(request)
    messages.success(request, _("Your profile was saved."))
    return redirect("accounts:profile")


@login_required
@require_POST
@never_cache
def token_new(request: HttpRequest) -> HttpResponse:
    """The answer is the only page that ever shows the token's text."""
    user = caller_of(request)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _profile(request, ProfileForm(instance=User.objects.get(pk=user.pk)), form)
    token, text = ApiToken.objects.issue(user, form.cleaned_data["name"])
    return render(request, "accounts/token_new.html", {"token": token, "text": text}, status=201)


@login_required
@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, user=caller_of(request))
    token.delete()
    messages.success(request, _("The token “%(name)s” was revoked.") % {"name": token})
    return redirect("accounts:profile")


def _profile(
    request: HttpRequest, form: ProfileForm, token_form: TokenForm | None = None
) -> HttpResponse:
    user = caller_of(request)
    context = {
        "form": form,
        "token_form": token_form or TokenForm(),
        "tokens": ApiToken.objects.filter(user=user),
        "memberships": groups_of(user),
        "mail_form": MailForm(instance=user),
        "switches": switches_of(user).values(),
    }
    return render(request, "accounts/profile.html", context)
