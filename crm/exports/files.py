"""A table as CSV or XLSX, with its watermark in every row and on every page. Pure."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Final, Literal
from xml.sax.saxutils import escape

Format = Literal["csv", "xlsx"]
MEDIA: Final[dict[Format, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_CELL_CHARS_MAX: Final = 32_000
_STAMP: Final = (1980, 1, 1, 0, 0, 0)
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"

Row = Sequence[str]


def written(form: Format, head: Row, rows: Iterable[Row], watermark: str) -> bytes:
    """The file; each row ends with the watermark."""
    marked = [[*row, watermark] for row in rows]
    return (as_csv if form == "csv" else as_xlsx)(head, marked, watermark)


def as_csv(head: Row, rows: Iterable[Row], _watermark: str) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read the Chinese; no cell is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _harmless(cell: str) -> str:
    """What a spreadsheet would compute is shown as text instead."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def as_xlsx(head: Row, rows: Iterable[Row], watermark: str) -> bytes:
    """One sheet of texts, the watermark in the head and foot of every printed page as well."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in _PARTS.items():
            book.writestr(zipfile.ZipInfo(name, _STAMP), text)
        sheet = zipfile.ZipInfo("xl/worksheets/sheet1.xml", _STAMP)
        sheet.compress_type = zipfile.ZIP_DEFLATED
        book.writestr(sheet, _sheet([head, *rows], watermark))
    return out.getvalue()


def _sheet(rows: Iterable[Row], watermark: str) -> str:
    lines = "".join(_line(place, row) for place, row in enumerate(rows, start=1))
    mark = _text(watermark.replace("&", "&&"))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{_MAIN}">'
        f"<sheetData>{lines}</sheetData><headerFooter><oddHeader>&amp;C{mark}</oddHeader>"
        f"<oddFooter>&amp;C{mark} &amp;P/&amp;N</oddFooter></headerFooter></worksheet>"
    )


def _line(place: int, row: Row) -> str:
    cells = "".join(
        f'<c t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>' for cell in row
    )
    return f'<row r="{place}">{cells}</row>'


def _text(cell: str) -> str:
    """What XML can hold of it."""
    return escape("".join(c for c in cell[:_CELL_CHARS_MAX] if c.isprintable() or c in "\n\t"))


_PARTS: Final = {
    "[Content_Types].xml": (
        f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{_TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>"
    ),
    "xl/workbook.xml": (
        f'<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="1" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>"
    ),
}
