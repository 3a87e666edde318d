"""Factories: believable layers for tests, demonstration and load.

Random values come from factory_boy's own source, so `factory.random.reseed_random` makes a run
repeatable. `build` needs no database beyond the regions that `places` reads once.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import factory
from factory.random import randgen

from layers.bulk import DescribedLayer
from layers.extent import BoundingBox
from layers.models import (
    Attribute,
    Distribution,
    Keyword,
    Layer,
    LayerContact,
    LayerDate,
    Organisation,
    Party,
    Region,
    TemporalExtent,
    TopicCategory,
)
from layers.models.parts import Part
from layers.subjects import (
    AREAS,
    FAMILY_NAMES,
    GIVEN_NAMES,
    ORGANISATIONS,
    SUBJECTS,
    Subject,
)

FIRST_EDIT = datetime(2019, 1, 1, tzinfo=UTC)
EDIT_DAYS = 365 * 6
RASTER_FORMATS = ("GeoTIFF", "JPEG2000", "COG")
VECTOR_FORMATS = ("Shapefile", "GeoPackage", "GeoJSON", "FlatGeobuf")
LICENCES = ("CC-BY-4.0",) * 4 + ("CC0-1.0", "ODbL-1.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", None)
SCALES = (10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000)
HOST = "https://data.example.org"


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    continent: str | None
    name: str
    box: BoundingBox


@cache
def places() -> tuple[Place, ...]:
    """Countries with a box that does not cross the 180th meridian, and their continents."""
    rows = Region.objects.filter(level="country", west__isnull=False).order_by("code")
    return tuple(
        Place(region.code, region.parent_id, region.label, region.bbox)
        for region in rows
        if region.bbox and not region.bbox.crosses_antimeridian
    )


def _person() -> str:
    return f"{randgen.choice(FAMILY_NAMES)}, {randgen.choice(GIVEN_NAMES)}"


def _box(story: Story) -> BoundingBox:
    """The place's own, or one within it, of a fifth to a half of its sides."""
    box = story.place.box
    if not story.area:
        return box
    share = randgen.uniform(0.2, 0.5)
    width, height = box.width * share, box.height * share
    west = randgen.uniform(box.west, box.east - width)
    south = randgen.uniform(box.south, box.north - height)
    return BoundingBox(
        round(west, 4), round(south, 4), round(west + width, 4), round(south + height, 4)
    )


@dataclass(frozen=True, slots=True)
class Story:
    """What a layer is about, so that its texts, box, keywords and dates belong together."""

    subject: Subject
    place: Place
    area: str  # part of the place, or nothing
    year: int
    scale: int

    @property
    def where(self) -> str:
        return f"{self.area} {self.place.name}" if self.area else self.place.name


def tell(**chosen: Any) -> Story:
    """A story at random, but for what is chosen."""
    subject = chosen.get("subject") or randgen.choice(SUBJECTS)
    drawn = {
        "subject": subject,
        "place": randgen.choice(places()),
        "area": randgen.choice(AREAS) if randgen.random() < 0.6 else "",
        "year": randgen.randint(*subject.years),
        "scale": randgen.choice(SCALES),
    }
    return Story(**(drawn | chosen))


def _abstract(story: Story) -> str:
    where = (
        f"the {story.area.lower()} part of {story.place.name}" if story.area else story.place.name
    )
    time = f"as of {story.year}" if story.year > 1990 else f"as it was known in {story.year}"
    return (
        f"This layer shows {story.subject.about}. It covers {where}, {time}, at a scale of "
        f"1:{story.scale:,}.\n\nUse it for maps and analyses at this scale; positions are good to "
        f"about {story.scale // 2000} metres."
    )


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation
        django_get_or_create = ("name",)

    name = factory.LazyFunction(lambda: randgen.choice(ORGANISATIONS))


class PartyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Party

    name = factory.LazyFunction(_person)


class KeywordFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Keyword
        django_get_or_create = ("folded",)

    name = factory.LazyFunction(lambda: randgen.choice(randgen.choice(SUBJECTS).keywords))
    folded = factory.LazyAttribute(lambda keyword: Keyword.fold(keyword.name))


