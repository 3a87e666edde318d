"""The addresses of layers' pages."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.models import Layer, SlugRedirect
from layers.models.layer import RESERVED_SLUGS
from layers.querysets import LayerQuerySet


def layer_at(slug: str, layers: LayerQuerySet) -> Layer:
    """The layer whose address this is or once was; raises Http404."""
    layer = layers.filter(slug=slug).first()
    return layer or get_object_or_404(layers, slug_redirects=slug)


ADDRESS_TAKEN = gettext_lazy("Another layer took this address a moment ago: choose another one.")


def check_slug(slug: str, layer: Layer) -> None:
    if slug in RESERVED_SLUGS:
        raise ValidationError(_("This address is taken by a page of the catalogue."))
    if slug and SlugRedirect.objects.filter(slug=slug).exclude(layer=layer.pk).exists():
        raise ValidationError(
            _("This address once belonged to another layer and still leads there.")
        )
