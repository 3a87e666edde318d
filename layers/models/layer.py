"""What a layer is."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.db.models.base import ModelBase
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from layers.extent import BoundingBox
from layers.models.people import Organisation, Party
from layers.models.vocabularies import (
    Classification,
    Frequency,
    Keyword,
    Language,
    Licence,
    Progress,
    Region,
    RepresentationType,
    ResourceType,
    Restriction,
    TopicCategory,
)
from layers.querysets import LayerQuerySet

RESERVED_SLUGS = frozenset({"new"})  # addresses of pages


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")


class Visibility(models.TextChoices):
    PUBLIC = "public", _("everyone")
    REGISTERED = "registered", _("everyone who is signed in")
    GROUP = "group", _("members of its group")
    PRIVATE = "private", _("its owner")


class GeometryType(models.TextChoices):
    POINT = "point", _("points")
    LINE = "line", _("lines")
    POLYGON = "polygon", _("polygons")
    RASTER = "raster", _("raster")
    MIXED = "mixed", _("mixed")
    TABLE = "table", _("table without geometry")


class Layer(models.Model):
    """One described layer. `docs/reference/fields.md` says what each field is in the standards."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(_("address"), max_length=255, unique=True, blank=True)
    name = models.CharField(_("service layer name"), max_length=255, blank=True)

    title = models.CharField(_("title"), max_length=1000)
    alternative_titles = models.JSONField(_("alternative titles"), default=list, blank=True)
    abstract = models.TextField(_("abstract"), blank=True)
    purpose = models.TextField(_("purpose"), blank=True)
    supplemental_information = models.TextField(_("further information"), blank=True)
    edition = models.CharField(_("edition"), max_length=255, blank=True)
    identifiers = models.JSONField(_("identifiers"), default=list, blank=True)
    resource_type = models.ForeignKey(
        ResourceType, models.PROTECT, default="dataset", verbose_name=_("resource type")
    )
    languages = models.ManyToManyField(Language, blank=True, verbose_name=_("languages"))
    metadata_language = models.ForeignKey(
        Language,
        models.PROTECT,
        default="eng",
        related_name="described_layers",
        verbose_name=_("language of the description"),
    )
    status = models.ForeignKey(
        Progress, models.PROTECT, null=True, blank=True, verbose_name=_("progress")
    )

    topic_categories = models.ManyToManyField(
        TopicCategory, blank=True, verbose_name=_("topic categories")
    )
    keywords = models.ManyToManyField(Keyword, blank=True, verbose_name=_("keywords"))
    regions = models.ManyToManyField(Region, blank=True, verbose_name=_("regions"))

    west = models.FloatField(_("west"), null=True, blank=True)
    south = models.FloatField(_("south"), null=True, blank=True)
    east = models.FloatField(_("east"), null=True, blank=True)
    north = models.FloatField(_("north"), null=True, blank=True)
    crs = models.JSONField(_("coordinate reference systems"), default=list, blank=True)
    spatial_representation = models.ForeignKey(
        RepresentationType,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("spatial representation"),
    )
    geometry_type = models.CharField(_("geometry"), max_length=16, choices=GeometryType, blank=True)
    scale_denominator = models.PositiveIntegerField(_("scale 1 :"), null=True, blank=True)
    resolution_m = models.FloatField(_("resolution in metres"), null=True, blank=True)
    maintenance_frequency = models.ForeignKey(
        Frequency, models.PROTECT, null=True, blank=True, verbose_name=_("updated")
    )
    next_update = models.DateField(_("next update"), null=True, blank=True)

    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="layers",
        verbose_name=_("organisation"),
    )
    contacts = models.ManyToManyField(Party, through="LayerContact", related_name="layers")
    licence = models.ForeignKey(
        Licence, models.PROTECT, null=True, blank=True, verbose_name=_("licence")
    )
    access_constraints = models.ManyToManyField(
        Restriction,
        blank=True,
        related_name="access_constrained",
        verbose_name=_("access constraints"),
    )
    use_constraints = models.ManyToManyField(
        Restriction, blank=True, related_name="use_constrained", verbose_name=_("use constraints")
    )
    other_constraints = models.TextField(_("other constraints"), blank=True)
    classification = models.ForeignKey(
        Classification,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("security classification"),
    )
    attribution = models.TextField(_("attribution"), blank=True)
    lineage = models.TextField(_("lineage"), blank=True)
    format = models.CharField(_("format"), max_length=255, blank=True)
    relations = models.JSONField(_("relations"), default=list, blank=True)

    source = models.CharField(_("source"), max_length=255, blank=True, editable=False)
    source_id = models.CharField(max_length=500, null=True, blank=True, editable=False)
    extra = models.JSONField(_("fields of the source"), default=dict, blank=True, editable=False)

    state = models.CharField(_("state"), max_length=16, choices=State, default=State.PUBLISHED)
    visibility = models.CharField(
        _("who may see it"), max_length=16, choices=Visibility, default=Visibility.PUBLIC
    )
    group = models.ForeignKey(
        "accounts.Group",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="layers",
        verbose_name=_("group"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="layers",
        verbose_name=_("owner"),
    )
    version = models.PositiveBigIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    updated_at = models.DateTimeField(_("last edit"), default=timezone.now, editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("last edited by"),
    )

    objects = LayerQuerySet.as_manager()

    class Meta:
        verbose_name = _("layer")
        ordering = ["-updated_at", "id"]
        indexes = [
            models.Index(fields=["-updated_at", "id"], name="layer_newest_first"),
            models.Index(fields=["state", "visibility", "-updated_at"], name="layer_listed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="layer_of_source"),
            models.CheckConstraint(
                name="layer_box_whole_or_absent",
                condition=models.Q(
                    west__isnull=True, south__isnull=True, east__isnull=True, north__isnull=True
                )
                | models.Q(
                    # A comparison with null is neither true nor false, which a check lets pass.
                    west__isnull=False,
                    south__isnull=False,
                    east__isnull=False,
                    north__isnull=False,
                    west__range=(-180, 180),
                    east__range=(-180, 180),
                    south__gte=-90,
                    north__lte=90,
                    south__lte=F("north"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("layer", args=[self.slug])

    @property
    def bbox(self) -> BoundingBox | None:
        """None where the location is unknown."""
        if self.west is None or self.south is None or self.east is None or self.north is None:
            return None
        return BoundingBox(self.west, self.south, self.east, self.north)

    @bbox.setter
    def bbox(self, box: BoundingBox | None) -> None:
        self.west, self.south, self.east, self.north = box.as_list if box else [None] * 4

    @property
    def all_titles(self) -> list[str]:
        return [self.title, *self.alternative_titles]

    def clean(self) -> None:
        box = (self.west, self.south, self.east, self.north)
        if any(side is not None for side in box):
            numbers = [side for side in box if side is not None]
            if len(numbers) < 4:
                raise ValidationError(
                    {"west": _("Give all four numbers of the box, or leave all four empty.")}
                )
            try:
                self.bbox = BoundingBox.of(numbers)
            except ValidationError as error:
                raise ValidationError({"west": error.messages}) from error
        if self.visibility == Visibility.GROUP and self.group_id is None:
            raise ValidationError({"group": _("Choose the group whose members may see the layer.")})

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Counts one edit: `version` grows by one and `updated_at` is now."""
        if not self.slug:
            self.slug = free_slug(self.title, self.pk)
        adding = self._state.adding
        if not adding:
            self.version = F("version") + 1
            self.updated_at = timezone.now()
            if update_fields is not None:
                update_fields = {*update_fields, "version", "updated_at"}
        with transaction.atomic(using=using, savepoint=False):
            if not adding:
                self._remember_old_slug(update_fields)
            super().save(
                force_insert=force_insert,
                force_update=force_update,
                using=using,
                update_fields=update_fields,
            )
            if not adding:
                self.refresh_from_db(using=using, fields=["version"])

    def _remember_old_slug(self, update_fields: Iterable[str] | None) -> None:
        if update_fields is not None and "slug" not in update_fields:
            return
        old = Layer.objects.filter(pk=self.pk).values_list("slug", flat=True).first()
        if old and old != self.slug:
            SlugRedirect.objects.update_or_create(slug=old, defaults={"layer": self})
            SlugRedirect.objects.filter(slug=self.slug, layer=self).delete()


class SlugRedirect(models.Model):
    """An address that a layer once had and that still leads to it."""

    slug = models.SlugField(max_length=255, primary_key=True)
    layer = models.ForeignKey(Layer, models.CASCADE, related_name="slug_redirects")

    class Meta:
        verbose_name = _("old address")
        verbose_name_plural = _("old addresses")

    def __str__(self) -> str:
        return self.slug


def free_slug(title: str, identity: Any) -> str:
    """A slug of the title that no layer has or had; of the UUID where it has no Latin letters."""
    base = slugify(title)[:200].strip("-") or "layer"
    taken = base in RESERVED_SLUGS or Layer.objects.filter(slug=base).exclude(pk=identity).exists()
    if base != "layer" and not taken and not SlugRedirect.objects.filter(slug=base).exists():
        return base
    return f"{base}-{str(identity)[:8]}"
