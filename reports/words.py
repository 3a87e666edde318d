"""The texts of the report, alike in the page, in PDF and in CSV."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from layers.completeness import CRITERIA
from reports.charts import Chart, charts_of


def drawn(content: dict[str, Any]) -> dict[str, Chart]:
    return charts_of(
        content,
        {
            "views": _("Page views by day"),
            "quick": _("within a second"),
            "slow": _("over a second"),
            "times": _("Response time by day: 95 of 100 pages are faster"),
            "ms": _("milliseconds"),
            "edits": _("New and edited layers by day"),
            "added": _("new"),
            "edited": _("edited"),
            "scores": _("Layers by completeness"),
            "layers": _("layers"),
        },
    )


def advice(content: dict[str, Any]) -> list[tuple[str, int]]:
    """What is missing most often, and in how many layers."""
    texts = {criterion.name: str(criterion.advice) for criterion in CRITERIA}
    missing = content["completeness"]["missing"]
    found = [(texts[name], count) for name, count in missing.items() if name in texts and count]
    return sorted(found, key=lambda pair: -pair[1])


def index_in_words(index: dict[str, Any]) -> list[tuple[str, str]]:
    audit = index["last_audit"]
    facts = [
        (_("Waiting to be searchable"), f"{index['pending']:,}"),
        (_("Refused by the index"), f"{index['parked']:,}"),
        (
            _("Longest wait"),
            _("%(seconds)s s") % {"seconds": f"{index['oldest_pending_age']:,.0f}"},
        ),
    ]
    if index["unavailable_since"]:
        facts.append((_("Away since"), str(index["unavailable_since"])[:19].replace("T", " ")))
    if audit:
        facts.append((_("Last audit"), str(audit["at"])[:19].replace("T", " ")))
        facts.append((_("Differences it found"), f"{audit['drift']:,}"))
    return facts
