"""Makes samples.jsonl from the texts in source/: OpenGeoMetadata Aardvark, one record a line.

    python build_samples.py

An entry of source/ has four lines and is followed by an empty one:

    # slug | title
    west south east north | places | topics | kind/format | years | organisation licence options
    keywords; …
    abstract

`-` stands for no box and no years. Options: lang, iss(ued), by (creator), type, member (of a collection), part (of a layer
that it is hidden behind), from (a related layer), acc=R (restricted) or acc=S (suppressed), rights, svc, dict, georef, nolinks, bare, id.
What no visitor reads (file sizes, dates of the description, service names) follows from a checksum of the slug,
so that the file comes out the same each time.
"""

from __future__ import annotations

import json
import re
import shlex
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Record = dict[str, Any]
Box = tuple[float, float, float, float]

# Aardvark has no words for the two topics that ISO 19115-1 added: their ISO names stand in the same field.
THEMES = {
    "far": "Agriculture", "bio": "Biology", "bou": "Boundaries", "cli": "Climate", "eco": "Economy",
    "ele": "Elevation", "env": "Environment", "geo": "Geology", "hea": "Health", "ima": "Imagery",
    "mil": "Military", "inl": "Inland Waters", "loc": "Location", "oce": "Oceans", "pla": "Property",
    "soc": "Society", "str": "Structure", "tra": "Transportation", "uti": "Utilities",
    "ext": "extraTerrestrial", "dis": "disaster",
}  # fmt: skip

# kind: resource class, resource type, format
KINDS = {
    "pt": ("Datasets", "Point data", "GeoJSON"),
    "ln": ("Datasets", "Line data", "GeoPackage"),
    "pg": ("Datasets", "Polygon data", "GeoPackage"),
    "ras": ("Datasets", "Raster data", "GeoTIFF"),
    "dem": ("Datasets", "Digital elevation models", "GeoTIFF"),
    "tab": ("Datasets", "Table data", "CSV"),
    "mix": ("Datasets", "Mixed data", "GeoPackage"),
    "pc": ("Datasets", "LiDAR", "LAZ"),
    "map": ("Maps", "Digital maps", "TIFF"),
    "img/air": ("Imagery", "Aerial photographs", "GeoTIFF"),
    "img/sat": ("Imagery", "Satellite imagery", "GeoTIFF"),
    "col": ("Collections", None, None),
    "svc/ogc": ("Web services", None, "WMS"),
    "svc/api": ("Web services", None, "JSON"),
    "svc/tiles": ("Web services", None, "Vector tiles"),
    "svc/esri": ("Web services", "Polygon data", "ArcGIS FeatureServer"),
}
FORMATS = {
    "gpkg": "GeoPackage",
    "shp": "Shapefile",
    "geojson": "GeoJSON",
    "csv": "CSV",
    "parquet": "GeoParquet",
}
SUFFIX = {
    "GeoPackage": "gpkg", "Shapefile": "zip", "GeoJSON": "geojson", "CSV": "csv", "GeoParquet": "parquet",
    "GeoTIFF": "tif", "TIFF": "tif", "LAZ": "laz",
}  # fmt: skip

CC = "https://creativecommons.org"
LICENCES = {
    "by": f"{CC}/licenses/by/4.0/",
    "sa": f"{CC}/licenses/by-sa/4.0/",
    "nd": f"{CC}/licenses/by-nd/4.0/",
    "nc": f"{CC}/licenses/by-nc/4.0/",
    "ncsa": f"{CC}/licenses/by-nc-sa/4.0/",
    "0": f"{CC}/publicdomain/zero/1.0/",
    "pd": f"{CC}/publicdomain/mark/1.0/",
    "odbl": "https://opendatacommons.org/licenses/odbl/1-0/",
    "ogl": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
    "eta": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
    "dl": "https://www.govdata.de/dl-de/by-2-0",
    "usg": "https://www.usa.gov/government-works",
}

OGC = "http://www.opengis.net/def/serviceType/ogc"
LANDING = "http://schema.org/url"
DOWNLOAD = "http://schema.org/downloadUrl"
DICTIONARY = "http://lccn.loc.gov/sh85035852"
XYZ = "https://wiki.openstreetmap.org/wiki/Slippy_map_tilenames"
TILEJSON = "https://github.com/mapbox/tilejson-spec"
COG = "https://github.com/cogeotiff/cog-spec"
PMTILES = "https://github.com/protomaps/PMTiles"
FEATURES = "urn:x-esri:serviceType:ArcGIS#FeatureLayer"
ISO = "http://www.isotc211.org/schemas/2005/gmd/"

