"""A place that a question names: it sets a box, and its name goes on being a word.

A layer is found if it has the words as always, or if it has all but the name of the place and
touches the place's box. So nothing is lost that the words alone would find: Georgia is two places,
and a table without a location may be about a country. What is found is ranked by all words, and by
how well its box fits.
"""

from __future__ import annotations

from catalogue.search.filters import box_parameters
from catalogue.search.places import NamedPlace
from catalogue.search.wording import Parameters, query_text
from catalogue.search.words import Words

# A question within a question, which would otherwise add what the outer one adds
INNER = "bq='' boost=''"


def name_place(parameters: Parameters, named: NamedPlace, rest: Words) -> str:
    """Changes the words' parameters so that they rank; returns the filter that finds."""
    parameters |= box_parameters("in_box", named.place.box)
    parameters |= {
        "q": "*:*",
        "bq": [*parameters.get("bq", []), "{!edismax mm=1 bq='' boost='' v=$asked}"],
        "by_words": f"{{!edismax {INNER} v=$asked}}",
        "by_place": "{!bool must=$in_box must=$beside}" if rest else "{!bool must=$in_box}",
        "beside": f"{{!edismax {INNER} v=$rest}}",
        "rest": query_text(rest),
    }
    return "{!bool cache=false tag=place should=$by_words should=$by_place}"
