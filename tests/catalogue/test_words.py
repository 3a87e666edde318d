import pytest

from catalogue.search.words import MAX_WORDS, Term, Words, token_count


def groups(text):
    return [[term.text for term in group] for group in Words.parse(text).wanted]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        ("  ", []),
        ("land cover", [["land"], ["cover"]]),
        ('"land cover" Kenya', [["land cover"], ["Kenya"]]),
        ("“land cover”", [["land cover"]]),
        ('"land cover', [["land cover"]]),
        ("map OR chart Ghana", [["map", "chart"], ["Ghana"]]),
        ("a OR b OR c", [["a", "b", "c"]]),
        ("OR map", [["map"]]),
        ("map OR", [["map"]]),
        ("map or chart", [["map"], ["or"], ["chart"]]),
        ("* ? && || ((( !", []),
        ("C++", [["C++"]]),
    ],
)
def test_words_phrases_and_alternatives_are_understood(text, wanted):
    assert groups(text) == wanted


def test_a_minus_excludes_a_word_or_a_phrase():
    words = Words.parse('water -quality -"ground water"')
    assert words.unwanted == (Term("quality"), Term("ground water", phrase=True))
    assert words.wanted == ((Term("water"),),)


def test_a_minus_within_a_word_excludes_nothing():
    assert groups("north-west") == [["north-west"]]


def test_a_long_question_is_cut_and_says_so():
    words = Words.parse(" ".join(f"word{n}" for n in range(500)))
    assert words.was_cut
    assert len(words.wanted) <= MAX_WORDS


@pytest.mark.parametrize("text", ["a-" * 450, "水" * 900, "aб" * 450, "1a" * 400, "- " * 400])
def test_a_word_that_hides_many_is_cut_too(text):
    assert Words.parse(text).count <= MAX_WORDS


@pytest.mark.parametrize(
    ("text", "count"),
    [("river", 1), ("north-west", 2), ("l'eau", 2), ("水道", 2), ("", 0), ("*", 0), ("реки", 1)],
)
def test_tokens_are_counted_at_least_as_often_as_solr_does(text, count):
    assert token_count(text) == count
