"""Jobs: each is a row; messages only wake a worker."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.exceptions import UnknownKind
from jobs.kinds import kind_of

if TYPE_CHECKING:
    from accounts.models import User


class State(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


ACTIVE = (State.WAITING, State.RUNNING)


@dataclass(frozen=True)
class Step:
    name: str
    label: str
    state: str


class JobQuerySet(models.QuerySet["Job"]):
    def active(self) -> JobQuerySet:
        return self.filter(state__in=ACTIVE)

    def visible_to(self, user: User | AnonymousUser) -> JobQuerySet:
        """One's own, those that are everybody's, and for the staff all."""
        if not user.is_authenticated:
            return self.filter(shared=True)
        return self if user.is_staff else self.filter(Q(owner=user) | Q(shared=True))


class Job(models.Model):
    """One piece of work.

    `due_at` alone says when the sweep has to look at it: the time of the next wake-up while it
    waits, the end of the lease while it runs, null when it has ended. All times are the database's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=64)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=_("started by"),
    )
    shared = models.BooleanField(_("may be followed by everyone"), default=False)
    subject = models.CharField(_("about"), max_length=255, blank=True, default="")
    arguments = models.JSONField(_("arguments"), default=dict, blank=True)
    key = models.CharField(_("single flight"), max_length=255, blank=True, default="")
    period = models.CharField(_("period"), max_length=64, blank=True, default="")
    language = models.CharField(max_length=16, blank=True, default="")
    repeats = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="repetitions"
    )

    state = models.CharField(_("state"), max_length=16, choices=State, default=State.WAITING)
    steps = models.JSONField(_("steps"), default=list, blank=True)
    progress = models.FloatField(_("progress"), default=0)
    done = models.BigIntegerField(_("done"), default=0)
    total = models.BigIntegerField(_("of"), default=0)
    counting_since = models.DateTimeField(null=True, blank=True)
    memory = models.JSONField(default=dict, blank=True)
    result = models.JSONField(_("result"), null=True, blank=True)
    error = models.TextField(_("reason"), blank=True, default="")

    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    lease = models.CharField(max_length=36, blank=True, default="")
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    worker = models.CharField(_("worker"), max_length=255, blank=True, default="")
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    cancel_asked_at = models.DateTimeField(_("asked to end"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        ordering = ["-created_at", "id"]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="job_of_owner"),
            models.Index(fields=["kind", "key", "-ended_at"], name="job_latest"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="job_due"),
            models.Index(
                fields=["ended_at"], condition=Q(ended_at__isnull=False), name="job_ended"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(state__in=["waiting", "running"]) & ~Q(key=""),
                name="job_single_flight",
            ),
            models.UniqueConstraint(
                fields=["kind", "period"], condition=~Q(period=""), name="job_once_a_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("job", args=[self.pk])

    @property
    def label(self) -> str:
        try:
            return str(kind_of(self.kind).label)
        except UnknownKind:
            return self.kind

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def is_ending(self) -> bool:
        return self.is_active and self.cancel_asked_at is not None

    @property
    def can_be_repeated(self) -> bool:
        try:
            return not self.is_active and kind_of(self.kind).repeatable
        except UnknownKind:
            return False

    @property
    def percent(self) -> int:
        return int(self.progress * 100)

    @property
    def labelled_steps(self) -> Iterator[Step]:
        try:
            labels = kind_of(self.kind).steps
        except UnknownKind:
            labels = {}
        for step in self.steps:
            name = step["name"]
            yield Step(name, str(labels.get(name, name)), step["state"])

    @property
    def rate(self) -> float | None:
        """Units a second of what is being counted, where it is."""
        if self.state != State.RUNNING or not self.done or self.counting_since is None:
            return None
        seconds = (timezone.now() - self.counting_since).total_seconds()
        return self.done / seconds if seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """What the rate so far lets expect; None where there is nothing to reckon from."""
        if self.state != State.RUNNING:
            return None
        if self.rate and self.total:
            return max(self.total - self.done, 0) / self.rate
        if not self.progress or self.started_at is None:
            return None
        spent = (timezone.now() - self.started_at).total_seconds()
        return spent * (1 - self.progress) / self.progress

    @property
    def result_links(self) -> list[dict[str, Any]]:
        return list((self.result or {}).get("links", []))

    @property
    def notes(self) -> list[str]:
        """What the one who waits should look at, although it is done."""
        return list((self.result or {}).get("notes", []))

    @property
    def summary(self) -> str:
        return str((self.result or {}).get("summary", ""))


class JobLine(models.Model):
    """A line of a job's log."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="lines")
    at = models.DateTimeField(_("time"))
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("line of a job's log")
        verbose_name_plural = _("lines of jobs' logs")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text
