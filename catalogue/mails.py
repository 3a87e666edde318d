"""The mail about new layers in a saved search, under the rights of its owner at that moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.outbox import Letter, mail_kind
from catalogue.alerts import ALERT
from catalogue.models import SavedSearch
from catalogue.search.every import AllHits, export_rows
from catalogue.search.reading import parse
from layers.models import Layer

MOST_NAMED = 50
MOST_COUNTED = 1000


@mail_kind(ALERT)
def alert(user: User, search: int, since: str, until: str) -> Letter | None:
    """None where the search is gone or switched off by now, or where nothing is new."""
    saved = SavedSearch.objects.filter(pk=search, owner=user).exclude(alert="").first()
    if saved is None:
        return None
    begin, end = datetime.fromisoformat(since), datetime.fromisoformat(until)
    found = list(_new(saved, user, begin, end))
    if not found:
        return None
    query, _errors = parse(QueryDict(saved.query))
    context = {
        "name": saved.name,
        "layers": found[:MOST_NAMED],
        "more": len(found) - MOST_NAMED,
        "since": begin,
        "site": settings.SITE_URL,
        "address": settings.SITE_URL
        + reverse("search")
        + replace(query, sort="modified").querystring,
    }
    subject = _("%(count)s new in “%(name)s”") % {"count": len(found), "name": saved.name}
    return Letter(subject, render_to_string("catalogue/mail/alert.txt", context))


def _new(saved: SavedSearch, user: User, since: datetime, until: datetime) -> Iterator[Layer]:
    """What was edited last comes first, so all new ones stand before the first of an older edit."""
    query, _errors = parse(QueryDict(saved.query))
    count = 0
    for layer in AllHits(replace(query, sort="modified"), user, export_rows()):
        if layer.updated_at < since or count >= MOST_COUNTED:
            return
        if since <= layer.created_at < until:
            count += 1
            yield layer
