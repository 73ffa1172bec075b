"""Tables that leave for a spreadsheet: CSV and XLSX in which no text can act as a formula. The one writer of both.

What a spreadsheet takes for a formula begins with = + - @, also in full width, after blanks or quotes; or with a tab or
a line's end, which end the cell before. In CSV such a text gets an apostrophe before it. In XLSX a cell has a type.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from warehouse.zipped import packed

LONGEST = 32_767  # characters (UTF-16 units) that Excel keeps of a cell
_WIDEST = 10**15  # digits that a spreadsheet keeps of a number; also keeps out what is not finite
_ACTING = frozenset("=+-@")
_BREAKS = frozenset("\t\r\n")
_QUOTES = frozenset("'\"`‘’“”「」『』")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")
_STAMP = b"docProps/core.xml"

Cell = str | int | float | None
Rows = Iterable[Sequence[object]]


def safe(text: str) -> str:
    """A text for CSV: an apostrophe before what a spreadsheet would calculate."""
    return f"'{text}" if text[:1] in _BREAKS or _first(text) in _ACTING else text


def _first(text: str) -> str:
    """The first character that a spreadsheet would look at: after blanks, invisible characters and quotes."""
    for character in text:
        if character not in _QUOTES and unicodedata.category(character)[0] not in "ZC":
            return unicodedata.normalize("NFKC", character)[:1]
    return ""


def cell(value: object) -> Cell:
    """A value of a query as a cell: nothing stays nothing, a number that a spreadsheet can hold a number; the rest is text."""
    if value is None:
        return None
    if isinstance(value, Decimal):
        value = float(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _WIDEST
    return value if is_number else str(value)


def to_csv(rows: Rows, bom: bool = True) -> bytes:
    """Rows (the first one the headings) as CSV in UTF-8, with the mark by which Excel knows it unless told otherwise."""
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\r\n" if bom else "\n")
    for row in rows:
        cells = map(cell, row)
        writer.writerow(["" if c is None else safe(c) if isinstance(c, str) else c for c in cells])
    return made.getvalue().encode("utf-8-sig" if bom else "utf-8", "replace")


def to_xlsx(sheets: Mapping[str, Rows], made_at: datetime, widths: Sequence[int] = ()) -> bytes:
    """Sheet name -> rows (the first one the headings) as a workbook; made_at: the only time that stands in it.

    Texts are text cells, formatted as text, cut where Excel would cut them; the same rows give the same bytes.
    """
    import openpyxl

    workbook = openpyxl.Workbook(write_only=True)
    workbook.properties.creator, workbook.properties.created = "neta", made_at.astimezone(UTC).replace(tzinfo=None)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(re.sub(r"[\\/*?:\[\]']", " ", name)[:31])
        sheet.freeze_panes = "A2"
        for place, width in enumerate(widths):
            sheet.column_dimensions[chr(ord("A") + place)].width = width
        for number, row in enumerate(rows):
            sheet.append([_typed(sheet, cell(value), is_head=number == 0) for value in row])
    made = io.BytesIO()
    workbook.save(made)
    return packed(_undated(made, made_at))


def _typed(sheet, value: Cell, is_head: bool):
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if not isinstance(value, str):
        return value
    made = WriteOnlyCell(sheet, shortened(_NO_XML.sub("", value)))
    made.data_type, made.number_format = "s", "@"
    if is_head:
        made.font = Font(bold=True)
    return made


def shortened(text: str) -> str:
    """As much of a text as a cell holds; a cut one ends in …"""
    if len(text.encode("utf-16-le")) // 2 <= LONGEST:
        return text
    return text.encode("utf-16-le")[: 2 * (LONGEST - 1)].decode("utf-16-le", "ignore") + "…"


def _undated(workbook: io.BytesIO, made_at: datetime) -> Iterator[tuple[str, bytes]]:
    """Its members, with the time of saving replaced."""
    stamp = f"{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(workbook) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            yield name, _MODIFIED.sub(rb"\g<1>" + stamp, content) if name.encode() == _STAMP else content
