"""The report as PDF, in the reader's language; text of every direction, letters of DejaVu Sans."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from reports.charts import Chart
from reports.letters import Letters
from reports.words import advice, drawn, index_in_words

FONTS = Path(__file__).parent / "fonts"
FAMILY = "DejaVu"
TEXT, ACCENT, SECOND, MUTED, LINE = (
    (28, 35, 45),
    (22, 88, 142),
    (190, 98, 20),
    (95, 105, 118),
    (214, 219, 226),
)
SERIES = (ACCENT, SECOND)
ROWS = 10
SHAPED = re.compile("[\u0590-\u1fff\ufb1d-\ufdff\ufe70-\ufeff]")
LONGEST_CELL = 90


class Paper(FPDF):
    """A4 with the site's name above and the page's number below."""

    def __init__(self) -> None:
        super().__init__(format="A4")
        self.add_font(FAMILY, "", FONTS / "DejaVuSans.ttf")
        self.add_font(FAMILY, "B", FONTS / "DejaVuSans-Bold.ttf")
        self.set_font(FAMILY, size=9)
        self.set_text_color(*TEXT)
        self.set_margins(18, 18)
        self.set_auto_page_break(True, 18)
        self.align = "R" if get_language_bidi() else "L"
        self.letters = Letters(self.fonts[FAMILY.lower()].cmap)

    def header(self) -> None:
        self.set_font(FAMILY, size=8)
        self.set_text_color(*MUTED)
        name = self.letters.text(str(settings.SITE_NAME))
        self.cell(0, 5, name, align=self.align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(3)
        self.set_text_color(*TEXT)

    def footer(self) -> None:
        self.set_y(-13)
        self.set_font(FAMILY, size=8)
        self.set_text_color(*MUTED)
        self.cell(0, 5, str(self.page_no()), align="C")

    def title_line(self, text: str) -> None:
        self._line(text, 17, "B", 9)

    def heading(self, text: str) -> None:
        self.ln(4)
        if self.will_page_break(30):
            self.add_page()
        self._line(text, 11.5, "B", 7)

    def paragraph(self, text: str, *, muted: bool = False) -> None:
        self.set_text_color(*(MUTED if muted else TEXT))
        self._line(text, 9, "", 5)
        self.set_text_color(*TEXT)

    def _line(self, text: str, size: float, style: str, height: float) -> None:
        self.set_font(FAMILY, style, size)
        self.multi_cell(0, height, text, align=self.align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def rows(
        self, names: Sequence[str], rows: Sequence[Sequence[Any]], widths: Sequence[int]
    ) -> None:
        """The first column holds texts, the others numbers."""
        if not rows:
            self.paragraph(_("Nothing."), muted=True)
            return
        self.set_font(FAMILY, size=8)
        self.set_draw_color(*LINE)
        self.set_fill_color(255)  # a table is filled with whatever was drawn last
        first, other = (self.align, "R" if self.align == "L" else "L")
        aligned = (first, *[other] * (len(names) - 1))
        step = 1 if self.align == "L" else -1  # read from the right, columns begin there
        heading = FontFace(emphasis="BOLD", color=MUTED)
        with self.table(
            col_widths=tuple(widths)[::step],
            text_align=aligned[::step],
            borders_layout="HORIZONTAL_LINES",
            line_height=5,
            headings_style=heading,
            padding=0.6,
        ) as table:
            table.row([str(name) for name in names[::step]])
            for cells in rows:
                table.row([shortened(cell) for cell in cells][::step])

    def chart(self, chart: Chart) -> None:
        """Drawn from the numbers that the page's drawing is made of."""
        if self.will_page_break(70):
            self.add_page()
        self.heading(chart.title)
        if chart.is_empty:
            self.paragraph(_("Nothing."), muted=True)
            return
        scale = self.epw / chart.width
        left, top = self.l_margin, self.get_y()
        self.set_font(FAMILY, size=6.5)
        self.set_draw_color(*LINE)
        for line in chart.lines:
            y = top + line.at * scale
            self.line(left + chart.left * scale, y, left + chart.right * scale, y)
            self.set_xy(left, y - 2)
            self.cell((chart.left - 6) * scale, 4, line.text, align="R")
        for bar in chart.bars:
            self.set_fill_color(*SERIES[bar.series % len(SERIES)])
            self.rect(
                left + bar.x * scale,
                top + bar.y * scale,
                bar.width * scale,
                bar.height * scale,
                style="F",
            )
        for label in chart.labels:
            self.set_xy(left + label.at * scale - 15, top + (chart.base + 3) * scale)
            self.cell(30, 4, label.text, align="C")
        self.set_xy(left, top + chart.height * scale + 1)
        self._key(chart)

    def _key(self, chart: Chart) -> None:
        if len(chart.series) < 2:
            return
        for number, name in enumerate(chart.series):
            self.set_fill_color(*SERIES[number % len(SERIES)])
            self.rect(self.get_x(), self.get_y() + 1.2, 2.4, 2.4, style="F")
            self.set_x(self.get_x() + 3.5)
            self.cell(self.get_string_width(name) + 6, 5, name)
        self.ln(6)


