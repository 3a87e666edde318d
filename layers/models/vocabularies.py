"""Controlled vocabularies. A term's code is its primary key: rows that name it hold the code."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from layers.extent import BoundingBox


class Vocabulary(models.Model):
    code = models.CharField(_("code"), max_length=64, primary_key=True)
    label = models.CharField(_("label"), max_length=255)
    definition = models.TextField(_("definition"), blank=True)
    labels = models.JSONField(_("labels in other languages"), default=dict, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "label"]

    def __str__(self) -> str:
        return self.label_in(get_language() or "en")

    def label_in(self, language: str) -> str:
        """The label in a language (ISO 639-1), else the English one."""
        return str(self.labels.get(language.partition("-")[0], self.label))


class TopicCategory(Vocabulary):
    """MD_TopicCategoryCode of ISO 19115:2003 and ISO 19115-1:2014."""

    number = models.CharField(_("number"), max_length=3, blank=True)

    class Meta(Vocabulary.Meta):
        verbose_name = _("topic category")
        verbose_name_plural = _("topic categories")


class ResourceType(Vocabulary):
    """MD_ScopeCode, the part that a catalogue of layers needs."""

    class Meta(Vocabulary.Meta):
        verbose_name = _("resource type")


class RepresentationType(Vocabulary):
    """MD_SpatialRepresentationTypeCode, with point clouds and 3D tiles."""

    class Meta(Vocabulary.Meta):
        verbose_name = _("spatial representation")


class Role(Vocabulary):
    """CI_RoleCode."""

    class Meta(Vocabulary.Meta):
        verbose_name = _("role")


class DateType(Vocabulary):
    """CI_DateTypeCode."""

    class Meta(Vocabulary.Meta):
        verbose_name = _("date type")


class Frequency(Vocabulary):
    """MD_MaintenanceFrequencyCode."""

    class Meta(Vocabulary.Meta):
        verbose_name = _("maintenance frequency")
        verbose_name_plural = _("maintenance frequencies")


class Progress(Vocabulary):
    """MD_ProgressCode."""

    class Meta(Vocabulary.Meta):
        verbose_name = _("progress status")
        verbose_name_plural = _("progress statuses")


class Restriction(Vocabulary):
    """MD_RestrictionCode."""

    class Meta(Vocabulary.Meta):
        verbose_name = _("restriction")


class Classification(Vocabulary):
    """MD_ClassificationCode."""

    class Meta(Vocabulary.Meta):
        verbose_name = _("security classification")


class LinkProtocol(Vocabulary):
    """How the address of a distribution is spoken to."""

    reference_uri = models.CharField(_("OpenGeoMetadata reference"), max_length=255, blank=True)

    class Meta(Vocabulary.Meta):
        verbose_name = _("link protocol")


class LinkFunction(Vocabulary):
    """CI_OnLineFunctionCode."""

    class Meta(Vocabulary.Meta):
        verbose_name = _("link function")


class Licence(Vocabulary):
    """Codes are SPDX ids where SPDX has one."""

    url = models.URLField(_("text"), blank=True)
    is_open = models.BooleanField(_("open"), default=False)

    class Meta(Vocabulary.Meta):
        verbose_name = _("licence")


class Language(Vocabulary):
    """ISO 639-2/T."""

    alpha2 = models.CharField(_("ISO 639-1"), max_length=2, blank=True)

    class Meta(Vocabulary.Meta):
        verbose_name = _("language")


class Region(Vocabulary):
    """The world, continents, countries: the places of this catalogue."""

    level = models.CharField(_("level"), max_length=16)
    parent = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="children"
    )
    west = models.FloatField(_("west"), null=True, blank=True)
    south = models.FloatField(_("south"), null=True, blank=True)
    east = models.FloatField(_("east"), null=True, blank=True)
    north = models.FloatField(_("north"), null=True, blank=True)

    class Meta(Vocabulary.Meta):
        verbose_name = _("region")

    @property
    def bbox(self) -> BoundingBox | None:
        if self.west is None or self.south is None or self.east is None or self.north is None:
            return None
        return BoundingBox(self.west, self.south, self.east, self.north)


class Keyword(models.Model):
    """A free keyword; two that differ in case alone are one."""

    name = models.CharField(_("name"), max_length=255)
    folded = models.CharField(max_length=255, unique=True, editable=False)

    class Meta:
        verbose_name = _("keyword")
        ordering = ["folded"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def fold(name: str) -> str:
        return " ".join(name.split()).casefold()[:255]

    def save(self, *args: object, **kwargs: object) -> None:
        self.name = " ".join(self.name.split())
        self.folded = self.fold(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]
