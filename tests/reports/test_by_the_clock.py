"""Mails of periods, watching, cleaning: nothing twice, rights of the moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as django_mail
from django.core.files.base import ContentFile
from django.db.models.functions import Now
from django.utils import timezone

from accounts import outbox
from accounts.models import Mail, Notice, User
from accounts.notices import text_of
from catalogue.alerts import put_alerts
from catalogue.models import SavedSearch
from catalogue.search import solr
from jobs.models import Job, State
from jobs.signals import job_ended
from layers.models import Layer
from reports import cleaning
from reports.clock import period
from reports.mails import put_report_mails
from reports.models import CatalogueReport, PageView
from reports.tasks import report_mails, send_mails, watch_layers
from reports.watching import tell_of_unsearchable_layers
from solr_sync import tombstones
from solr_sync.models import LedgerEntry
from solr_sync.registry import registry
from tests.reports.test_figures import made
from uploads.models import Upload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("frequency", "now", "since", "until"),
    [
        ("minute", "2026-03-04T10:20:30", "2026-03-04T10:19", "2026-03-04T10:20"),
        ("daily", "2026-03-04T05:59:59", "2026-03-02T06:00", "2026-03-03T06:00"),
        ("daily", "2026-03-04T06:00:00", "2026-03-03T06:00", "2026-03-04T06:00"),
        ("weekly", "2026-03-04T10:00:00", "2026-02-23T06:00", "2026-03-02T06:00"),
        ("weekly", "2026-03-09T05:00:00", "2026-02-23T06:00", "2026-03-02T06:00"),
        ("weekly", "2026-03-09T06:00:00", "2026-03-02T06:00", "2026-03-09T06:00"),
    ],
)
def test_periods(frequency, now, since, until):
    found = period(frequency, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert (f"{found.since:%Y-%m-%dT%H:%M}", f"{found.until:%Y-%m-%dT%H:%M}") == (since, until)


@pytest.fixture
def report(rivers) -> CatalogueReport:
    found = made()
    found.save()
    return found


def upload(layer, minutes_ago=0, **facts) -> Upload:
    found = Upload(layer=layer, name="rivers.gpkg", size=2048, owner=None, facts=facts)
    found.file.save("rivers.gpkg", ContentFile(b"x"), save=False)
    found.save()
    at = timezone.now().replace(second=30) - timedelta(minutes=minutes_ago)
    Upload.objects.filter(pk=found.pk).update(created_at=at)
    return found


def test_two_beats_and_two_senders_send_one_report(report, owner, stranger, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    User.objects.filter(pk=owner.pk).update(report_mails="minute")
    assert (put_report_mails(), put_report_mails()) == (1, 0)
    report_mails()
    send_mails()
    send_mails()
    (sent,) = django_mail.outbox
    assert sent.to == [owner.email]
    assert "1 public layers" in sent.body


def test_files_since_the_last_mail_that_the_reader_may_see(
    report, owner, stranger, rivers, secret, settings, tmp_path
):
    settings.MEDIA_ROOT = str(tmp_path)
    User.objects.update(report_mails="minute", mail_language="en")
    upload(rivers, 1, crs="EPSG:4326", features=177, format="GeoPackage", bbox=[-3, 4, 1, 11])
    upload(secret, 1)
    upload(rivers, 5)
    put_report_mails()
    outbox.send_due()
    bodies = {sent.to[0]: sent.body for sent in django_mail.outbox}
    theirs, mine = bodies[stranger.email], bodies[owner.email]
    assert "1 file was uploaded" in theirs
    assert "EPSG:4326" in theirs
    assert "Features: 177" in theirs
    assert "Secret" not in theirs
    assert "2 files were uploaded" in mine


def test_a_mail_waits_for_the_report(rivers, owner, no_messages):
    User.objects.filter(pk=owner.pk).update(report_mails="daily")
    put_report_mails()
    outbox.send_due()
    mail = Mail.objects.get()
    assert (mail.state, mail.attempts, Job.objects.count()) == ("waiting", 0, 1)


def test_a_saved_search_tells_what_is_new_under_the_rights_of_then(
    owner, stranger, sign_in, settings, monkeypatch
):
    settings.SOLR_URL = "http://127.0.0.1:9/solr"  # the database answers
    solr.breaker.reset()
    Layer.objects.create(title="Old rivers", owner=owner)
    client = sign_in(stranger)
    search = SavedSearch.objects.create(owner=stranger, name="Rivers", query="q=rivers")
    client.post(f"/my/searches/{search.pk}/mails/", {"alert": "minute"})
    new = Layer.objects.create(title="New rivers", owner=owner)
    withdrawn = Layer.objects.create(title="Withdrawn rivers", owner=owner)
    Layer.objects.create(title="New roads", owner=owner)
    SavedSearch.objects.update(told_until=timezone.now() - timedelta(minutes=5))
    Layer.objects.filter(title__startswith="Old").update(
        created_at=timezone.now() - timedelta(days=1)
    )
    assert (put_alerts(), put_alerts()) == (1, 0)
    withdrawn.visibility = "private"
    withdrawn.save()
    send_mails()
    solr.breaker.reset()
    (sent,) = django_mail.outbox
    assert new.title in sent.body
    assert all(word not in sent.body for word in ("Withdrawn", "roads", "Old"))
    assert "New layers in “Rivers”" in sent.body


def test_nothing_new_is_no_mail(stranger, settings):
    settings.SOLR_URL = "http://127.0.0.1:9/solr"
    before = timezone.now() - timedelta(minutes=5)
    SavedSearch.objects.create(
        owner=stranger, name="x", query="q=rivers", alert="minute", told_until=before
    )
    put_alerts()
    send_mails()
    solr.breaker.reset()
    assert (Mail.objects.get().state, django_mail.outbox) == ("nothing", [])


def test_owners_hear_of_layers_that_are_not_searchable(owner, rivers, secret):
    rows = LedgerEntry.objects.filter(object_id__in=[str(rivers.pk), str(secret.pk)])
    rows.update(due_at=Now(), error="Solr is away")
    assert tell_of_unsearchable_layers() == 0
    rows.update(changed_at=Now() - timedelta(minutes=11))
    assert "1 owners" in watch_layers()
    watch_layers()
    text = text_of(Notice.objects.get())
    assert "and 1 others" in text
    assert "Solr is away" in text


@pytest.mark.parametrize(
    ("state", "said"), [(State.DONE, "Done: "), (State.FAILED, "Failed: "), (State.CANCELLED, None)]
)
def test_who_started_a_job_hears_of_its_end(owner, state, said):
    job = Job.objects.create(kind="reports.catalogue", owner=owner, state=state, error="why")
    for _time in range(2):
        job_ended.send(sender=Job, job=job)
    assert [text_of(notice)[: len(said or "")] for notice in Notice.objects.all()] == (
        [said] if said else []
    )


def test_what_is_old_is_removed(views, owner, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    views("/", 1, days=401)
    views("/", 1, days=10)
    long_ago = Now() - timedelta(days=400)
    Mail.objects.create(user=owner, kind="x", key="1", ended_at=long_ago)
    Notice.objects.create(user=owner, kind="x", key="1")
    Notice.objects.update(created_at=long_ago)
    Job.objects.create(kind="x", state="done", ended_at=long_ago)
    removed = {name: remove() for name, remove in cleaning.WHAT.items()}
    assert {name for name, count in removed.items() if count} == {
        "page_views",
        "mails",
        "notices",
        "jobs",
    }
    assert PageView.objects.count() == 1


def test_tombstones_go_when_nothing_older_can_arrive(solr):
    document = registry["layer"]
    old, fresh = "2020-01-01T00:00:00Z", f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}"
    solr.post_documents(
        [
            {"id": name, "sync_version": 5, "deleted": True, "deleted_at": at}
            for name, at in (("old", old), ("fresh", fresh))
        ]
    )
    solr.commit_softly()
    assert "removed" in tombstones.purge(document)
    assert set(solr.versions_of(["old", "fresh"])) == {"fresh"}
    LedgerEntry.objects.create(
        document_type="layer", object_id="x", due_at=Now(), changed_at=Now() - timedelta(days=60)
    )
    assert tombstones.purge(document) == "something has waited for weeks"
