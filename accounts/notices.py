"""Telling people what happened, in the page or by mail, as each of them wants it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet
from django.utils import timezone

from accounts import outbox
from accounts.models import Notice, NoticeSwitch, User
from accounts.notice_kinds import KINDS, NoticeKind

NOTICE_MAIL = "notice"


@dataclass(frozen=True)
class Switch:
    kind: NoticeKind
    on_page: bool
    by_mail: bool


def switches_of(user: User) -> dict[str, Switch]:
    """For every kind there is, in their order."""
    rows = {row.kind: row for row in NoticeSwitch.objects.filter(user=user)}
    return {name: _switch(kind, rows.get(name)) for name, kind in KINDS.items()}


def _switch(kind: NoticeKind, row: NoticeSwitch | None) -> Switch:
    if row is None:
        return Switch(kind, kind.on_page, kind.by_mail)
    return Switch(kind, row.on_page, row.by_mail)


def set_switch(user: User, kind: str, *, on_page: bool, by_mail: bool) -> None:
    values = {"on_page": on_page, "by_mail": by_mail}
    NoticeSwitch.objects.update_or_create(user=user, kind=kind, defaults=values)


def notify(user: User, kind: str, *, key: str, url: str, **facts: Any) -> None:
    """Once for a key, whoever calls it and how often. `facts` fill the text of the kind."""
    switch = switches_of(user)[kind]
    if switch.on_page:
        notice = Notice(user=user, kind=kind, key=key, url=url, facts=facts)
        Notice.objects.bulk_create([notice], ignore_conflicts=True)
    if switch.by_mail:
        outbox.put(user, NOTICE_MAIL, f"{kind}/{key}", kind=kind, url=url, facts=facts)


def unread(user: User | OuterRef) -> QuerySet[Notice]:
    return Notice.objects.filter(user=user, read_at=None)


def mark_read(user: User) -> int:
    return unread(user).update(read_at=timezone.now())


def text_of(notice: Notice) -> str:
    kind = KINDS.get(notice.kind)
    return kind.say(notice.facts) if kind else notice.kind