def shortened(cell: Any) -> str:
    if isinstance(cell, int):
        return f"{cell:,}"
    text = "" if cell is None else " ".join(str(cell).split())
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def as_pdf(content: dict[str, Any]) -> bytes:
    paper = Paper()
    content = paper.letters.fit(content)
    # Joining letters and turning lines takes most of the time, and Latin needs neither.
    paper.set_text_shaping(get_language_bidi() or bool(SHAPED.search(str(content))))
    paper.set_title(_("Report on the catalogue"))
    paper.add_page()
    paper.title_line(_("Report on the catalogue"))
    _introduction(paper, content)
    charts = drawn(content)
    paper.chart(charts["views"])
    paper.chart(charts["times"])
    for title, rows in ((_("Most viewed pages"), "pages"), (_("Slow pages"), "slow_pages")):
        paper.heading(title)
        paper.rows(*_of_pages(content[rows][:ROWS]))
    paper.heading(_("Most viewed layers"))
    viewed = [(row["title"], row["views"]) for row in content["most_viewed"][:ROWS]]
    paper.rows((_("Layer"), _("Views")), viewed, (5, 1))
    _of_layers(paper, content, charts)
    _of_searches(paper, content["searches_without_hits"])
    dead = content["links"]["dead"]
    paper.heading(_("Dead links"))
    paper.rows(
        (_("Address"), _("Reason")), [(row["url"], row["reason"]) for row in dead[:ROWS]], (3, 1)
    )
    paper.heading(_("State of the index"))
    paper.rows((_("What"), _("Value")), index_in_words(content["index"]), (3, 2))
    if paper.letters.lacking:
        paper.ln(4)
        paper.paragraph(
            _(
                "Letters that this document has no font for, such as Chinese, Japanese and Korean "
                "ones, stand as “…”. The page of the report and its CSV have them."
            ),
            muted=True,
        )
    return bytes(paper.output())


def _introduction(paper: Paper, content: dict[str, Any]) -> None:
    made = localtime(content["made_at"])
    paper.paragraph(
        _("The last %(days)s days, as of %(when)s")
        % {"days": content["days"], "when": date_format(made, "DATETIME_FORMAT")},
        muted=True,
    )
    if content["url"]:
        paper.paragraph(_("Only pages whose address begins with %(url)s") % {"url": content["url"]})
    views = content["views"]
    paper.paragraph(
        _("%(count)s page views; half of them within %(p50)s ms, 95 of 100 within %(p95)s ms.")
        % {
            "count": f"{views['count']:,}",
            "p50": views["p50_ms"] or 0,
            "p95": views["p95_ms"] or 0,
        }
    )


def _of_pages(rows: list[dict[str, Any]]) -> tuple[Any, Any, Any]:
    cells = [
        (row["title"] or row["url"], row["views"], row["mean_ms"], row["slowest_ms"])
        for row in rows
    ]
    return (_("Page"), _("Views"), _("Mean ms"), _("Slowest ms")), cells, (6, 1, 1, 1)


def _of_layers(paper: Paper, content: dict[str, Any], charts: dict[str, Chart]) -> None:
    paper.chart(charts["edits"])
    paper.heading(_("Most active organisations"))
    active = [(o["name"], o["added"], o["edited"]) for o in content["organisations"][:ROWS]]
    paper.rows((_("Organisation"), _("New"), _("Edited")), active, (6, 1, 1))
    paper.chart(charts["scores"])
    found = content["completeness"]
    paper.paragraph(
        _("%(layers)s layers, complete to %(mean)s of 100 on average.")
        % {"layers": f"{found['layers']:,}", "mean": found["mean"]}
    )
    paper.heading(_("What is missing most often"))
    paper.rows((_("Advice"), _("Layers")), advice(content)[:ROWS], (6, 1))


def _of_searches(paper: Paper, found: dict[str, Any]) -> None:
    paper.heading(_("Searches without hits"))
    paper.paragraph(_("%(count)s searches found nothing.") % {"count": f"{found['count']:,}"})
    if found["words"]:
        words = [(row["words"], row["times"]) for row in found["words"][:ROWS]]
        paper.rows((_("Words"), _("Times")), words, (6, 1))
