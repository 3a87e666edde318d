"""What cuts a question down: rights, values, a box, a time. Values of people are never parsed.

They go into parameters of their own, to which `{!terms}`, `{!term}` and `{!field}` refer. Each
filter but that of the rights has a tag, so that counts can leave it aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalogue import spans
from catalogue.search.fields import FACET_FIELDS
from catalogue.search.query import Period, SearchQuery
from catalogue.search.wording import Parameters
from layers.extent import BoundingBox

SEPARATOR = "\x1f"  # `clean` leaves no such character in a value
IN_OLDER_INDEX = "_by_bbox"  # ends the name of what is asked where there are no spans
# How much of the overlap counts the part of the asked box that a layer covers; the rest counts the
# part of the layer that lies in the asked box. A layer of the world covers every box: a quarter.
TARGET_SHARE = 0.25


def filters_of(query: SearchQuery, labels: Sequence[str], parameters: Parameters) -> list[str]:
    filters = [access_filter(labels, parameters), *_chosen(query, parameters)]
    filters += [box_filter(query.bbox, query.within, parameters)] if query.bbox else []
    filters += [time_filter(query.time, parameters)] if query.time else []
    return filters


def access_filter(labels: Sequence[str], parameters: Parameters) -> str:
    """The one place where a question is cut to what its asker may read. Never without labels."""
    if not labels:
        raise ValueError("every asker holds labels")
    parameters["acl"] = ",".join(labels)
    return "{!terms f=acl v=$acl}"


def _chosen(query: SearchQuery, parameters: Parameters) -> Iterator[str]:
    """Several values of a facet are alternatives. By the tag its counts leave the filter aside."""
    for facet, values in query.chosen.items():
        parameters[facet] = SEPARATOR.join(values)
        yield f"{{!terms tag={facet} {_terms(facet)} v=${facet}}}"
    for facet, values in query.excluded.items():
        parameters[f"not_{facet}"] = SEPARATOR.join(values)
        terms = f"{{!terms {_terms(facet)} v=$not_{facet}}}"
        parameters[f"but_{facet}"] = f"*:* -{terms}"
        yield f"{{!lucene tag=not_{facet} v=$but_{facet}}}"


def _terms(facet: str) -> str:
    return f'f={FACET_FIELDS[facet]} separator="{SEPARATOR}"'


def box_filter(box: BoundingBox, within: bool, parameters: Parameters) -> str:
    """Never cached, since hardly a box comes twice."""
    parameters |= box_parameters("box", box, within=within)
    return "{!bool cache=false tag=bbox must=$box}"


def box_parameters(name: str, box: BoundingBox, *, within: bool = False) -> Parameters:
    """A question for a box by this name, and the one that takes its place in an older index."""
    relation = "IsWithin" if within else "Intersects"
    return {
        name: "{!lucene}" + (spans.lying_in(box) if within else spans.intersecting(box)),
        f"{name}{IN_OLDER_INDEX}": f"{{!field f=bbox}}{relation}({box.envelope})",
    }


def time_filter(period: Period, parameters: Parameters) -> str:
    parameters["time"] = f"[{period.start or '*'} TO {period.end or '*'}]"
    return "{!field f=temporal op=Intersects tag=time v=$time}"


def overlap(box: BoundingBox) -> str:
    """A score between 0 and 1: how well a layer's box fits; 0 also for layers without one."""
    options = f"score=overlapRatio filter=false queryTargetProportion={TARGET_SHARE}"
    return f"{{!field f=bbox {options}}}Intersects({box.envelope})"
