"""Layers for these tests."""

from __future__ import annotations

from typing import Any

from layers.extent import BoundingBox
from layers.models import (
    Attribute,
    Distribution,
    Keyword,
    Layer,
    LayerContact,
    Organisation,
    Party,
    TemporalExtent,
)


def make_layer(title: str = "Rivers of Ghana", **options) -> Layer:
    """Terms by code, keywords and organisation by name, the box as a list of four."""
    keywords = options.pop("keywords", ())
    terms = {
        "topic_categories": options.pop("topics", ()),
        "regions": options.pop("regions", ()),
        "languages": options.pop("languages", ()),
    }
    times = options.pop("times", ())
    box = options.pop("bbox", None)
    if name := options.pop("organisation", ""):
        options["organisation"] = Organisation.objects.get_or_create(name=name)[0]
    layer = Layer(title=title, **options)
    layer.bbox = BoundingBox.of(box) if box else None
    layer.save()
    for relation, codes in terms.items():
        getattr(layer, relation).set(codes)
    layer.keywords.set([keyword(name) for name in keywords])
    for start, end in times:
        TemporalExtent.objects.create(layer=layer, start=start, end=end)
    return layer


def keyword(name: str) -> Keyword:
    found = Keyword.objects.filter(folded=Keyword.fold(name)).first()
    return found or Keyword.objects.create(name=name)


def make_full_layer(**options) -> Layer:
    """One that fills every field."""
    settings: dict[str, Any] = {
        "title": "Rivers of Ghana",
        "alternative_titles": ["Ghanaian rivers"],
        "abstract": "Perennial and seasonal streams. A **network** for the planner.",
        "purpose": "Planning of wells",
        "lineage": "Digitised from sheets",
        "supplemental_information": "See the handbook",
        "edition": "Second",
        "attribution": "Survey Department",
        "other_constraints": "Ask first",
        "name": "hydro:rivers",
        "identifiers": [{"scheme": "doi", "value": "10.1234/rivers"}],
        "format": "GeoPackage",
        "licence_id": "CC-BY-4.0",
        "geometry_type": "line",
        "crs": ["EPSG:4326"],
        "scale_denominator": 50000,
        "organisation": "Water Research Institute",
        "keywords": ["Streams", "Hydrography"],
        "topics": ["inlandWaters"],
        "regions": ["GHA"],
        "languages": ["eng", "fra"],
        "times": [("1960", "1975"), ("1990-05", "")],
        "bbox": [-3.26, 4.74, 1.19, 11.17],
    }
    layer = make_layer(**(settings | options))
    party = Party.objects.create(
        name="Ama Mensah",
        email="ama@example.org",
        organisation=Organisation.objects.get_or_create(name="Survey of Ghana")[0],
    )
    LayerContact.objects.create(layer=layer, party=party, role_id="pointOfContact")
    Distribution.objects.create(
        layer=layer,
        url="https://example.org/rivers.gpkg",
        protocol_id="GPKG",
        function_id="download",
    )
    Attribute.objects.create(layer=layer, name="DISCHARGE", label="Mean discharge", unit="m³/s")
    return layer
