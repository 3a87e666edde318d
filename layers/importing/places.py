"""Regions out of the names of places, and out of a box where no name helps."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from layers.extent import BoundingBox
from layers.models import Region
from layers.vocabulary_files import entries_of

# Parts of countries whose names, without the country's, are what catalogues give. The abbreviations
# are those of library headings: "Boston (Mass.)".
PARTS = {
    "USA": """
        Alabama|Ala.|AL|Alaska|AK|Arizona|Ariz.|AZ|Arkansas|Ark.|AR|California|Calif.|CA|Colorado
        Colo.|CO|Connecticut|Conn.|CT|Delaware|Del.|DE|District of Columbia|D.C.|DC
        Washington, D.C.|Florida|Fla.|FL|Georgia|Ga.|GA|Hawaii|HI|Idaho|ID|Illinois|Ill.|IL
        Indiana|Ind.|IN|Iowa|IA|Kansas|Kan.|KS|Kentucky|Ky.|KY|Louisiana|La.|LA|Maine|Me.|ME
        Maryland|Md.|MD|Massachusetts|Mass.|MA|Michigan|Mich.|MI|Minnesota|Minn.|MN|Mississippi
        Miss.|MS|Missouri|Mo.|MO|Montana|Mont.|MT|Nebraska|Neb.|NE|Nevada|Nev.|NV|New Hampshire
        N.H.|NH|New Jersey|N.J.|NJ|New Mexico|N.M.|NM|New York|N.Y.|NY|New England|N.Y. and N.J.
        North Carolina|N.C.|NC|North Dakota|N.D.|ND|Ohio|OH|Oklahoma|Okla.|OK|Oregon|Or.|OR
        Pennsylvania|Pa.|PA|Rhode Island|R.I.|RI|South Carolina|S.C.|SC|South Dakota|S.D.|SD
        Tennessee|Tenn.|TN|Texas|Tex.|TX|Utah|UT|Vermont|Vt.|VT|Virginia|Va.|VA|Washington
        Washington (State)|New York (State)|Wash.|WA|Calif. and Nev.|West Virginia|W. Va.|WV
        Wisconsin|Wis.|WI|Wyoming|Wyo.|WY
    """,
    "CAN": """
        Ontario|Ont.|Quebec|Québec|British Columbia|B.C.|Alberta|Alta.|Manitoba|Man.|Saskatchewan
        Sask.|Nova Scotia|N.S.|New Brunswick|N.B.|Newfoundland and Labrador|N.L.
        Prince Edward Island|P.E.I.|Northwest Territories|N.W.T.|Nunavut|Yukon
    """,
    "GBR": """England|Scotland|Wales|Northern Ireland""",
}
OTHER_NAMES = {
    "WORLD": "Earth (Planet)|Earth|World|Global|Worldwide|The World",
    "RUS": "Russia (Federation)",
    "COD": "Congo (Democratic Republic)|Zaire|DR Congo",
    "COG": "Congo (Brazzaville)|Republic of Congo",
    "KOR": "Korea (South)|South Korea",
    "PRK": "Korea (North)|North Korea",
    "GEO": "Georgia (Republic)",
    "MMR": "Burma|Myanmar (Burma)",
    "VNM": "Viet Nam|Vietnam",
    "LAO": "Laos",
    "SYR": "Syria",
    "BRN": "Brunei",
    "MDA": "Moldova",
    "MKD": "Macedonia|Macedonia (Republic)",
    "SWZ": "Swaziland|Eswatini",
    "CPV": "Cape Verde|Cabo Verde",
    "FSM": "Micronesia (Federated States)",
    "IRL": "Ireland",
    "VEN": "Venezuela",
    "BOL": "Bolivia",
    "CZE": "Czechia",
    "BIH": "Bosnia and Hercegovina|Bosnia and Herzegovina",
    "VIR": "United States Virgin Islands",
    "TLS": "East Timor|Timor-Leste",
}
SURE_OVERLAP = 0.6  # of layer and region, so that the layer may be said to cover the region


def fold(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w()]+", " ", letters).split())


@dataclass(frozen=True, slots=True)
class Match:
    """`exact`: the region says all that the name said."""

    code: str
    exact: bool


class Gazetteer:
    def __init__(self) -> None:
        self.boxes: dict[str, BoundingBox] = {}
        self.levels: dict[str, str] = {}
        self.names: dict[str, list[str]] = defaultdict(list)
        self.parts: dict[str, str] = {}
        for region in Region.objects.all():
            self.levels[region.code] = region.level
            if region.bbox:
                self.boxes[region.code] = region.bbox
            self._add(region.code, region.label, *map(str, region.labels.values()))
        for entry in entries_of("regions"):
            self._add(entry["code"], *entry.get("aliases", []))
        for code, names in OTHER_NAMES.items():
            self._add(code, *names.split("|"))
        for code, parts in PARTS.items():
            self.parts |= dict.fromkeys(map(fold, re.split(r"[|\n]", parts.strip())), code)

    def _add(self, code: str, *names: str) -> None:
        for name in map(fold, names):
            if code in self.levels and code not in self.names[name]:
                self.names[name].append(code)

    def find(self, place: str, box: BoundingBox | None) -> Match | None:
        """The region that a place is or lies in, never one that the layer's box does not touch."""
        for position, name in enumerate(_candidates(place)):
            codes = [code for code in self.names.get(name, ()) if self._touches(code, box)]
            # Antarctica is a continent and, in ISO 3166-1, a country.
            codes = [code for code in codes if self.levels[code] == "continent"] or codes
            if len(codes) == 1:
                return Match(codes[0], exact=position == 0)
            part_of = self.parts.get(name, "")
            if part_of in self.levels and not codes and self._touches(part_of, box):
                return Match(part_of, exact=False)
        return None

    def _touches(self, code: str, box: BoundingBox | None) -> bool:
        region = self.boxes.get(code)
        # Boxes of countries leave out far islands, so a little distance is no contradiction.
        return box is None or region is None or _intersection(_grown(region, 1.0), box) is not None

    def around(self, box: BoundingBox) -> str | None:
        """The region that a box covers, or the only one of its level that holds it all."""
        best = max(self.boxes, key=lambda code: _likeness(self.boxes[code], box), default=None)
        if best and _likeness(self.boxes[best], box) >= SURE_OVERLAP:
            return best
        for level in ("country", "continent"):
            holding = [
                code
                for code, region in self.boxes.items()
                if self.levels[code] == level and _holds(region, box)
            ]
            if len(holding) == 1:
                return holding[0]
        return None


