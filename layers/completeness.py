"""How much of what helps people find and trust a layer has been said about it.

One table says it all: the score is counted by the database, so that lists may be filtered by it.
The weights sum up to 100.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Length
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from layers.models import Attribute, Distribution, Layer, LayerContact, TemporalExtent

SHORTEST_ABSTRACT = 50
FEWEST_KEYWORDS = 3
WHOLE_WORLD = Q(west=-180, south=-90, east=180, north=90)
NO_LICENCE = "not-specified"


@dataclass(frozen=True, slots=True)
class Criterion:
    name: str
    weight: int
    advice: Promise
    target: str  # where in the editor it is added
    condition: Any  # of the annotated rows


def _has(model: type[Any], condition: Q | None = None) -> Exists:
    rows = model._default_manager.filter(condition or Q(), layer=OuterRef("pk"))
    return Exists(rows)


CRITERIA = [
    Criterion("title", 10, _("Give it a title."), "id_title", ~Q(title="")),
    Criterion(
        "abstract",
        15,
        _("Describe it in fifty characters or more."),
        "id_abstract",
        Q(abstract_length__gte=SHORTEST_ABSTRACT),
    ),
    Criterion(
        "topic",
        8,
        _("Choose a topic."),
        "id_topic_categories",
        Exists(Layer.topic_categories.through._default_manager.filter(layer=OuterRef("pk"))),
    ),
    Criterion(
        "keywords",
        8,
        _("Give three keywords or more."),
        "id_keywords",
        Q(keyword_count__gte=FEWEST_KEYWORDS),
    ),
    # Boxes of the whole world mostly come from forms that were not filled in; here a region says
    # that the world is meant.
    Criterion(
        "extent",
        12,
        _("Say where it lies; if it covers the whole world, choose the region World too."),
        "id_west",
        Q(west__isnull=False) & (~WHOLE_WORLD | Q(says_world=True)),
    ),
    Criterion("time", 8, _("Say which time it covers."), "rows-temporal", _has(TemporalExtent)),
    Criterion(
        "contact",
        8,
        _("Name a contact with an e-mail address."),
        "rows-contacts",
        _has(LayerContact, ~Q(party__email="")),
    ),
    Criterion(
        "organisation",
        4,
        _("Name the organisation."),
        "id_organisation",
        Q(organisation__isnull=False),
    ),
    Criterion(
        "licence",
        10,
        _("Choose a licence."),
        "id_licence",
        Q(licence__isnull=False) & ~Q(licence=NO_LICENCE),
    ),
    Criterion(
        "frequency",
        4,
        _("Say how often it is updated."),
        "id_maintenance_frequency",
        Q(maintenance_frequency__isnull=False),
    ),
    Criterion("lineage", 5, _("Say how the data were made."), "id_lineage", ~Q(lineage="")),
    Criterion("links", 6, _("Add a link to the data."), "rows-links", _has(Distribution)),
    Criterion(
        "attributes",
        2,
        _("Describe its attributes."),
        "rows-attributes",
        Q(geometry_type="raster") | Q(_has(Attribute, ~Q(description=""))),
    ),
]


@dataclass(frozen=True, slots=True)
class Completeness:
    score: int
    missing: list[Criterion]  # the heaviest first

    @property
    def next(self) -> Criterion | None:
        return self.missing[0] if self.missing else None

    @property
    def is_complete(self) -> bool:
        return not self.missing


def with_completeness(layers: QuerySet[Layer]) -> QuerySet[Layer]:
    """Each row gets `completeness_score`, to filter and order by, and what `of` reads."""
    keywords = Layer.keywords.through._default_manager.filter(layer=OuterRef("pk")).order_by()
    number = keywords.values("layer").values(number=Count("pk"))
    world = Layer.regions.through._default_manager.filter(
        layer=OuterRef("pk"), region__level="world"
    )
    rows = layers.annotate(
        abstract_length=Length("abstract"),
        keyword_count=Subquery(number, output_field=IntegerField()),
        says_world=Exists(world),
    )
    rows = rows.annotate(
        **{
            _column(criterion): ExpressionWrapper(
                Case(
                    When(criterion.condition, then=Value(True)),
                    default=Value(False),
                ),
                output_field=BooleanField(),
            )
            for criterion in CRITERIA
        }
    )
    points = [
        Case(When(**{_column(criterion): True}, then=criterion.weight), default=0)
        for criterion in CRITERIA
    ]
    return rows.annotate(completeness_score=sum(points[1:], start=points[0]))


def of(layer: Any) -> Completeness:
    """Of a row of `with_completeness`."""
    missing = [criterion for criterion in CRITERIA if not getattr(layer, _column(criterion))]
    score = 100 - sum(criterion.weight for criterion in missing)
    return Completeness(score, sorted(missing, key=lambda criterion: -criterion.weight))


def completeness_of(layer: Layer) -> Completeness:
    """Of a layer as it is saved, in one query."""
    row = with_completeness(Layer.objects.filter(pk=layer.pk)).only("pk").get()
    return of(row)


def _column(criterion: Criterion) -> str:
    return f"has_{criterion.name}"
