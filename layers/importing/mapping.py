"""From a record's fields to a layer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from layers.bulk import DescribedLayer
from layers.importing import notes
from layers.importing.boxes import box_of
from layers.importing.cleaning import cut, prose
from layers.importing.fields import Fields, Names
from layers.importing.record import Record
from layers.importing.references import links_of
from layers.importing.subjects import keywords_and_topics, regions_and_places
from layers.importing.terms import Terms
from layers.importing.times import (
    FIRST_CREDIBLE_YEAR,
    Period,
    date_of,
    period_of,
    periods_of,
    periods_of_years,
)
from layers.importing.words import RESOURCE_TYPES, fold, format_of, geometry_of, representation_of
from layers.models import (
    DateType,
    Distribution,
    Layer,
    LayerDate,
    Licence,
    RepresentationType,
    ResourceType,
    Restriction,
    Role,
    State,
    TemporalExtent,
    Visibility,
)

# The columns that an import sets; all others are people's.
COLUMNS = [
    "name",
    "title",
    "alternative_titles",
    "abstract",
    "supplemental_information",
    "identifiers",
    "resource_type",
    "west",
    "south",
    "east",
    "north",
    "spatial_representation",
    "geometry_type",
    "licence",
    "other_constraints",
    "attribution",
    "format",
    "relations",
    "extra",
    "state",
    "visibility",
]
SIZES = {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}


def describe(record: Record, fields: Fields, terms: Terms) -> DescribedLayer:
    """A layer with everything but its identity, owner and `extra`. Notes are left in the record."""
    layer = Layer(title=_short(record, fields.title, 1000))
    layer.bbox = box_of(record, *fields.box)
    _describe_content(layer, record, fields)
    geometry, genres = geometry_of(record.lines(*fields.geometry))
    _describe_form(layer, record, fields, terms, geometry)
    _describe_rights(layer, record, fields, terms)
    keywords, topics = keywords_and_topics(record, fields, terms)
    regions, places = regions_and_places(record, fields, terms, layer.bbox)
    links = links_of(record, terms, fields.references, layer.name)
    _set_size(record, fields, links)
    restricted = layer.visibility == Visibility.PRIVATE
    access = terms.known(Restriction, "restricted") if restricted else None
    return DescribedLayer(
        layer=layer,
        terms={
            "topic_categories": topics,
            "regions": regions,
            "languages": _languages(record, fields, terms),
            "access_constraints": [access] if access else [],
        },
        keywords=list(dict.fromkeys([*keywords, *genres, *places])),
        organisation=_short(record, fields.organisation, 500),
        contacts=_contacts(record, fields, terms),
        parts=[*_dates(record, fields, terms), *_times(record, fields), *links],
    )


def _short(record: Record, names: Names, limit: int) -> str:
    text = record.first(*names)
    if len(text) > limit:
        for name in names:
            record.note(notes.TOO_LONG, text, keep=name)
    return cut(text, limit)


def _paragraphs(record: Record, *names: str) -> str:
    texts = (prose(text) for text in record.raw(*names))
    return "\n\n".join(dict.fromkeys(text for text in texts if text))


def _describe_content(layer: Layer, record: Record, fields: Fields) -> None:
    further = record.lines(*fields.title)[1:]
    others = [*further, *record.lines(*fields.alternative_titles)]
    layer.alternative_titles = [title for title in dict.fromkeys(others) if title != layer.title]
    layer.abstract = _paragraphs(record, *fields.abstract)
    layer.supplemental_information = _paragraphs(record, *fields.remarks)
    layer.name = _short(record, fields.layer_name, 255)
    layer.identifiers = [
        {"scheme": _scheme(value), "value": value} for value in record.lines(*fields.identifiers)
    ]
    layer.relations = [
        {"type": kind, "target": target}
        for name, kind in fields.relations.items()
        for target in record.lines(name)
    ]


def _scheme(identifier: str) -> str:
    for scheme, pattern in (
        ("doi", r"^(?:doi:\s*)?10\.\d{4,}/|doi\.org/10\."),
        ("handle", r"hdl\.handle\.net/"),
        ("ark", r"\bark:"),
        ("url", r"^https?://"),
    ):
        if re.search(pattern, identifier):
            return scheme
    return "local"


def _describe_form(
    layer: Layer, record: Record, fields: Fields, terms: Terms, geometry: str
) -> None:
    classes = record.lines(*fields.resource_class)
    types = [RESOURCE_TYPES[name] for word in classes if (name := fold(word)) in RESOURCE_TYPES]
    if len(types) != 1:
        record.keep(*fields.resource_class)
    known = (terms.known(ResourceType, name) for name in types)
    layer.resource_type_id = next(filter(None, known), "dataset")
    formats = record.lines(*fields.file_format)
    if len(formats) > 1:
        record.keep(*fields.file_format)
    layer.format = cut(format_of(formats[0]), 255) if formats else ""
    layer.geometry_type = geometry
    representation = representation_of(geometry, layer.format)
    layer.spatial_representation_id = terms.known(RepresentationType, representation)


def _describe_rights(layer: Layer, record: Record, fields: Fields, terms: Terms) -> None:
    licence, statements = None, []
    for text in record.lines(*fields.licence):
        code, complete = terms.licence_of(text)
        if code is None:
            record.note(notes.LICENCE_UNKNOWN, text)
        if not complete or licence is not None:
            statements.append(text)
        licence = licence or code
    layer.licence_id = terms.known(Licence, licence)
    rights = _paragraphs(record, *fields.rights)
    layer.other_constraints = "\n\n".join(filter(None, [*statements, rights]))
    layer.attribution = _paragraphs(record, *fields.attribution)
    # A record that says nothing of access is public; any word but "public" restricts it.
    access = record.lines(*fields.access)
    restricted = any(word.casefold() != "public" for word in access)
    layer.visibility = Visibility.PRIVATE if restricted else Visibility.PUBLIC
    layer.state = State.DRAFT if record.flag(*fields.suppressed) else State.PUBLISHED


def _languages(record: Record, fields: Fields, terms: Terms) -> list[str]:
    codes: dict[str, None] = {}
    for text in record.lines(*fields.languages):
        whole = terms.language_of(text)
        words = [text] if whole else re.split(r"[;,/]", text)
        found = [code for word in words if (code := whole or terms.language_of(word))]
        if not found:
            record.note(notes.LANGUAGE_UNKNOWN, text)
            record.keep(*fields.languages)
        codes |= dict.fromkeys(found)
    return list(codes)


def _contacts(record: Record, fields: Fields, terms: Terms) -> list[tuple[str, str]]:
    named = (("author", fields.creators), ("publisher", fields.publishers))
    found = [
        (role, cut(name, 500))
        for role, names in named
        if terms.known(Role, role)
        for name in record.lines(*names)
    ]
    for name in (*fields.creators, *fields.publishers):
        if any(len(text) > 500 for text in record.lines(name)):
            record.note(notes.TOO_LONG, name, keep=name)
    return list(dict.fromkeys(found))


def _dates(record: Record, fields: Fields, terms: Terms) -> list[LayerDate]:
    if not terms.known(DateType, "publication"):
        return []
    dates: dict[str, None] = {}
    for name in fields.issued:
        for text in record.lines(name):
            found = date_of(text)
            if found is None or not found[0]:
                record.note(notes.DATE_UNUSABLE, text, keep=name)
                continue
            date, year_only = found
            if year_only:
                record.note(notes.DATE_YEAR_ONLY, text, keep=name)
            # "2018" and "2018-12-06" are one event, the first field having the last word.
            if any(date.startswith(other) or other.startswith(date) for other in dates):
                record.keep(name)
            else:
                dates[date] = None
    return [LayerDate(type_id="publication", date=date) for date in dates]


def _times(record: Record, fields: Fields) -> list[TemporalExtent]:
    said: list[Period] = []
    for text in record.lines(*fields.periods):
        found = periods_of(text)
        if not found:
            record.note(notes.TIME_UNUSABLE, text)
            record.keep(*fields.periods)
        elif text not in {found[0][0], "-".join(found[0])}:
            record.keep(*fields.periods)
        said += found
    ranges = [span for text in record.lines(*fields.year_ranges) if (span := period_of(text))]
    years = periods_of_years(_years(record, fields))
    periods = list(dict.fromkeys(said or ranges or years))
    # What was counted out of the words by others is kept where it says something else.
    for names, values in ((fields.year_ranges, ranges), (fields.years, years)):
        if values != periods:
            record.keep(*names)
    return [TemporalExtent(start=start, end=end) for start, end in periods]


def _years(record: Record, fields: Fields) -> list[int]:
    texts = record.lines(*fields.years)
    years = [int(text) for text in texts if re.fullmatch(r"-?\d{1,6}", text)]
    return years if any(year >= FIRST_CREDIBLE_YEAR or year < 0 for year in years) else []


def _set_size(record: Record, fields: Fields, links: Iterable[Distribution]) -> None:
    """The size belongs to the only file that is offered; rounded as it is, it is kept too."""
    record.keep(*fields.file_size)
    downloads = [link for link in links if link.protocol_id == "WWW:DOWNLOAD"]
    match = re.fullmatch(r"([\d.]+)\s*([kmgt]?b)", record.first(*fields.file_size).casefold())
    if match and len(downloads) == 1 and re.fullmatch(r"\d+(?:\.\d+)?", match[1]):
        downloads[0].size_bytes = int(float(match[1]) * SIZES[match[2]]) or None
