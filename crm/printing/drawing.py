"""Sheets drawn as PDF, with only the characters of the font that they use.

The library and the font are loaded with the first print: most processes never print anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crm.printing.sheet import Pairs, Sheet, Table
from mainline.errors import Unavailable
from mainline.i18n import Text

if TYPE_CHECKING:
    from fpdf import FPDF

_FONT: Final = "company"
_MARGIN: Final = 14.0
_LINE: Final = 5.6
_GREY: Final = 238
_QR_MM: Final = 20.0


class NoFont(Unavailable):
    """The font of the forms is not there."""

    code = "no-font"
    words = Text("The font for printing is not installed: %(detail)s")


def draw(sheets: Sequence[Sheet], font: Path) -> bytes:
    """All of them one after the other, each on a page of its own."""
    if not font.is_file():
        raise NoFont(str(font))
    pdf = _document(font)
    try:
        for sheet in sheets:
            _page(pdf, sheet)
        return bytes(pdf.output())
    finally:
        _close(pdf)


def _document(font: Path) -> FPDF:
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=True, margin=18)
    pdf.set_margin(_MARGIN)
    pdf.add_font(_FONT, "", font, collection_font_number=_chinese(font))
    pdf.set_draw_color(120)
    return pdf


def _close(pdf: FPDF) -> None:
    from fpdf.fonts import TTFFont

    for font in pdf.fonts.values():
        if isinstance(font, TTFFont):
            font.close()


@cache
def _chinese(font: Path) -> int:
    """Of a collection of several languages, the one with the characters as China writes them."""
    from fontTools.ttLib import TTCollection, TTLibError

    try:
        with TTCollection(font, lazy=True) as fonts:
            names = [str(one["name"].getDebugName(1)) for one in fonts]
    except TTLibError:
        return 0
    return next((place for place, name in enumerate(names) if name.endswith(" SC")), 0)


def _page(pdf: FPDF, sheet: Sheet) -> None:
    pdf.add_page()
    _codes(pdf, sheet)
    _text(pdf, sheet.heading, 10)
    _text(pdf, sheet.title, 17)
    _text(pdf, sheet.number, 11)
    pdf.set_y(max(pdf.get_y(), _MARGIN + _QR_MM) + 3)
    for part in sheet.parts:
        _part(pdf, part)
    _end(pdf, sheet)


def _text(pdf: FPDF, words: str, size: int) -> None:
    pdf.set_font(_FONT, size=size)
    pdf.cell(0, size * 0.5, words, new_x="LMARGIN", new_y="NEXT")


def _codes(pdf: FPDF, sheet: Sheet) -> None:
    right = pdf.w - _MARGIN
    if sheet.code in {"qr", "both"}:
        right -= _QR_MM
        _qr(pdf, sheet.number, right)
    if sheet.code in {"bars", "both"}:
        pdf.set_fill_color(0)
        pdf.code39(f"*{sheet.number}*", x=right - 76, y=_MARGIN + 2, w=0.9, h=13)


def _qr(pdf: FPDF, words: str, left: float) -> None:
    import segno

    matrix = segno.make(words, micro=False, error="m").matrix
    side = _QR_MM / len(matrix)
    pdf.set_fill_color(0)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                place = (left + x * side, _MARGIN + y * side)
                pdf.rect(*place, side, side, style="F")


def _part(pdf: FPDF, part: Pairs | Table) -> None:
    pdf.set_font(_FONT, size=10)
    pdf.ln(2)
    pdf.cell(0, 7, part.label, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(_FONT, size=9)
    if isinstance(part, Pairs):
        _pairs(pdf, part)
    else:
        _table(pdf, part.heads, part.widths, part.rows)


def _pairs(pdf: FPDF, part: Pairs) -> None:
    from fpdf.fonts import FontFace

    shaded = FontFace(fill_color=_GREY)
    items = [*part.items, ("", "")] if len(part.items) % 2 else list(part.items)
    with pdf.table(
        col_widths=(16, 34, 16, 34), line_height=_LINE, first_row_as_headings=False, padding=0.6
    ) as table:
        for (label, value), (other, more) in zip(items[::2], items[1::2], strict=True):
            row = table.row()
            row.cell(label, style=shaded)
            row.cell(value)
            row.cell(other, style=shaded)
            row.cell(more)


def _table(
    pdf: FPDF, heads: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[str]]
) -> None:
    from fpdf.fonts import FontFace

    plain = FontFace(emphasis="", fill_color=_GREY)
    with pdf.table(
        col_widths=tuple(widths), line_height=_LINE, headings_style=plain, padding=0.6
    ) as table:
        for each in (heads, *rows):
            table.row(each)


def _end(pdf: FPDF, sheet: Sheet) -> None:
    pdf.set_font(_FONT, size=9)
    if sheet.notes:
        pdf.ln(3)
        pdf.multi_cell(0, _LINE, sheet.notes, new_x="LMARGIN", new_y="NEXT")
    if sheet.signatures:
        pdf.ln(8)
        width = (pdf.w - 2 * _MARGIN) / len(sheet.signatures)
        for words in sheet.signatures:
            pdf.cell(width, _LINE, f"{words}: ____________")
        pdf.ln(_LINE)
    pdf.ln(4)
    pdf.set_text_color(110)
    _text(pdf, sheet.footer, 8)
    pdf.set_text_color(0)
