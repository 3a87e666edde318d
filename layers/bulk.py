"""Writes many layers with all their parts in few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connections, router
from django.utils.text import slugify

from layers.models import (
    Distribution,
    Keyword,
    Layer,
    LayerContact,
    LayerDate,
    Organisation,
    Party,
    SlugRedirect,
    TemporalExtent,
)
from layers.models.layer import RESERVED_SLUGS
from layers.models.parts import Part

SLUG_LENGTH = 200

T = TypeVar("T")


@dataclass(slots=True)
class DescribedLayer:
    """A layer that is not saved yet, with what belongs to it. Terms are codes, the rest names."""

    layer: Layer
    terms: dict[str, list[str]] = field(default_factory=dict)
    keywords: list[str] = field(default_factory=list)
    organisation: str = ""
    contacts: list[tuple[str, str]] = field(default_factory=list)  # role and name
    parts: list[Part] = field(default_factory=list)


class BulkWriter:
    """Remembers the rows that layers share, so use one for a run, and `forget` after a rollback.

    Each call belongs into a transaction of the caller's; the change is announced by the querysets.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        self._keywords: dict[str, int] = {}
        self._parties: dict[str, int] = {}
        self._organisations: dict[str, int] | None = None

    def create(self, described: Sequence[DescribedLayer]) -> None:
        self._set_organisations(described)
        give_slugs([one.layer for one in described])
        Layer.objects.bulk_create([one.layer for one in described])
        self._write_belongings(described)

    def update(self, described: Sequence[DescribedLayer], fields: Iterable[str]) -> None:
        """Sets these columns, and makes terms, keywords, contacts and parts what is described.

        The caller has counted `version` and names it among the columns.
        """
        self._set_organisations(described)
        layers = [one.layer for one in described]
        Layer.objects.bulk_update(layers, {*fields, "organisation"})
        ids = [layer.pk for layer in layers]
        for name in {name for one in described for name in one.terms} | {"keywords"}:
            _through(name)._default_manager.filter(layer_id__in=ids).delete()
        for part in (LayerContact, LayerDate, TemporalExtent, Distribution):
            part._default_manager.filter(layer_id__in=ids).delete()
        self._write_belongings(described)

    def _write_belongings(self, described: Sequence[DescribedLayer]) -> None:
        self._write_keywords(described)
        self._write_terms(described)
        parts: dict[type[Part], list[Part]] = {LayerContact: self._contacts(described)}
        for one in described:
            positions: dict[type[Part], int] = {}
            for part in one.parts:
                part.position = positions[type(part)] = positions.get(type(part), -1) + 1
                part.layer_id = one.layer.pk  # type: ignore[attr-defined]
                if isinstance(part, TemporalExtent):
                    part.set_years()
                parts.setdefault(type(part), []).append(part)
        for model, rows in parts.items():
            model._default_manager.bulk_create(rows)

    def _write_terms(self, described: Sequence[DescribedLayer]) -> None:
        names = dict.fromkeys(name for one in described for name in one.terms)
        for name in names:
            _insert_pairs(
                name,
                [
                    (one.layer.pk, code)
                    for one in described
                    for code in dict.fromkeys(one.terms.get(name, ()))
                ],
            )

    def _write_keywords(self, described: Sequence[DescribedLayer]) -> None:
        words = [word for one in described for word in one.keywords]
        names = {Keyword.fold(word): word for word in reversed(words)}  # the first spelling counts
        self._learn_keywords(names)
        pairs = [
            (one.layer.pk, self._keywords[folded])
            for one in described
            for folded in dict.fromkeys(map(Keyword.fold, one.keywords))
        ]
        _insert_pairs("keywords", pairs)

    def _learn_keywords(self, names: Mapping[str, str]) -> None:
        missing = sorted(names.keys() - self._keywords.keys())
        # In one order, so that two processes that add the same keywords don't wait for each other.
        new = [Keyword(name=" ".join(names[key].split())[:255], folded=key) for key in missing]
        Keyword.objects.bulk_create(new, ignore_conflicts=True)
        for some in _slices(missing):
            found = Keyword.objects.filter(folded__in=some)
            self._keywords |= dict(found.values_list("folded", "pk"))

    def _set_organisations(self, described: Sequence[DescribedLayer]) -> None:
        if self._organisations is None:
            self._organisations = {}
            self._learn_organisations()
        names = {one.organisation.casefold(): one.organisation for one in described}
        new = [names[key] for key in sorted(names) if key and key not in self._organisations]
        if new:
            rows = [Organisation(name=name) for name in new]
            Organisation.objects.bulk_create(rows, ignore_conflicts=True)
            self._learn_organisations()
        for one in described:
            one.layer.organisation_id = self._organisations.get(one.organisation.casefold())

    def _learn_organisations(self) -> None:
        known = Organisation.objects.values_list("name", "pk")
        self._organisations = {name.casefold(): pk for name, pk in known}

    def _contacts(self, described: Sequence[DescribedLayer]) -> list[Part]:
        self._learn_parties({name for one in described for _role, name in one.contacts})
        return [
            LayerContact(
                layer_id=one.layer.pk,
                party_id=self._parties[name],
                role_id=role,
                position=position,
            )
            for one in described
            for position, (role, name) in enumerate(dict.fromkeys(one.contacts))
        ]

    def _learn_parties(self, names: set[str]) -> None:
        """Parties of whom nothing but the name is known; one with an address is another."""
        only_named = {
            "organisation": None,
            "email": "",
            "orcid": "",
            "position_name": "",
            "url": "",
        }
        missing = sorted(names - self._parties.keys())
        for some in _slices(missing):
            known = Party.objects.filter(name__in=some, phone="", **only_named).order_by("-pk")
            self._parties |= dict(known.values_list("name", "pk"))
        new = [Party(name=name) for name in missing if name not in self._parties]
        for party in Party.objects.bulk_create(new):
            self._parties[party.name] = party.pk


