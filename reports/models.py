"""What reports are made of, and the reports that were made."""

from __future__ import annotations

import hashlib

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layers.models import Layer

SLOW_MS = 1000
LONGEST_URL = 200


class PageView(models.Model):
    """Somebody saw a page: nothing tells who, from where, or what was searched for."""

    day = models.DateField(_("day"))
    at = models.DateTimeField(_("time"))
    url = models.CharField(_("page"), max_length=300)
    layer = models.UUIDField(_("layer"), null=True)
    status = models.PositiveSmallIntegerField(_("status"))
    ms = models.PositiveIntegerField(_("response time in ms"))

    class Meta:
        verbose_name = _("page view")
        indexes = [
            models.Index(fields=["day"], name="page_view_day"),
            models.Index(fields=["day"], condition=Q(ms__gte=SLOW_MS), name="page_view_slow"),
        ]

    def __str__(self) -> str:
        return f"{self.url} {self.at:%Y-%m-%d %H:%M:%S}"


class EmptySearch(models.Model):
    """Words that were looked for and found in no layer that the reader may see."""

    day = models.DateField(_("day"))
    words = models.CharField(_("words"), max_length=200)

    class Meta:
        verbose_name = _("search without hits")
        verbose_name_plural = _("searches without hits")
        indexes = [models.Index(fields=["day"], name="empty_search_day")]

    def __str__(self) -> str:
        return self.words


class CatalogueReport(models.Model):
    """The last report of a length and a filter."""

    days = models.PositiveIntegerField(_("days"))
    url = models.CharField(_("page"), max_length=LONGEST_URL, blank=True)
    made_at = models.DateTimeField(_("made"))
    content = models.JSONField(_("content"))

    class Meta:
        verbose_name = _("report")
        constraints = [models.UniqueConstraint(fields=["days", "url"], name="one_report_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.days} {self.url}".strip()


class Link(models.Model):
    """An address that layers link to, and what came of asking there. One row however many do."""

    class State(models.TextChoices):
        UNKNOWN = "unknown", _("not checked yet")
        WORKS = "works", _("works")
        TROUBLE = "trouble", _("did not answer the last time")
        DEAD = "dead", _("dead")
        SKIPPED = "skipped", _("is not checked")

    digest = models.CharField(max_length=64, unique=True, editable=False)
    url = models.CharField(_("address"), max_length=4000)
    host = models.CharField(_("host"), max_length=255)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.UNKNOWN)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    ms = models.PositiveIntegerField(_("response time in ms"), null=True)
    etag = models.CharField(max_length=500, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    checked_at = models.DateTimeField(_("checked"), null=True)
    dead_since = models.DateTimeField(_("dead since"), null=True)
    due_at = models.DateTimeField(_("due"), null=True)

    class Meta:
        verbose_name = _("link")
        indexes = [
            models.Index(fields=["host", "id"], name="link_of_host"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="link_due"),
            models.Index(fields=["dead_since"], condition=Q(state="dead"), name="link_dead"),
        ]

    def __str__(self) -> str:
        return self.url

    @staticmethod
    def digest_of(url: str) -> str:
        return hashlib.sha256(url.encode(errors="surrogatepass")).hexdigest()


class DeadLinks(models.Model):
    """A layer with dead links; its document in Solr says so too."""

    layer = models.OneToOneField(Layer, models.CASCADE, primary_key=True, related_name="dead_links")
    number = models.PositiveIntegerField(_("number"))

    class Meta:
        verbose_name = _("layer with dead links")
        verbose_name_plural = _("layers with dead links")

    def __str__(self) -> str:
        return f"{self.layer_id}: {self.number}"


class Schedule(models.Model):
    """The schedule of beat, which stands in the settings: a name for the admin, without a table."""

    class Meta:
        managed = False
        default_permissions = ("view",)
        verbose_name = _("schedule")
        verbose_name_plural = _("schedule")

    def __str__(self) -> str:
        return str(self.pk)