def _candidates(place: str) -> Iterator[str]:
    """The name itself first, then what it says about where it lies, the nearest last."""
    yield fold(place)
    qualifier = re.search(r"\(([^()]*)\)\s*$", place)
    if qualifier:
        inside = qualifier[1].split(" : ")[0]
        yield fold(inside)
        yield fold(inside.rpartition(",")[2])
    elif "--" in place:
        yield from map(fold, place.split("--"))
    elif "," in place:
        yield fold(place.rpartition(",")[2])


def _spans(box: BoundingBox) -> list[tuple[float, float]]:
    if box.crosses_antimeridian:
        return [(box.west, 180.0), (-180.0, box.east)]
    return [(box.west, box.east)]


def _grown(box: BoundingBox, degrees: float) -> BoundingBox:
    west, east = box.west - degrees, box.east + degrees
    if west < -180 or east > 180 or box.crosses_antimeridian:
        west, east = box.west, box.east
    return BoundingBox(west, max(box.south - degrees, -90), east, min(box.north + degrees, 90))


def _intersection(one: BoundingBox, other: BoundingBox) -> float | None:
    """In square degrees; None where the two don't even touch."""
    height = min(one.north, other.north) - max(one.south, other.south)
    if height < 0:
        return None
    widths = [min(a[1], b[1]) - max(a[0], b[0]) for a in _spans(one) for b in _spans(other)]
    touching = [width for width in widths if width >= 0]
    return sum(touching) * height if touching else None


def _likeness(one: BoundingBox, other: BoundingBox) -> float:
    """What the two share, as part of what they cover together: 0 to 1."""
    shared = _intersection(one, other) or 0.0
    together = one.width * one.height + other.width * other.height - shared
    return shared / together if together > 0 else 0.0


def _holds(region: BoundingBox, box: BoundingBox) -> bool:
    shared = _intersection(region, box)
    if shared is None:
        return False
    area = box.width * box.height
    if area == 0:
        return any(a <= box.west and box.east <= b for a, b in _spans(region)) and (
            region.south <= box.south and box.north <= region.north
        )
    return shared >= area * 0.999
