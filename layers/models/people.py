"""Responsible parties: whom a layer's metadata names. They are not the catalogue's users."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Organisation(models.Model):
    name = models.CharField(_("name"), max_length=500, unique=True)
    url = models.URLField(_("web page"), max_length=2000, blank=True)
    ror = models.CharField(_("ROR id"), max_length=32, blank=True)

    class Meta:
        verbose_name = _("organisation")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Party(models.Model):
    """A person, an organisation, or a person of an organisation (CI_ResponsibleParty)."""

    name = models.CharField(_("name"), max_length=500, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="parties",
        verbose_name=_("organisation"),
    )
    position_name = models.CharField(_("position"), max_length=255, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=64, blank=True)
    url = models.URLField(_("web page"), max_length=2000, blank=True)
    orcid = models.CharField(_("ORCID iD"), max_length=19, blank=True)

    class Meta:
        verbose_name = _("contact")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name or str(self.organisation or self.email or self.pk)