LAST_YEAR = 2026


@dataclass(frozen=True)
class Entry:
    slug: str
    title: str
    box: Box | None
    places: list[str]
    topics: list[str]
    kind: str
    years: tuple[int, int | None] | None
    organisation: str
    licence: str
    options: dict[str, str]
    keywords: list[str]
    abstract: str

    @property
    def identifier(self) -> str:
        return f"sample-{self.slug}"

    def chosen(self, purpose: str, count: int) -> int:
        """A number below count that looks chosen and is always the same."""
        return zlib.crc32(f"{purpose} {self.slug}".encode()) % count


def organisations() -> dict[str, tuple[str, str]]:
    lines = (HERE / "organisations.psv").read_text("utf-8").splitlines()
    return {code: (name, host) for code, name, host in (line.split("|") for line in lines)}


ORGANISATIONS = organisations()


def listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def parse_years(text: str) -> tuple[int, int | None] | None:
    match = re.fullmatch(r"(-?\d+)(?:(-)(-?\d+)?)?", text)
    if match is None:
        return None
    start, dash, end = match.groups()
    if end:
        return int(start), int(end)
    return int(start), None if dash else int(start)


def parse_box(text: str) -> Box | None:
    if text.strip() == "-":
        return None
    west, south, east, north = map(float, text.split())
    return west, south, east, north


def parse(block: str) -> Entry:
    head, facts, keywords, abstract, *_ = [*block.split("\n"), ""]
    slug, title = head.removeprefix("# ").split(" | ", 1)
    box, places, topics, kind, years, rest = (part.strip() for part in facts.split("|"))
    organisation, licence, *options = shlex.split(rest)
    named = dict(option.split("=", 1) for option in options)
    return Entry(
        slug=named.get("id", slug),
        title=title,
        box=parse_box(box),
        places=listed(places),
        topics=topics.split(),
        kind=kind,
        years=parse_years(years),
        organisation=organisation,
        licence=licence,
        options=named,
        keywords=[] if keywords == "-" else listed(keywords),
        abstract=abstract.strip(),
    )


def entries() -> list[Entry]:
    blocks = []
    for path in sorted((HERE / "source").glob("*.txt")):
        text = path.read_text("utf-8").strip()
        blocks += re.split(r"\n+(?=# )", text)
    return [parse(block) for block in blocks]


def kind_of(entry: Entry) -> tuple[str, str | None, str | None]:
    if entry.kind in KINDS:
        return KINDS[entry.kind]
    kind, _, format_code = entry.kind.partition("/")
    resource_class, resource_type, _ = KINDS[kind]
    return resource_class, resource_type, FORMATS[format_code]


def plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


def space(entry: Entry) -> Record:
    if entry.box is None:
        return {}
    west, south, east, north = entry.box
    width = east - west + (360 if west > east else 0)
    middle = (west + width / 2 + 180) % 360 - 180
    envelope = f"ENVELOPE({', '.join(plain(side) for side in (west, east, north, south))})"
    return {
        "dcat_bbox": envelope,
        "locn_geometry": envelope,
        "dcat_centroid": f"{plain((south + north) / 2)},{plain(middle)}",
    }


def astronomical(year: int) -> int:
    """Years before the common era are written -312 in source/; ISO 8601 has a year 0."""
    return year + 1 if year < 0 else year


def iso_year(year: int) -> str:
    year = astronomical(year)
    return f"-{-year:04d}" if year < 0 else f"{year:04d}"


def in_words(year: int) -> str:
    return f"{-year} BCE" if year < 0 else str(year)


def indexed_years(start: int, end: int) -> list[int]:
    step = 1 if end - start <= 120 else 10 if end - start <= 1000 else 100
    return sorted({astronomical(year) for year in (*range(start, end, step), end)})


def time(entry: Entry) -> Record:
    if entry.years is None:
        return {}
    start, end = entry.years
    words = in_words(start) if end == start else f"{in_words(start)}-{in_words(end) if end else ''}"
    until = "*" if end is None else iso_year(end)
    again = [entry.options["again"]] if "again" in entry.options else []
    ranges = [f"[{' TO '.join(years.split('-'))}]" for years in again]
    return {
        "dct_temporal_sm": [words, *again],
        "gbl_dateRange_drsim": [f"[{iso_year(start)} TO {until}]", *ranges],
        "gbl_indexYear_im": indexed_years(start, LAST_YEAR if end is None else end),
    }