def give_slugs(layers: Sequence[Layer]) -> None:
    """As `free_slug` does for one layer, for many in two queries."""
    bases = [slugify(layer.title)[:SLUG_LENGTH].strip("-") for layer in layers]
    taken = set(RESERVED_SLUGS)
    for some in _slices(sorted(set(bases))):
        taken |= set(Layer.objects.filter(slug__in=some).values_list("slug", flat=True))
        taken |= set(SlugRedirect.objects.filter(slug__in=some).values_list("slug", flat=True))
    for layer, base in zip(layers, bases, strict=True):
        layer.slug = (
            base if base and base not in taken else f"{base or 'layer'}-{str(layer.pk)[:8]}"
        )
        if layer.slug in taken:
            layer.slug = f"{base or 'layer'}-{layer.pk}"
        taken.add(layer.slug)


def _through(name: str) -> Any:
    return getattr(Layer, name).through


def _insert_pairs(name: str, pairs: Sequence[tuple[Any, Any]]) -> None:
    """Rows of a many-to-many table, by hand: models would take most of the time of a run.

    One statement where the database can take it, so that whoever watches it sees bulk work.
    """
    model = _through(name)
    layer, other = (
        model._meta.get_field(getattr(Layer._meta.get_field(name), method)())
        for method in ("m2m_field_name", "m2m_reverse_field_name")
    )
    connection = connections[router.db_for_write(Layer)]
    quote = connection.ops.quote_name
    into = f"{quote(model._meta.db_table)} ({quote(layer.column)}, {quote(other.column)})"
    with connection.cursor() as cursor:
        for some in _slices(pairs, (connection.features.max_query_params or 2 * len(pairs)) // 2):
            values: list[Any] = []
            for one, another in some:
                values += layer.get_db_prep_save(one, connection), another
            rows = ", ".join(["(%s, %s)"] * len(some))
            cursor.execute(f"INSERT INTO {into} VALUES {rows}", values)  # noqa: S608


def _slices(values: Sequence[T], size: int = 500) -> Iterable[Sequence[T]]:
    """SQLite takes a limited number of parameters in a statement."""
    return (values[start : start + size] for start in range(0, len(values), max(size, 1)))
