"""What is asked arrives in Solr as it was written."""

from __future__ import annotations

import string

import pytest

from solr_sync.solr import SolrClient

BLANKS = " \t\r\n"


@pytest.mark.parametrize(
    "text",
    [
        string.punctuation,
        string.punctuation[::-1],
        *(f"{sign}a{sign}={sign}" for sign in string.punctuation),
        f"a{BLANKS}b",
        "+ %2B %% &amp; a;b",
        "Äé 北京 خريطة 😀 \u2028",
    ],
)
def test_every_sign_of_a_question_arrives(solr: SolrClient, text: str) -> None:
    several = [text, "another"]
    asked = {"echoParams": "explicit", "asked": text, "several": several, "expandMacros": "false"}
    answer = solr.search("*:*", rows=0, **asked).raw_response["responseHeader"]["params"]
    assert answer["asked"] == text
    assert answer["several"] == several
