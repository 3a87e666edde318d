"""Questions to an index that is older than this code, until its rebuild is through.

Solr refuses a question that names a field which its schema lacks. What such a field would have
added is left out then, and asked for again a minute later: the new collection may be live by then.
Where the field that finds is lacking, the fields that rank find, too.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any

from catalogue import spans
from catalogue.search.fields import EXACT_WEIGHTS
from catalogue.search.filters import IN_OLDER_INDEX
from catalogue.search.wording import Parameters

UNDEFINED = re.compile(r"""(?:undefined field:?|query field) ["']?([\w.]+)""", re.IGNORECASE)
KEPT_SECONDS = 60
FINDS = "words"


class Lacking:
    """Fields that the index turned out not to have."""

    def __init__(self) -> None:
        self.names: dict[str, float] = {}

    def learn(self, refusal: str, left_out: set[str]) -> bool:
        """Whether the refusal names a field that the question had not left out yet."""
        found = UNDEFINED.search(refusal)
        if found is None or found[1] in left_out:
            return False
        self.names[found[1]] = time.monotonic() + KEPT_SECONDS
        return True

    def current(self) -> set[str]:
        return {name for name, until in self.names.items() if time.monotonic() < until}


def without(parameters: Parameters, lacking: set[str]) -> Parameters:
    """Without these fields among those that are searched, weighed and counted."""
    if not lacking:
        return dict(parameters)
    found = dict(parameters)
    if FINDS in lacking and "rank_qf" in found:
        found |= {"qf": found["rank_qf"], "pf": found["rank_pf"]}
        if found.pop("rq", None):
            found["boost"] = found["rank_boost"]
    if {spans.LONGITUDES, spans.LATITUDES} & lacking:
        instead = {name: found[name] for name in found if name.endswith(IN_OLDER_INDEX)}
        found |= {name.removesuffix(IN_OLDER_INDEX): value for name, value in instead.items()}
    for name in {"qf", "pf", "rank_qf", "rank_pf"} & set(found):
        parts = [p for p in found[name].split() if p.partition("^")[0] not in lacking]
        found[name] = " ".join(parts)
    for name in lacking & set(EXACT_WEIGHTS):
        found |= {f"exact_{name}": "{!bool}"}
    if "json.facet" in found:
        counted = json.loads(found["json.facet"])
        kept = {name: each for name, each in counted.items() if not _needs(each, lacking)}
        found["json.facet"] = json.dumps(kept)
    return found


def _needs(counted: dict[str, Any], lacking: set[str]) -> bool:
    asked = str(counted.get("q", ""))
    return counted.get("field") in lacking or any(
        re.search(rf"\b{name}\b", asked) for name in lacking
    )
