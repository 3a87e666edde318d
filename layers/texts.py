"""What a text may consist of."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LONGEST_TEXT = 50_000  # three times the longest abstract among five thousand real records
LONGEST_LIST = 1000

# Control characters other than tab and line breaks, which XML can't carry, and lone surrogates,
# which no encoding can.
UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

# A program of tables takes what begins so for a formula, and would run it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def validate_text(text: str) -> None:
    if match := UNFIT.search(text):
        raise ValidationError(
            _("The text contains a character that can't be kept (U+%(code)s): remove it.")
            % {"code": f"{ord(match[0]):04X}"}
        )


def validate_visible(text: str) -> None:
    """Refuses a text that nobody could see or click on."""
    if text and not any(char.isprintable() and not char.isspace() for char in text):
        raise ValidationError(_("The text has no visible character."))


def one_line(text: str) -> str:
    return " ".join(text.split())


def distinct(texts: list[str]) -> list[str]:
    """Without blank ones and repetitions, in the order given."""
    return list(dict.fromkeys(line for text in texts if (line := one_line(text))))


def disarmed(text: str) -> str:
    """For a cell of a table that somebody may open in a spreadsheet."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
