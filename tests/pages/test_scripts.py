"""Scripts say nothing in English by themselves: their words come from the page, translated."""

from __future__ import annotations

import re

from tests.pages.texts import files

COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)
LITERAL = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`", re.DOTALL)
# Literals that machines read: what stands before them says so.
FOR_MACHINES = re.compile(
    r"(?:querySelector(?:All)?|closest|matches|matchMedia|import|new Error|addEventListener"
    r"|setAttribute|className\s*=|color:)\s*\(?\s*$"
)
INSERTED = re.compile(r"\$\{[^}]*\}")
# Two words, or one that begins with a capital.
WORDS = re.compile(r"[^\W\d_]{2,}[ ,]+[^\W\d_]{2,}|^[A-Z][a-z]{2,}$")
# Names of classes, of colours, of keys and of kinds.
KNOWN = re.compile(
    r"^(?:(?:button|chip)(?: [a-z-]+)+|Arrow\w+|Enter|Escape|Accept|Content-\w+|Polygon)$"
)


def literals(source: str):
    source = COMMENT.sub("", source)
    for found in LITERAL.finditer(source):
        if not FOR_MACHINES.search(source[: found.start()]):
            yield INSERTED.sub("", found.group()[1:-1]).strip()


def test_scripts_say_nothing_in_english_alone():
    said = {
        (file.name, text)
        for file in files("static/**/*.js")
        if "vendor" not in file.parts
        for text in literals(file.read_text(encoding="utf-8"))
        if WORDS.search(text) and not KNOWN.search(text)
    }
    assert said == set()


def test_a_word_in_a_script_is_noticed():
    words = list(literals('badge.textContent = "not searchable"; go("Later"); x = "a-b";'))
    assert [text for text in words if WORDS.search(text)] == ["not searchable", "Later"]
