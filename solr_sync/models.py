"""The ledger: where each document stands on its way to Solr.

Triggers on the registered tables write these rows in the statement that changes the data
(`solr_sync.triggers`); workers claim and confirm them (`solr_sync.ledger`).
"""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Lane(models.IntegerChoices):
    """Live edits overtake bulk work."""

    LIVE = 0, _("live")
    BULK = 1, _("bulk")


class LedgerEntry(models.Model):
    """One document. It is pending while `version` is greater than `indexed_version`.

    `due_at` alone says when somebody has to look at the row again: null when there is nothing to
    do, the end of the lease while a worker has it, the next attempt after a failure. A row of an
    object that was deleted stays, so that its versions go on growing.
    """

    document_type = models.CharField(_("document type"), max_length=64)
    object_id = models.CharField(_("object"), max_length=255)
    version = models.BigIntegerField(_("version"), default=1)
    indexed_version = models.BigIntegerField(_("taken by Solr"), default=0)
    definition = models.IntegerField(_("document definition"), default=1)
    lane = models.SmallIntegerField(_("lane"), choices=Lane, default=Lane.LIVE)
    changed_at = models.DateTimeField(_("changed"))

    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    lease = models.CharField(max_length=36, blank=True, default="")
    task_id = models.CharField(_("last task"), max_length=64, blank=True, default="")
    attempts = models.IntegerField(_("attempts"), default=0)
    error = models.TextField(_("reason"), blank=True, default="")
    parked_at = models.DateTimeField(_("parked"), null=True, blank=True)

    indexed_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    searchable_at = models.DateTimeField(_("searchable since"), null=True, blank=True)
    claimed_version = models.BigIntegerField(_("last version claimed"), default=0)
    sent_version = models.BigIntegerField(_("version in Solr"), default=0)
    is_tombstone = models.BooleanField(_("removed from Solr"), default=False)
    content_hash = models.CharField(max_length=32, blank=True, default="")
    bucket = models.SmallIntegerField(null=True)
    check_number = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("document")
        constraints = [
            models.UniqueConstraint(
                fields=["document_type", "object_id"], name="solr_sync_one_entry_per_object"
            )
        ]
        indexes = [
            # With all that the sweep asks for, so that it reads the index alone.
            models.Index(
                fields=["document_type", "lane", "due_at", "definition", "object_id"],
                condition=Q(due_at__isnull=False),
                name="solr_sync_waiting",
            ),
            models.Index(
                fields=["document_type", "parked_at"],
                condition=Q(parked_at__isnull=False),
                name="solr_sync_parked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_type} {self.object_id}"

    @property
    def pending(self) -> bool:
        return self.version > self.indexed_version


class RelatedChange(models.Model):
    """A changed row that documents of other rows copy from: a renamed topic, for example.

    A worker walks the documents by key, in chunks, and remembers in `cursor` how far it came.
    """

    document_type = models.CharField(_("document type"), max_length=64)
    path = models.CharField(_("lookup path"), max_length=255)
    object_id = models.CharField(_("object"), max_length=255)
    version = models.BigIntegerField(_("version"), default=1)
    walked_version = models.BigIntegerField(_("version walked"), default=0)
    changed_at = models.DateTimeField(_("changed"))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    lease = models.CharField(max_length=36, blank=True, default="")
    cursor = models.CharField(_("walked up to"), max_length=255, blank=True, default="")
    cursor_version = models.BigIntegerField(default=0)
    attempts = models.IntegerField(_("attempts"), default=0)
    error = models.TextField(_("reason"), blank=True, default="")

    class Meta:
        verbose_name = _("related change")
        constraints = [
            models.UniqueConstraint(
                fields=["document_type", "path", "object_id"],
                name="solr_sync_one_change_per_object",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="solr_sync_change_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_type} by {self.path} {self.object_id}"


class Collection(models.Model):
    """What all processes know of a Solr collection: is it up, when did it last show its changes."""

    name = models.CharField(_("name"), max_length=64, primary_key=True)
    unavailable_since = models.DateTimeField(_("unavailable since"), null=True, blank=True)
    next_try_at = models.DateTimeField(_("next try"), null=True, blank=True)
    failures = models.IntegerField(_("failures in a row"), default=0)
    reason = models.TextField(_("reason"), blank=True, default="")

    posted_at = models.DateTimeField(_("last post without a commit"), null=True, blank=True)
    awaited_at = models.DateTimeField(_("last one that people wait for"), null=True, blank=True)
    commit_began_at = models.DateTimeField(null=True, blank=True)
    commit_ms = models.IntegerField(_("duration of the last commit in ms"), default=0)
    visible_through = models.DateTimeField(_("shows what was taken until"), null=True, blank=True)
    visible_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("collection")

    def __str__(self) -> str:
        return self.name


class AuditRun(models.Model):
    """One comparison of database and Solr, and what came of it."""

    collection = models.CharField(_("collection"), max_length=64)
    deep = models.BooleanField(_("deep"), default=False)
    began_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"))
    checked = models.IntegerField(_("checked"), default=0)
    missing = models.IntegerField(_("missing"), default=0)
    stale = models.IntegerField(_("stale"), default=0)
    ghosts = models.IntegerField(_("ghosts"), default=0)
    repaired = models.IntegerField(_("repaired"), default=0)

    class Meta:
        verbose_name = _("audit")
        indexes = [models.Index(fields=["collection", "-ended_at"], name="solr_sync_last_audit")]

    def __str__(self) -> str:
        return f"{self.collection} {self.ended_at:%Y-%m-%d %H:%M:%S}"

    @property
    def drift(self) -> int:
        return self.missing + self.stale + self.ghosts


class Role(models.TextChoices):
    LIVE = "live", _("behind the alias")
    FILLING = "filling", _("being filled")
    STANDBY = "standby", _("kept for the way back")


class Target(models.Model):
    """A collection that an alias led to, leads to or will lead to; each gets every change.

    There are none until the first rebuild: then documents go to whatever the alias leads to.
    """

    name = models.CharField(_("name"), max_length=128, primary_key=True)
    alias = models.CharField(_("alias"), max_length=64, db_index=True)
    role = models.CharField(_("role"), max_length=16, choices=Role)
    misses = models.IntegerField(_("batches it did not take"), default=0)
    error = models.TextField(_("last reason"), blank=True, default="")

    class Meta:
        verbose_name = _("target")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Rebuild(models.Model):
    """A new collection on its way to take an alias over."""

    alias = models.CharField(_("alias"), max_length=64)
    target = models.CharField(_("new collection"), max_length=128)
    began_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"))
    taken_up_at = models.DateTimeField(_("taken up"), null=True, blank=True)
    done_before = models.IntegerField(_("done before that"), default=0)
    total = models.IntegerField(_("documents"), default=0)
    done = models.IntegerField(_("done"), default=0)
    outcome = models.TextField(_("outcome"), blank=True, default="")

    class Meta:
        verbose_name = _("rebuild")
        constraints = [
            models.UniqueConstraint(
                fields=["alias"],
                condition=Q(ended_at__isnull=True),
                name="solr_sync_one_rebuild_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.target

    @property
    def rate(self) -> float:
        """Documents a second since the process that is at it took it up."""
        began = self.taken_up_at or self.began_at
        seconds = ((self.ended_at or self.heartbeat_at) - began).total_seconds()
        return (self.done - self.done_before) / seconds if seconds > 0 else 0.0

    @property
    def time_left(self) -> timedelta | None:
        """Of the filling; what comes after it takes seconds."""
        if self.ended_at or not self.rate:
            return None
        return timedelta(seconds=round(max(self.total - self.done, 0) / self.rate))


class RebuildRange(models.Model):
    """A range of ledger rows, by primary key; `cursor` is the last row that was sent."""

    rebuild = models.ForeignKey(Rebuild, models.CASCADE, related_name="ranges")
    cursor = models.BigIntegerField()
    last = models.BigIntegerField()

    class Meta:
        verbose_name = _("range of a rebuild")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.cursor}–{self.last}"
