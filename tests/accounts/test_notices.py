"""Notices in the page and by mail, and the one place to choose them."""

from __future__ import annotations

import pytest
from django.core import mail as django_mail
from django.db.models.functions import Now

from accounts import outbox
from accounts.models import Mail, Notice
from accounts.notice_kinds import JOB_DONE, JOB_FAILED, KINDS, LINK_DEAD
from accounts.notices import notify, set_switch, text_of, unread
from accounts.outbox import Letter, mail_kind
from tests.layers.conftest import owner, sign_in

__all__ = ["owner", "sign_in"]
pytestmark = pytest.mark.django_db


def tell(user, kind=JOB_DONE, key="1"):
    notify(user, kind, key=key, url="/my/jobs/", what="Report", why="")


def test_a_key_is_told_once(owner):
    tell(owner)
    tell(owner)
    tell(owner, key="2")
    assert [text_of(notice) for notice in unread(owner)] == ["Done: Report", "Done: Report"]


def test_each_kind_is_switched_by_itself(owner):
    set_switch(owner, JOB_DONE, on_page=False, by_mail=True)
    tell(owner)
    tell(owner, JOB_FAILED)
    assert [notice.kind for notice in unread(owner)] == [JOB_FAILED]
    assert [mail.arguments["kind"] for mail in Mail.objects.all()] == [JOB_DONE]


def test_many_at_once_are_one_notice(owner):
    notify(
        owner, LINK_DEAD, key="x", url="/", title="Rivers", link="http://a/", why="404", others=3
    )
    assert "and 3 others" in text_of(Notice.objects.get())


def test_facts_of_an_older_release_do_not_break_the_page(owner, sign_in):
    Notice.objects.create(user=owner, kind=JOB_DONE, key="1", facts={})
    Notice.objects.create(user=owner, kind="gone.kind", key="1", facts={})
    assert "Done: …" in sign_in(owner).get("/accounts/notices/").text


def test_the_header_counts_and_the_page_marks_as_read(owner, sign_in):
    client = sign_in(owner)
    tell(owner)
    assert "1 notice" in client.get("/accounts/profile/").text
    assert "Done: Report" in client.get("/accounts/notices/").text
    client.post("/accounts/notices/")
    assert not unread(owner).exists()


def test_all_is_chosen_in_the_profile(owner, sign_in):
    client = sign_in(owner)
    page = client.get("/accounts/profile/").text
    assert all(f'name="mail-{kind}"' in page for kind in KINDS)
    client.post(
        "/accounts/notices/switches/",
        {f"mail-{JOB_FAILED}": "on", "report_mails": "daily", "mail_language": "de"},
    )
    owner.refresh_from_db()
    assert (owner.report_mails, owner.mail_language) == ("daily", "de")
    assert not any(Notice.objects.filter(user=owner))
    tell(owner)
    tell(owner, JOB_FAILED)
    assert not unread(owner).exists()
    assert Mail.objects.get().arguments["kind"] == JOB_FAILED
    client.post("/accounts/notices/switches/", {"report_mails": "hourly"})
    owner.refresh_from_db()
    assert owner.report_mails == "daily"


# Mails


@pytest.fixture
def letters(monkeypatch):
    monkeypatch.setattr(outbox, "_composers", dict(outbox._composers))
    said: list[str] = ["Hello"]

    @mail_kind("test")
    def compose(user, **arguments):
        return Letter("Subject\nof two lines", said[0]) if said[0] else None

    return said


def state_of(mail=None):
    return Mail.objects.get().state


def test_a_mail_goes_out_once(owner, letters):
    for _time in range(2):
        outbox.put(owner, "test", "key")
        outbox.send_due()
    (sent,) = django_mail.outbox
    assert (sent.to, sent.subject) == (["owner@example.org"], "Subject of two lines")
    assert "/accounts/profile/" in sent.body
    assert state_of() == "sent"


def test_a_mail_server_that_is_away_is_tried_again(owner, letters, monkeypatch, settings):
    outbox.put(owner, "test", "key")
    settings.EMAIL_BACKEND = "tests.accounts.test_notices.Away"
    for _attempt in range(len(outbox.PAUSES) + 1):
        assert state_of() == "waiting"
        Mail.objects.update(due_at=Now())
        outbox.send_due()
    assert state_of() == "failed"
    assert "Connection refused" in Mail.objects.get().error


class Away:
    def __init__(self, **_):
        pass

    def send_messages(self, messages):
        raise ConnectionRefusedError(111, "Connection refused")

    def close(self):
        pass


def test_a_mail_whose_sender_died_is_not_sent_twice(owner, letters):
    outbox.put(owner, "test", "key")
    Mail.objects.update(state="sending", due_at=Now())
    outbox.send_due()
    assert (state_of(), django_mail.outbox) == ("unknown", [])


def test_what_can_not_be_composed_or_said(owner, letters):
    letters[0] = ""
    outbox.put(owner, "test", "nothing")
    owner.email = ""
    outbox.send_due()
    assert state_of() == "nothing"
    outbox.put(owner, "unknown kind", "x")
    outbox.send_due()
    assert Mail.objects.get(kind="unknown kind").state == "waiting"
    assert django_mail.outbox == []
