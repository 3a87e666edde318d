"""Mails: put down as rows, composed and sent later, each once.

A room registers a kind of mail in its module `mails`: a function that composes it, when it is sent,
for the person it goes to. Nothing is said where it returns None.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Mail, User

logger = logging.getLogger(__name__)

# After each attempt that the mail server did not take, so long until the next
PAUSES = [timedelta(minutes=m) for m in (1, 5, 15, 60, 240)]
AT_ONCE = 100
# A task is ended after two minutes, and a mail that is just being sent would be in doubt.
AT_MOST_SECONDS = 60
WAIT = timedelta(seconds=20)
# So long no mail takes: one that is still being sent by then lost its sender.
LOST_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str


class NotYet(Exception):
    """Raised by what composes a mail: it has to wait for something."""


Composer = Callable[..., "Letter | None"]
_composers: dict[str, Composer] = {}


def mail_kind(name: str) -> Callable[[Composer], Composer]:
    """Registers ``function(user, **arguments) -> Letter | None``."""

    def register(function: Composer) -> Composer:
        _composers[name] = function
        return function

    return register


def put(user: User, kind: str, key: str, /, **arguments: Any) -> None:
    """A mail that is sent soon after the commit; a second one of the key is left out."""
    mail = Mail(user=user, kind=kind, key=key, arguments=arguments, due_at=Now())
    Mail.objects.bulk_create([mail], ignore_conflicts=True)


def is_due() -> bool:
    return Mail.objects.filter(due_at__lte=Now()).exists()


def send_due() -> int:
    """Sends what is due, beside any number of other senders; returns how many went out."""
    _give_up_lost_ones()
    rows = Mail.objects.filter(due_at__lte=Now(), state=Mail.State.WAITING)
    connection = get_connection()
    sent, until = 0, time.monotonic() + AT_MOST_SECONDS
    for mail in rows.select_related("user").order_by("due_at")[:AT_ONCE]:
        if time.monotonic() < until and _claim(mail):
            sent += _send(mail, connection)
    connection.close()
    return sent


def _claim(mail: Mail) -> bool:
    rows = Mail.objects.filter(pk=mail.pk, state=Mail.State.WAITING)
    claimed = rows.update(
        state=Mail.State.SENDING, attempts=F("attempts") + 1, due_at=Now() + LOST_AFTER
    )
    return bool(claimed)


def _give_up_lost_ones() -> None:
    text = _("The process that sent it ended; it may have been sent, so it is not sent again.")
    rows = Mail.objects.filter(state=Mail.State.SENDING, due_at__lte=Now())
    rows.update(state=Mail.State.UNKNOWN, due_at=None, ended_at=Now(), error=text)


def _send(mail: Mail, connection: BaseEmailBackend) -> bool:
    logger.info("Starting mail %s: %s", mail.pk, mail.kind)
    try:
        letter = _compose(mail)
    except NotYet:
        rows = Mail.objects.filter(pk=mail.pk)
        rows.update(state=Mail.State.WAITING, due_at=Now() + WAIT, attempts=F("attempts") - 1)
        return False
    except Exception as error:
        logger.exception("Mail %s can't be composed", mail.pk)
        _later(mail, f"{type(error).__name__}: {error}")
        return False
    if letter is None:
        _end(mail, Mail.State.NOTHING)
        return False
    try:
        _message(mail, letter, connection).send()
    except SMTPRecipientsRefused as error:
        _end(mail, Mail.State.FAILED, _("The mail server refuses the address.") + f" {error}")
        return False
    except (OSError, SMTPException) as error:
        connection.close()
        _later(mail, f"{type(error).__name__}: {error}")
        return False
    _end(mail, Mail.State.SENT)
    logger.info("Successfully processed mail %s: %s", mail.pk, mail.kind)
    return True


def _compose(mail: Mail) -> Letter | None:
    """In the language that the person wants mails in."""
    if not mail.user.is_active or not mail.user.email:
        return None
    with translation.override(mail.user.mail_language or settings.LANGUAGE_CODE):
        return _composers[mail.kind](mail.user, **mail.arguments)


def _message(mail: Mail, letter: Letter, connection: BaseEmailBackend) -> EmailMessage:
    """Its id is that of the row, by which mail programs know a mail that came twice."""
    switches = settings.SITE_URL + reverse("accounts:profile")
    with translation.override(mail.user.mail_language or settings.LANGUAGE_CODE):
        why = _("You get this mail because you asked for it. Change that here:")
    return EmailMessage(
        " ".join(letter.subject.split()),
        f"{letter.text.rstrip()}\n\n-- \n{why}\n{switches}\n",
        None,
        [mail.user.email],
        connection=connection,
        headers={
            "Message-ID": f"<mail-{mail.pk}@{urlsplit(settings.SITE_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{switches}>",
        },
    )


def _later(mail: Mail, reason: str) -> None:
    mail.refresh_from_db(fields=["attempts"])
    if mail.attempts > len(PAUSES):
        _end(mail, Mail.State.FAILED, reason)
        return
    pause = PAUSES[mail.attempts - 1]
    logger.warning("Mail %s is tried again in %s: %s", mail.pk, pause, reason)
    rows = Mail.objects.filter(pk=mail.pk)
    rows.update(state=Mail.State.WAITING, due_at=Now() + pause, error=reason)


def _end(mail: Mail, state: Mail.State, error: str = "") -> None:
    rows = Mail.objects.filter(pk=mail.pk)
    rows.update(state=state, due_at=None, ended_at=Now(), error=error)
