"""The mails of this room."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from accounts.models import User
from accounts.notice_kinds import KINDS
from accounts.notices import NOTICE_MAIL
from accounts.outbox import Letter, mail_kind


@mail_kind(NOTICE_MAIL)
def notice(user: User, kind: str, url: str, facts: dict[str, Any]) -> Letter | None:
    known = KINDS.get(kind)
    if known is None:
        return None
    text = known.say(facts)
    return Letter(f"{settings.SITE_NAME}: {text}"[:200], f"{text}\n\n{settings.SITE_URL}{url}")
