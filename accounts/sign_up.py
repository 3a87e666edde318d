"""Accounts that people make for themselves. The mail proves the address, and its link sets the
password, so that nothing needs to be confirmed later."""

from __future__ import annotations

from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from accounts.models import User


class MailFailed(Exception):
    """The mail server did not take the mail; no account was made."""


def sign_up(username: str, email: str, first_name: str = "", last_name: str = "") -> None:
    """Sends a link to the address; whoever has an account already is told so by the mail alone.

    Raises MailFailed.
    """
    try:
        with transaction.atomic():
            known = User.objects.filter(email__iexact=email, is_active=True).first()
            user = known or _make(username, email, first_name, last_name)
            _invite(user, email, is_new=not user.has_usable_password())
    except (OSError, SMTPException) as error:
        raise MailFailed from error


def _make(username: str, email: str, first_name: str, last_name: str) -> User:
    user = User(username=username, email=email, first_name=first_name, last_name=last_name)
    user.set_unusable_password()
    user.save()
    return user


def _invite(user: User, email: str, is_new: bool) -> None:
    context = {
        "user": user,
        "is_new": is_new,
        "site_url": settings.SITE_URL,
        "site_name": settings.SITE_NAME,
        "uid": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }
    text = render_to_string("accounts/mail/sign_up.txt", context)
    send_mail(_("Your account at the layer catalogue"), text, None, [email])
