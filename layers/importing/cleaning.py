"""Texts as records bring them, made fit to be kept: what nobody can see goes, words stay."""

from __future__ import annotations

import html
import re
import unicodedata
from html.parser import HTMLParser
from typing import Any

from layers.links import is_live

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
C1 = re.compile("[\x80-\x9f]")
# Zero-width and bidirectional marks, soft hyphens, lone surrogates, noncharacters. The joiners
# U+200C and U+200D shape Persian and Indic words, so they go beside Latin letters alone.
UNSEEN = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
    "|(?<=[\u0020-\u024f])[\u200c\u200d]|[\u200c\u200d](?=[\u0020-\u024f])"
)
TAGS = "a|abbr|article|b|blockquote|br|center|code|dd|div|dl|dt|em|font|h[1-6]|hr|i|img|li|ol|p|pre"
TAGS += "|script|section|small|span|strike|strong|style|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul"
MARKUP = re.compile(rf"</?(?:{TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
PARAGRAPHS = {
    "p",
    "div",
    "ul",
    "ol",
    "dl",
    "table",
    "blockquote",
    "pre",
    "section",
    "article",
    "hr",
}
PARAGRAPHS |= {f"h{level}" for level in range(1, 7)}
LINES = {"br", "li", "tr", "dt", "dd"}
HIDDEN = {"script", "style"}


def visible(text: str) -> str:
    """NFC, without characters that can't be seen or kept; line breaks are ``\\n``."""
    if _is_plain(text):
        return text
    text = C1.sub(_windows_1252, text.replace("\r\n", "\n").replace("\r", "\n"))
    text = UNSEEN.sub("", CONTROLS.sub(" ", text))
    return unicodedata.normalize("NFC", text)


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _windows_1252(match: re.Match[str]) -> str:
    """What a C1 control character nearly always was before somebody decoded it wrongly."""
    return match[0].encode("latin-1").decode("windows-1252", errors="ignore")


def line(text: str) -> str:
    """One line of plain text, entities resolved and markup taken out."""
    return " ".join(prose(text).split())


def prose(text: str) -> str:
    """Plain text in paragraphs: HTML becomes Markdown at most where it has links and lists."""
    if _is_plain(text) and "<" not in text and "&" not in text:
        return text.strip()
    text = visible(text)
    for _round in range(2):  # some catalogues escape twice
        text = _without_markup(text) if MARKUP.search(text) else html.unescape(text)
    text = visible(text).replace("\xa0", " ")
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _without_markup(text: str) -> str:
    reader = _Reader()
    # What looks like a tag and is none ("depth < 5 m and > 2 m") must come through.
    tags = MARKUP.findall(text)
    pieces = MARKUP.split(text)
    for piece, tag in zip(pieces, [*tags, ""], strict=True):
        reader.text(html.unescape(piece))
        reader.feed(tag)
    return "".join(reader.parts)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.links: list[str] = []
        self.hidden = 0

    def text(self, text: str) -> None:
        if not self.hidden:
            self.parts.append(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in HIDDEN:
            self.hidden += 1
        elif tag == "a":
            self._open_link(dict(attrs).get("href") or "")
        else:
            self._break(tag)
            self.parts.append("- " if tag == "li" else "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in HIDDEN:
            self.hidden = max(self.hidden - 1, 0)
        elif tag == "a" and self.links:
            href = self.links.pop()
            self.parts.append(f"]({href})" if href else "")
        elif tag != "li":
            self._break(tag)

    def _open_link(self, href: str) -> None:
        href = (
            href.strip() if is_live(href.strip()) and not re.search(r"[\s()]", href.strip()) else ""
        )
        self.links.append(href)
        self.parts.append("[" if href else "")

    def _break(self, tag: str) -> None:
        if tag in PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in LINES:
            self.parts.append("\n")


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def storable(value: Any) -> Any:
    """A JSON value that every database takes: no NUL, no lone surrogate, no number without end."""
    if isinstance(value, str):
        return re.sub("[\x00\ud800-\udfff]", "", value)
    if isinstance(value, dict):
        return {storable(str(key)): storable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [storable(item) for item in value]
    if (isinstance(value, float) and value in (float("inf"), float("-inf"))) or value != value:
        return str(value)
    return value
