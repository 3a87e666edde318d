"""Mails by the clock: never twice for one period, whoever dies and however many are at it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as django_mail
from django.db.models.functions import Now
from django.utils import timezone

from accounts import outbox
from accounts.models import Group, Mail, Membership, User
from catalogue.alerts import put_alerts
from catalogue.models import SavedSearch
from catalogue.search import solr
from layers.models import Layer
from reports.mails import put_report_mails
from tests.programs import PROJECT, test_database_url
from tests.reports.test_figures import made
from tests.threads import at_once

# Sends what is due, and dies before it can say so.
DIES = """
import django, os, signal
django.setup()
from accounts import outbox
outbox._end = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
outbox.send_due()
"""


@pytest.fixture
def subscriber(committed: None) -> User:
    made().save()
    return User.objects.create(username="a", email="a@example.org", report_mails="weekly")


def test_a_sender_that_is_killed_after_sending(
    subscriber: User, settings: Any, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    where = {"DATABASE_URL": test_database_url(), "EMAIL_URL": "file:", "DATA_DIR": str(tmp_path)}
    put_report_mails()
    dead = subprocess.run(
        [sys.executable, "-c", DIES],
        cwd=PROJECT,
        env=os.environ | where | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        check=False,
    )
    assert dead.returncode == -signal.SIGKILL
    assert (put_report_mails(), outbox.send_due()) == (0, 0)
    Mail.objects.update(due_at=Now())  # ten minutes later
    assert (put_report_mails(), outbox.send_due()) == (0, 0)
    assert Mail.objects.get().state == "unknown"
    assert len(list((tmp_path / "mail").iterdir())) == 1


@pytest.mark.postgresql
def test_two_beats_and_many_senders_at_once(subscriber: User) -> None:
    others = [User(username=f"b{n}", email=f"b{n}@example.org") for n in range(5)]
    User.objects.bulk_create(others)
    User.objects.update(report_mails="weekly")
    at_once(*[put_report_mails] * 4)
    at_once(*[outbox.send_due] * 4)
    sent = sorted(letter.to[0] for letter in django_mail.outbox)
    assert sent == ["a@example.org", *(f"b{n}@example.org" for n in range(5))]


@pytest.fixture
def database_alone(settings: Any) -> Any:
    settings.SOLR_URL = "http://127.0.0.1:9/solr"
    solr.breaker.reset()
    yield
    solr.breaker.reset()


@pytest.fixture
def waiting(committed: None) -> SavedSearch:
    """A mail that waits, about a layer of a group that its reader is in."""
    reader = User.objects.create(username="reader", email="reader@example.org")
    group = Group.objects.create(name="Hydrology")
    Membership.objects.create(group=group, user=reader)
    since = timezone.now() - timedelta(minutes=5)
    search = SavedSearch.objects.create(
        owner=reader, name="Rivers", query="q=rivers", alert="minute", told_until=since
    )
    Layer.objects.create(title="Group rivers", visibility="group", group=group)
    assert (put_alerts(), put_alerts()) == (1, 0)
    return search


def stay(search: SavedSearch) -> None:
    pass


def leave_the_group(search: SavedSearch) -> None:
    Membership.objects.all().delete()


def lose_the_account(search: SavedSearch) -> None:
    User.objects.update(is_active=False)


def switch_it_off(search: SavedSearch) -> None:
    SavedSearch.objects.update(alert="")


@pytest.mark.parametrize(
    ("meanwhile", "told"),
    [(stay, 1), (leave_the_group, 0), (lose_the_account, 0), (switch_it_off, 0)],
)
def test_rights_are_those_of_the_sending(
    meanwhile: Callable[[SavedSearch], None],
    told: int,
    waiting: SavedSearch,
    database_alone: None,
) -> None:
    meanwhile(waiting)
    assert outbox.send_due() == told
    assert len(django_mail.outbox) == told
    assert Mail.objects.get().state == ("sent" if told else "nothing")
