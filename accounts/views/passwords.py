"""Changing a password, and choosing a new one where it was forgotten."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.views import (
    PasswordChangeView,
    PasswordResetConfirmView,
    PasswordResetView,
)
from django.contrib.messages.views import SuccessMessageMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe


class ChangePassword(SuccessMessageMixin, PasswordChangeView):
    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("accounts:profile")
    success_message = gettext_lazy("Your password was changed.")


class ForgotPassword(PasswordResetView):
    """Says the same whether the address is known or not."""

    template_name = "accounts/password_forgot.html"
    email_template_name = "accounts/mail/password.txt"
    subject_template_name = "accounts/mail/password_subject.txt"
    success_url = reverse_lazy("accounts:password_forgot_sent")
    extra_email_context = {"site_url": settings.SITE_URL, "site_name": settings.SITE_NAME}


@require_safe
def forgot_password_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/mail_sent.html")


class ChooseNewPassword(SuccessMessageMixin, PasswordResetConfirmView):
    """Reached by the link of a mail: of somebody who forgot a password, or who signed up."""

    template_name = "accounts/password_choose.html"
    success_url = reverse_lazy("accounts:profile")
    success_message = gettext_lazy("Your password is set, and you are signed in.")
    post_reset_login = True
    post_reset_login_backend = "accounts.backends.PeopleBackend"
