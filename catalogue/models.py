"""What the catalogue keeps of its readers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SavedSearch(models.Model):
    """A question that somebody wants to ask again. It is kept as the query of its address."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(_("name"), max_length=200)
    query = models.TextField(_("question"), blank=True)
    alert = models.CharField(_("mails about new layers"), max_length=16, blank=True, default="")
    told_until = models.DateTimeField(_("told of layers until"), null=True, blank=True)
    created_at = models.DateTimeField(_("saved"), auto_now_add=True)

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_search_named_once")
        ]

    def __str__(self) -> str:
        return self.name
