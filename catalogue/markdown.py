"""Abstracts may be written in a little Markdown: paragraphs, emphasis, lists, links. No HTML."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from layers.links import is_live

RULES = ["emphasis", "list", "link", "autolink", "backticks", "newline", "escape", "entity"]


SIGNS = ("**", "__", "`")
ITEMS = re.compile(r"^[ \t]*(?:[*+-]|\d{1,9}[.)])[ \t]+", re.MULTILINE)
LINK = re.compile(r"\[([^\[\]]+)\]\([^()\s]+\)")


class Renderer(RendererHTML):
    def link_open(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        tokens[index].attrSet("rel", "nofollow ugc noopener")
        return self.renderToken(tokens, index, options, env)


_parser = MarkdownIt("zero", {"html": False, "breaks": True}, renderer_cls=Renderer).enable(RULES)
_parser.validateLink = is_live  # type: ignore[method-assign]


def plain(text: str) -> str:
    """Without the signs of Markdown, for the lines under a title."""
    if "](" in text:
        text = LINK.sub(r"\1", text)
    text = ITEMS.sub("", text)
    for sign in SIGNS:
        text = text.replace(sign, "")
    return text


def render(text: str) -> SafeString:
    """HTML that holds nothing but what `RULES` make; everything else is escaped."""
    return SafeString(_parser.render(text))  # html is off, links are http(s) or ftp
