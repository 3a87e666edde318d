"""What reports are made of, and the reports that were made."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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
