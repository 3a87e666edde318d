"""One layer, as its page shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from accounts.models import User
from catalogue.citation import Citation, citation_of
from catalogue.locator import map_box
from catalogue.previews import Preview, previews_of
from catalogue.related import Relation, relations_of
from layers.completeness import Completeness, completeness_of
from layers.links import is_live
from layers.models import Distribution, Layer, LayerContact
from layers.querysets import LayerQuerySet
from reports.links import checks_of
from reports.models import Link as LinkCheck
from solr_sync.status import SyncStatus, status_of

Facts = list[tuple[str, Iterable[object]]]


def sheet_rows() -> LayerQuerySet:
    """A layer with all that its page shows, in a number of queries that does not grow."""
    return Layer.objects.select_related(
        "organisation",
        "owner",
        "group",
        "resource_type",
        "metadata_language",
        "status",
        "spatial_representation",
        "maintenance_frequency",
        "licence",
        "classification",
    ).prefetch_related(
        "topic_categories",
        "keywords",
        "regions",
        "languages",
        "access_constraints",
        "use_constraints",
        "temporal_extents",
        "dates__type",
        "layer_contacts__role",
        "layer_contacts__party__organisation",
        "distributions__protocol",
        "distributions__function",
        "attributes",
    )


@dataclass(frozen=True)
class Link:
    url: str
    name: str
    protocol: str
    description: str
    is_live: bool
    check: LinkCheck | None  # what came of asking there, if anything did


@dataclass(frozen=True)
class Contact:
    name: str
    organisation: str
    roles: list[str]
    url: str
    email: str


@dataclass(frozen=True)
class LayerSheet:
    layer: Layer
    reader: User | AnonymousUser
    may_edit: bool

    @cached_property
    def sync(self) -> SyncStatus | None:
        return status_of("layer", str(self.layer.pk)) if self.may_edit else None

    @cached_property
    def completeness(self) -> Completeness:
        return completeness_of(self.layer)

    @cached_property
    def citation(self) -> Citation:
        return citation_of(self.layer)

    @cached_property
    def previews(self) -> list[Preview]:
        return previews_of(self.layer, self.layer.distributions.all())

    @property
    def map_view(self) -> str:
        return map_box(self.layer.bbox) if self.layer.bbox else "world"

    @cached_property
    def related(self) -> list[Relation]:
        return relations_of(self.layer, self.reader)

    @property
    def facts(self) -> list[tuple[str, list[str]]]:
        """Names and values of the facts that are known."""
        layer = self.layer
        scale = f"1 : {layer.scale_denominator:,}" if layer.scale_denominator else ""
        resolution = f"{layer.resolution_m:g} m" if layer.resolution_m else ""
        facts: Facts = [
            (_("Type"), [layer.resource_type]),
            (_("Geometry"), [layer.get_geometry_type_display()]),
            (_("Spatial representation"), [layer.spatial_representation]),
            (_("Format"), [layer.format]),
            (_("Coordinate reference systems"), layer.crs),
            (_("Scale"), [scale]),
            (_("Resolution"), [resolution]),
            (_("Languages"), layer.languages.all()),
            (_("Progress"), [layer.status]),
            (_("Updated"), [layer.maintenance_frequency]),
            (_("Edition"), [layer.edition]),
            (_("Name in services"), [layer.name]),
            (_("Identifiers"), [_identifier(item) for item in layer.identifiers]),
        ]
        return _known(facts)

    @property
    def times(self) -> list[tuple[str, list[str]]]:
        facts: Facts = [(_("Time covered"), self.layer.temporal_extents.all())]
        facts += [(str(date.type), [date.date]) for date in self.layer.dates.all()]
        return _known(facts)

    @property
    def rights(self) -> list[tuple[str, list[str]]]:
        layer = self.layer
        facts: Facts = [
            (_("Access constraints"), layer.access_constraints.all()),
            (_("Use constraints"), layer.use_constraints.all()),
            (_("Other constraints"), [layer.other_constraints]),
            (_("Security classification"), [layer.classification]),
            (_("Attribution"), [layer.attribution]),
        ]
        return _known(facts)

    @property
    def links(self) -> Iterator[tuple[str, list[Link]]]:
        """By what they are for."""
        rows = sorted(self.layer.distributions.all(), key=_function_order)
        checks = checks_of(row.url for row in rows)
        for function, group in groupby(rows, key=lambda row: row.function):
            title = str(function) if function else _("Other links")
            yield title[:1].upper() + title[1:], [_link(row, checks.get(row.url)) for row in group]

    @property
    def contacts(self) -> Iterator[Contact]:
        """Each party once, with all its roles. Addresses of people are not for robots."""
        roles: dict[int, list[LayerContact]] = {}
        for row in self.layer.layer_contacts.all():
            roles.setdefault(row.party_id, []).append(row)
        for rows in roles.values():
            yield _contact(rows, with_email=self.reader.is_authenticated)


def _known(facts: Facts) -> list[tuple[str, list[str]]]:
    named = [(name, [str(v) for v in values if v]) for name, values in facts]
    return [(name, values) for name, values in named if values]


def _identifier(item: object) -> str:
    return str(item.get("value", "")) if isinstance(item, dict) else str(item)


def _function_order(row: Distribution) -> tuple[int, str]:
    function = row.function
    return (function.position, function.code) if function else (10_000, "")


def _link(row: Distribution, found: LinkCheck | None) -> Link:
    live = is_live(row.url)
    return Link(row.url, row.name or row.url, str(row.protocol), row.description, live, found)


def _contact(rows: list[LayerContact], *, with_email: bool) -> Contact:
    party = rows[0].party
    organisation = party.organisation.name if party.organisation else ""
    return Contact(
        name=party.name or organisation or _("No name given"),
        organisation=organisation if party.name else "",
        roles=[str(row.role) for row in rows],
        url=party.url if is_live(party.url) else "",
        email=party.email if with_email else "",
    )
