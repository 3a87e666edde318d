"""What beat sends, beside jobs: short tasks that look whether there is something to do."""

from __future__ import annotations

from celery import shared_task

from accounts import outbox
from reports import names
from reports.mails import put_report_mails
from reports.watching import tell_of_unsearchable_layers


@shared_task(name=names.SEND_MAILS)
def send_mails() -> str:
    """Each mail is claimed before it is sent: any number of these may run at a time."""
    return f"{outbox.send_due()} mails sent" if outbox.is_due() else "no mail is due"


@shared_task(name=names.REPORT_MAILS)
def report_mails() -> str:
    """Idempotent: of a period everybody has one mail, however often this is called."""
    return f"{put_report_mails()} report mails to be sent"


@shared_task(name=names.WATCH_LAYERS)
def watch_layers() -> str:
    return f"{tell_of_unsearchable_layers()} owners have layers that are not searchable"