def issued(entry: Entry) -> str | None:
    if "iss" in entry.options:
        return entry.options["iss"]
    if entry.years is None:
        return None
    start, end = entry.years
    if entry.kind == "map":
        return str(start)
    year = min(max((end or start) + 1, 2012 + entry.chosen("issued", 12)), 2025)
    month, day = entry.chosen("month", 12) + 1, entry.chosen("day", 28) + 1
    return [f"{year}", f"{year}-{month:02d}", f"{year}-{month:02d}-{day:02d}"][
        entry.chosen("precision", 3)
    ]


def modified(entry: Entry) -> str:
    year = 2021 + entry.chosen("stamp year", 5)
    month, day = entry.chosen("stamp month", 12) + 1, entry.chosen("stamp day", 28) + 1
    hour, minute = entry.chosen("stamp hour", 24), entry.chosen("stamp minute", 60)
    return f"{year}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:00Z"


class Links:
    """The addresses of a layer at its organisation, for `dct_references_s`."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.host = ORGANISATIONS[entry.organisation][1]
        self.short = entry.slug.replace("-", "_")
        self.found: Record = {LANDING: f"https://{self.host}/layers/{entry.slug}"}

    def at(self, place: str, rest: str) -> str:
        return f"https://{place}.{self.host}/{rest}"

    def services(self, names: list[str]) -> None:
        addresses = {
            "wms": (f"{OGC}/wms", self.at("maps", "ows/wms")),
            "wfs": (f"{OGC}/wfs", self.at("maps", "ows/wfs")),
            "wcs": (f"{OGC}/wcs", self.at("maps", "ows/wcs")),
            "wmts": (f"{OGC}/wmts", self.at("maps", "wmts/1.0.0/WMTSCapabilities.xml")),
            "xyz": (XYZ, self.at("tiles", f"{self.short}/{{z}}/{{x}}/{{y}}.png")),
            "tilejson": (TILEJSON, self.at("tiles", f"{self.short}/tiles.json")),
            "pmtiles": (PMTILES, self.at("tiles", f"{self.short}.pmtiles")),
            "esri": (
                FEATURES,
                self.at("gis", f"arcgis/rest/services/{self.short}/FeatureServer/0"),
            ),
        }
        self.found.update(addresses[name] for name in names)

    def download(self, format_name: str) -> None:
        url = self.at("data", f"{self.entry.slug}.{SUFFIX[format_name]}")
        if self.entry.chosen("second download", 4):
            self.found[DOWNLOAD] = url
            return
        notes = self.at("data", f"{self.entry.slug}-readme.txt")
        self.found[DOWNLOAD] = [
            {"url": url, "label": format_name},
            {"url": notes, "label": "Notes (text)"},
        ]

    def picture(self) -> None:
        image = self.at("iiif", f"{self.short}")
        self.found["http://iiif.io/api/image"] = f"{image}/info.json"
        self.found["http://iiif.io/api/presentation#manifest"] = f"{image}/manifest.json"
        self.found["http://schema.org/thumbnailUrl"] = f"{image}/full/!200,200/0/default.jpg"

    def dictionary(self) -> None:
        self.found[DICTIONARY] = self.at("data", f"{self.entry.slug}-columns.csv")


def default_services(entry: Entry) -> list[str]:
    if entry.kind.startswith("svc"):
        chosen = {
            "ogc": ["wms", "wfs"],
            "api": [],
            "tiles": ["tilejson", "xyz", "pmtiles"],
            "esri": ["esri"],
        }
        return chosen[entry.kind.partition("/")[2]]
    vector = entry.kind[:2] in {"pt", "ln", "pg"}
    return (
        [[], ["wms", "wfs"], ["wms", "wfs"], ["wmts"], ["pmtiles"]][entry.chosen("services", 5)]
        if vector
        else []
    )


def references(entry: Entry) -> Record:
    links = Links(entry)
    _, _, format_name = kind_of(entry)
    asked = entry.options.get("svc")
    links.services(asked.split(",") if asked else default_services(entry))
    if format_name in SUFFIX:
        links.download(format_name)
    if entry.kind == "map":
        links.picture()
        if "georef" in entry.options:
            links.services(["xyz", "wmts"])
    if entry.kind in {"ras", "dem"} or entry.kind.startswith("img"):
        links.found[COG] = links.at("data", f"{entry.slug}.tif")
    if "dict" in entry.options:
        links.dictionary()
    if entry.chosen("iso", 3) == 0:
        links.found[ISO] = links.at("data", f"{entry.slug}.xml")
    return links.found


def rights(entry: Entry) -> Record:
    restricted = entry.options.get("acc") == "R"
    found: Record = {"dct_accessRights_s": "Restricted" if restricted else "Public"}
    if entry.licence != "none":
        found["dct_license_sm"] = [LICENCES[entry.licence]]
    if "rights" in entry.options:
        found["dct_rights_sm"] = [entry.options["rights"]]
    elif entry.licence not in {"pd", "0", "none"}:
        found["dct_rightsHolder_sm"] = [ORGANISATIONS[entry.organisation][0]]
    return found


def relations(entry: Entry) -> Record:
    found: Record = {}
    if "member" in entry.options:
        found["pcdm_memberOf_sm"] = [f"sample-{entry.options['member']}"]
    if "part" in entry.options:
        found["dct_source_sm"] = [f"sample-{entry.options['part']}"]
    if "from" in entry.options:
        found["dct_relation_sm"] = [f"sample-{entry.options['from']}"]
    return found


def people(entry: Entry) -> Record:
    name = ORGANISATIONS[entry.organisation][0]
    creator = entry.options.get("by")
    old = entry.years is not None and entry.years[0] < 1950 and entry.kind == "map"
    return {
        "dct_creator_sm": [creator] if creator else [] if old else [name],
        "dct_publisher_sm": [] if old else [name],
        "schema_provider_s": name,
    }


def file_size(entry: Entry) -> str:
    return f"{1 + entry.chosen('size', 9000) / 10:.1f} MB"


def identifiers(entry: Entry) -> list[str]:
    # 10.5555 is the prefix of DOIs that stand in examples.
    doi = [f"doi:10.5555/{entry.slug}"] if entry.chosen("doi", 4) == 0 else []
    return [f"https://{ORGANISATIONS[entry.organisation][1]}/id/{entry.slug}", *doi]


def described(entry: Entry) -> Record:
    resource_class, resource_type, format_name = kind_of(entry)
    resource_type = entry.options.get("type", resource_type)
    return {
        "dct_title_s": entry.title,
        "dct_alternative_sm": [entry.options["alt"]] if "alt" in entry.options else [],
        "dct_description_sm": [entry.abstract] if entry.abstract not in {"", "-"} else [],
        "dct_language_sm": entry.options.get("lang", "eng").split(","),
        "dcat_theme_sm": [THEMES[topic] for topic in entry.topics],
        "dcat_keyword_sm": entry.keywords,
        "dct_spatial_sm": entry.places,
        "gbl_resourceClass_sm": [resource_class],
        "gbl_resourceType_sm": [resource_type] if resource_type else [],
        "dct_format_s": format_name,
        "dct_issued_s": issued(entry),
        "dct_identifier_sm": identifiers(entry),
        "gbl_fileSize_s": file_size(entry) if format_name in SUFFIX else None,
    }


def administration(entry: Entry) -> Record:
    found: Record = {"gbl_mdModified_dt": modified(entry), "gbl_mdVersion_s": "Aardvark"}
    if entry.options.get("acc") == "S":
        found["gbl_suppressed_b"] = True
    if entry.kind == "map":
        found["gbl_georeferenced_b"] = "georef" in entry.options
    return found


def linked(entry: Entry) -> Record:
    if "nolinks" in entry.options:
        return {}
    found = references(entry)
    answer: Record = {"dct_references_s": json.dumps(found, ensure_ascii=False)}
    if f"{OGC}/wms" in found:
        answer["gbl_wxsIdentifier_s"] = f"{entry.organisation}:{entry.slug.replace('-', '_')}"
    return answer


def record(entry: Entry) -> Record:
    identity: Record = {"id": entry.identifier}
    if "bare" in entry.options:
        return identity | {
            "dct_title_s": entry.title,
            "dct_alternative_sm": [entry.options["alt"]] if "alt" in entry.options else [],
            "gbl_resourceClass_sm": ["Datasets"],
            "dct_accessRights_s": "Public",
            "gbl_mdVersion_s": "Aardvark",
        }
    parts = (described, people, space, time, rights, relations, linked, administration)
    whole = identity | {name: value for part in parts for name, value in part(entry).items()}
    return {name: value for name, value in whole.items() if value not in (None, [], "")}


def main() -> None:
    lines = [json.dumps(record(entry), ensure_ascii=False) for entry in entries()]
    (HERE / "samples.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines)} records")


if __name__ == "__main__":
    main()
