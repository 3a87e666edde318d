"""The texts of the project that are to be translated, found without gettext's own tools."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

from tests.programs import PROJECT

ROOMS = ("accounts", "catalogue", "config", "jobs", "layers", "reports", "solr_sync", "uploads")
NAMES = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
IN_TEMPLATE = re.compile(
    r"\b(?:_|n?gettext)\(\s*u?(?P<text>'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")", re.DOTALL
)
PAIR = re.compile(r'^(msg\w+(?:\[\d\])?) ((?:".*"\n?)+)', re.MULTILINE)


def files(*patterns: str) -> Iterator[Path]:
    for room in ROOMS:
        for pattern in patterns:
            yield from (PROJECT / room).rglob(pattern)


def texts() -> dict[str, str]:
    """Each text, and a file that says it."""
    found: dict[str, str] = {}
    for file in files("*.py"):
        found |= dict.fromkeys(of_python(file.read_text(encoding="utf-8")), str(file))
    for file in files("*.html", "*.txt"):
        if "templates" in file.parts:
            found |= dict.fromkeys(of_template(file.read_text(encoding="utf-8")), str(file))
    return found


def of_python(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            first = node.args[0]
            if node.func.id in NAMES and isinstance(first, ast.Constant):
                yield str(first.value)


def of_template(source: str) -> Iterator[str]:
    for match in IN_TEMPLATE.finditer(templatize(source)):
        yield str(ast.literal_eval(match["text"]))


def entries(catalogue: Path) -> Iterator[dict[str, str]]:
    """What a .po file says, one dictionary of msgid, msgid_plural, msgstr… for each entry."""
    for block in catalogue.read_text(encoding="utf-8").split("\n\n"):
        yield {
            name: "".join(ast.literal_eval(line) for line in value.strip().split("\n"))
            for name, value in PAIR.findall(block)
        }