class LayerFactory(factory.django.DjangoModelFactory):
    """Columns that are not given follow from the story, or from a random one.

    Names of keywords, codes of topic categories and of regions may be given too.
    """

    class Meta:
        model = Layer

    story = factory.LazyFunction(tell)

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        # One step for all columns: a declaration for each would cost half the time of a large run.
        return _columns(kwargs.pop("story")) | kwargs

    @classmethod
    def _create(cls, model_class: type[Layer], *args: Any, **kwargs: Any) -> Layer:
        keywords, codes = kwargs.pop("keywords", ()), kwargs.pop("topic_categories", ())
        regions = kwargs.pop("regions", ())
        layer: Layer = super()._create(model_class, *args, **kwargs)
        layer.keywords.set([KeywordFactory(name=name) for name in keywords])
        layer.topic_categories.set(TopicCategory.objects.filter(pk__in=codes))
        layer.regions.set(Region.objects.filter(pk__in=regions))
        return layer


def _columns(story: Story) -> dict[str, Any]:
    raster = story.subject.geometry == "raster"
    saved = FIRST_EDIT + timedelta(minutes=randgen.randrange(EDIT_DAYS * 24 * 60))
    west, south, east, north = _box(story).as_list
    return {
        "id": uuid.UUID(int=randgen.getrandbits(128), version=4),
        "title": f"{story.subject.title}, {story.where}, {story.year}",
        "abstract": _abstract(story),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "scale_denominator": story.scale,
        "geometry_type": story.subject.geometry,
        "spatial_representation_id": "grid" if raster else "vector",
        "resource_type_id": "map" if "map" in story.subject.title else "dataset",
        "format": randgen.choice(RASTER_FORMATS if raster else VECTOR_FORMATS),
        "licence_id": randgen.choice(LICENCES),
        "created_at": saved,
        "updated_at": saved,
    }


class PartFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True

    layer = factory.SubFactory(LayerFactory)


class LayerContactFactory(PartFactory):
    class Meta:
        model = LayerContact

    party = factory.SubFactory(PartyFactory)
    role_id = "pointOfContact"


class LayerDateFactory(PartFactory):
    class Meta:
        model = LayerDate

    type_id = "publication"
    date = factory.LazyFunction(lambda: str(randgen.randint(1990, 2025)))


class TemporalExtentFactory(PartFactory):
    class Meta:
        model = TemporalExtent

    start = factory.LazyFunction(lambda: str(randgen.randint(1990, 2025)))
    end = factory.SelfAttribute("start")


class DistributionFactory(PartFactory):
    class Meta:
        model = Distribution

    url = factory.LazyFunction(lambda: f"{HOST}/files/{randgen.getrandbits(32):08x}.zip")
    protocol_id = "WWW:DOWNLOAD"
    function_id = "download"


class AttributeFactory(PartFactory):
    class Meta:
        model = Attribute

    name = factory.Sequence(lambda number: f"column_{number}")
    data_type = "text"


class DescribedLayerFactory(factory.Factory):
    """A whole layer for `BulkWriter`, nothing of it saved."""

    class Meta:
        model = DescribedLayer

    story = factory.LazyFunction(tell)

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        story: Story = kwargs.pop("story")
        layer = LayerFactory.build(story=story)
        return {
            "layer": layer,
            "terms": {
                "topic_categories": [story.subject.topic],
                "regions": [story.place.code],
                "languages": ["eng"],
            },
            "keywords": [*randgen.sample(story.subject.keywords, k=3), story.place.name],
            "organisation": f"{randgen.choice(ORGANISATIONS)} ({story.place.name})",
            "contacts": [("author", _person())],
            "parts": _parts(story, layer.title),
        } | kwargs


def _parts(story: Story, title: str) -> list[Part]:
    year = story.year
    published = max(year, 1995) + randgen.randint(0, 2) if year > 1960 else year
    number = f"{randgen.getrandbits(32):08x}"
    parts: list[Part] = [
        LayerDate(type_id="publication", date=str(min(published, 2025))),
        TemporalExtent(start=str(year), end=str(year)),
        Distribution(
            url=f"{HOST}/files/{number}.zip",
            protocol_id="WWW:DOWNLOAD",
            function_id="download",
            name=title[:200],
        ),
        Distribution(
            url=f"{HOST}/ows?layer={number}", protocol_id="OGC:WMS", function_id="browsing"
        ),
    ]
    columns = story.subject.columns if randgen.random() < 0.5 else ()
    return parts + [
        Attribute(name=name, label=label, data_type=data_type) for name, label, data_type in columns
    ]
