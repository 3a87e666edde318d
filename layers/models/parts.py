"""The repeated parts of a layer's description, each in the order that its editor chose."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from layers.dates import PartialDate, PartialDateField, check_order
from layers.links import validate_link
from layers.models.layer import Layer
from layers.models.people import Party
from layers.models.vocabularies import DateType, LinkFunction, LinkProtocol, Role


class Part(models.Model):
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]


class LayerContact(Part):
    layer = models.ForeignKey(Layer, models.CASCADE, related_name="layer_contacts")
    party = models.ForeignKey(
        Party, models.CASCADE, related_name="layer_contacts", verbose_name=_("contact")
    )
    role = models.ForeignKey(Role, models.PROTECT, default="pointOfContact", verbose_name=_("role"))

    class Meta(Part.Meta):
        verbose_name = _("contact")
        constraints = [
            models.UniqueConstraint(fields=["layer", "party", "role"], name="one_contact_per_role")
        ]

    def __str__(self) -> str:
        return f"{self.party} ({self.role})"


class LayerDate(Part):
    """An event in the life of the layer: created, published, revised."""

    layer = models.ForeignKey(Layer, models.CASCADE, related_name="dates")
    type = models.ForeignKey(DateType, models.PROTECT, verbose_name=_("event"))
    date = PartialDateField(_("date"), help_text=_("1590, 1850-03 or 2024-05-17"))

    class Meta(Part.Meta):
        verbose_name = _("date")

    def __str__(self) -> str:
        return f"{self.type}: {self.date}"


class TemporalExtent(Part):
    """The time that the content of the layer is about. An empty end is open."""

    layer = models.ForeignKey(Layer, models.CASCADE, related_name="temporal_extents")
    start = PartialDateField(_("from"), blank=True, help_text=_("empty: no known beginning"))
    end = PartialDateField(_("until"), blank=True, help_text=_("empty: still going on"))
    start_year = models.IntegerField(null=True, editable=False)
    end_year = models.IntegerField(null=True, editable=False)

    class Meta(Part.Meta):
        verbose_name = _("time covered")
        verbose_name_plural = _("times covered")

    def __str__(self) -> str:
        if self.start == self.end:
            return str(self.start)
        return f"{self.start or '…'} – {self.end or '…'}"

    def clean(self) -> None:
        if not self.start and not self.end:
            raise ValidationError(_("Give a beginning, an end, or both."))
        check_order(self.start, self.end)

    def set_years(self) -> None:
        self.start_year = PartialDate.parse(self.start).year if self.start else None
        self.end_year = PartialDate.parse(self.end).year if self.end else None

    def save(self, *args: object, **kwargs: object) -> None:
        self.set_years()
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Distribution(Part):
    """A link: where the layer, or something about it, is to be had (CI_OnlineResource)."""

    layer = models.ForeignKey(Layer, models.CASCADE, related_name="distributions")
    url = models.CharField(_("address"), max_length=4000, validators=[validate_link])
    protocol = models.ForeignKey(
        LinkProtocol, models.PROTECT, default="WWW:LINK", verbose_name=_("protocol")
    )
    function = models.ForeignKey(
        LinkFunction, models.PROTECT, null=True, blank=True, verbose_name=_("function")
    )
    name = models.CharField(_("name"), max_length=500, blank=True)
    description = models.TextField(_("description"), blank=True)
    media_type = models.CharField(_("media type"), max_length=255, blank=True)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"), null=True, blank=True)

    class Meta(Part.Meta):
        verbose_name = _("link")

    def __str__(self) -> str:
        return self.name or self.url


class Attribute(Part):
    """A column of the layer's table (feature catalogue of ISO 19110)."""

    layer = models.ForeignKey(Layer, models.CASCADE, related_name="attributes")
    name = models.CharField(_("name"), max_length=255)
    label = models.CharField(_("label"), max_length=255, blank=True)
    description = models.TextField(_("description"), blank=True)
    data_type = models.CharField(_("type"), max_length=64, blank=True)
    unit = models.CharField(_("unit"), max_length=64, blank=True)
    nullable = models.BooleanField(_("may be empty"), default=True)

    class Meta(Part.Meta):
        verbose_name = _("attribute")

    def __str__(self) -> str:
        return self.label or self.name
