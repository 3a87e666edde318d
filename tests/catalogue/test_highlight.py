import pytest

from catalogue.search.highlight import marked, snippet
from catalogue.search.words import Words


def marks(text, question):
    return marked(text, Words.parse(question))


@pytest.mark.parametrize(
    ("text", "question", "html"),
    [
        ("Rivers of Ghana", "river", "<mark>Rivers</mark> of Ghana"),
        ("The river", "rivers", "The <mark>river</mark>"),
        ("Cities", "city", "Cities"),
        ("États-Unis", "etats", "<mark>États</mark>-Unis"),
        ("Driver", "river", "Driver"),
        ("長江水道図", "水道", "長江<mark>水道</mark>図"),
        ("land use", '"land use"', "<mark>land</mark> <mark>use</mark>"),
        ("water quality", "water -quality", "<mark>water</mark> quality"),
        ("İstanbul ﬁle", "file", "İstanbul ﬁle"),
    ],
)
def test_words_of_the_question_are_marked(text, question, html):
    assert marks(text, question) == html


@pytest.mark.parametrize("question", ["script", "alert", "b", "lt", "amp", '"<script>"', "mark"])
def test_a_text_never_becomes_html(question):
    text = "<script>alert(1)</script> & <b>lt</b> &amp; <mark>"
    html = marks(text, question).replace("<mark>", "").replace("</mark>", "")
    assert "<" not in html
    assert html.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


def test_a_snippet_shows_where_the_words_are():
    text = "filler words " * 100 + "the hidden aquifer lies here " + "more filler " * 100
    html = snippet(text, Words.parse("aquifer"))
    assert "<mark>aquifer</mark>" in html
    assert html.startswith("… ")
    assert html.endswith(" …")
    assert len(html) < 320


def test_a_snippet_without_matches_is_the_beginning():
    html = snippet("First sentence. " + "x " * 1000, Words.parse("nothing"))
    assert html.startswith("First sentence.")
    assert "<mark>" not in html


def test_a_long_word_is_cut_anywhere():
    assert len(snippet("x" * 5000, Words())) < 300
