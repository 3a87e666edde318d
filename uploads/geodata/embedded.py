"""Descriptions that files bring along: XML beside a dataset, tables and tags inside."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from uploads.geodata.problems import CUT_SHORT, HOSTILE_XML, BadFile

LARGEST_XML = 5 * 2**20
LONGEST = 20_000
MOST_KEYWORDS = 50
# ISO 19139 and 19115-3, what ArcGIS writes, FGDC: last steps of paths; the first found wins
TITLES = ("citation/CI_Citation/title", "idCitation/resTitle", "citeinfo/title")
ABSTRACTS = ("MD_DataIdentification/abstract", "dataIdInfo/idAbs", "descript/abstract")
LINEAGES = ("LI_Lineage/statement", "dataLineage/statement", "lineage/procstep/procdesc")
CREDITS = ("MD_DataIdentification/credit", "dataIdInfo/idCredit", "idinfo/datacred")
KEYWORDS = ("MD_Keywords/keyword", "searchKeys/keyword", "themeKeys/keyword", "theme/themekey")
MARKUP = re.compile(r"<[^<>]{1,2000}>")
TIFF_TAGS = {
    "TIFFTAG_DOCUMENTNAME": "title",
    "TIFFTAG_IMAGEDESCRIPTION": "abstract",
    "TIFFTAG_COPYRIGHT": "attribution",
}


def beside(dataset: Path) -> dict[str, Any]:
    """Of the XML file beside it; a hostile one is refused, a broken one passed over."""
    for candidate in (Path(f"{dataset}.xml"), dataset.with_suffix(".xml")):
        if candidate.is_file() and candidate.stat().st_size <= LARGEST_XML:
            return from_xml(candidate.read_bytes())
    return {}


def from_xml(content: bytes) -> dict[str, Any]:
    try:
        root = ElementTree.fromstring(content, forbid_dtd=False)
    except DefusedXmlException as error:
        raise BadFile(HOSTILE_XML) from error
    except (ParseError, ValueError, LookupError):
        return {}
    found = {
        "title": _first(root, TITLES),
        "abstract": _first(root, ABSTRACTS),
        "lineage": _first(root, LINEAGES),
        "attribution": _first(root, CREDITS),
        "keywords": list(_all(root, KEYWORDS))[:MOST_KEYWORDS],
    }
    return {name: value for name, value in found.items() if value}


def check_xml(path: Path) -> None:
    """Reads a document through, keeping nothing; raises BadFile where it is made to do harm."""
    try:
        for _event, element in ElementTree.iterparse(path, forbid_dtd=True):
            element.clear()
    except DefusedXmlException as error:
        raise BadFile(HOSTILE_XML) from error
    except (ParseError, ValueError, LookupError) as error:
        raise BadFile(CUT_SHORT) from error


def tables_of(path: Path) -> int:
    """How many layers a GeoPackage names: GDAL takes a minute to open ten thousand."""
    try:
        with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as database:
            return int(database.execute("SELECT count(*) FROM gpkg_contents").fetchone()[0])
    except sqlite3.Error as error:
        raise BadFile(CUT_SHORT) from error


def of_geopackage(path: Path) -> dict[str, Any]:
    """Identifier and description of its only table, then the first metadata document in it."""
    found: dict[str, Any] = {}
    try:
        with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as database:
            rows = database.execute(
                "SELECT table_name, identifier, description FROM gpkg_contents LIMIT 2"
            ).fetchall()
            if len(rows) == 1:
                name, identifier, description = rows[0]
                found["title"] = identifier if identifier != name else ""
                found["abstract"] = description
            document = database.execute("SELECT metadata FROM gpkg_metadata LIMIT 1").fetchone()
    except sqlite3.Error:
        document = None
    if document and document[0] and len(document[0]) <= LARGEST_XML:
        found = from_xml(str(document[0]).encode()) | {k: v for k, v in found.items() if v}
    return {name: _cut(value) for name, value in found.items() if value}


def of_tiff(tags: dict[str, str]) -> dict[str, Any]:
    named = {field: tags.get(tag, "").strip("\0 \n") for tag, field in TIFF_TAGS.items()}
    return {field: _cut(value) for field, value in named.items() if value}


def _first(root: Element, paths: Iterable[str]) -> str:
    return next((text for path in paths for text in _texts(root, path)), "")


def _all(root: Element, paths: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for path in paths for text in _texts(root, path)))


def _texts(root: Element, path: str) -> Iterable[str]:
    """Texts of the elements whose last steps are these, whatever their namespaces."""
    found = [root]
    for position, step in enumerate(path.split("/")):
        pattern = f".//{{*}}{step}" if position == 0 else f"./{{*}}{step}"
        found = [child for parent in found for child in parent.iterfind(pattern)]
    for element in found:
        text = _plain("".join(element.itertext()))
        if text:
            yield _cut(text)


def _plain(text: str) -> str:
    """ArcGIS writes HTML into its texts."""
    return " ".join(html.unescape(MARKUP.sub(" ", html.unescape(text))).split())


def _cut(value: Any) -> Any:
    return value[:LONGEST] if isinstance(value, str) else value
