"""The codebook in Excel: one sheet a dimension, one row a code, and back into TOML without losing what Excel does not show.

Every cell is text, so that nothing an editor or a teller wrote becomes a formula.
"""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from tasks.codebooks.written import with_codes
from warehouse import codebook_faults as faults
from warehouse.codebook import CodebookError

TEXTS = ("code", "ja", "en", "group", "definition", "borders", "since")
CUES = ("strong", "medium", "weak", "against")
ORDER, EXAMPLES = "order", "examples"
_BREAK = "⏎"  # a line's end within one cue or example: in a cell, a line is one of them
LONGEST = 32_767  # characters that Excel keeps of a cell
_WIDTHS = {"code": 22, "ja": 24, "en": 24, "group": 16, "definition": 48, "borders": 40, ORDER: 7, "since": 7}


class NotExcel(ValueError):
    """A workbook that cannot be read as a codebook: sheet, cell, what to do. key, fill: of words.toml [excel]."""

    def __init__(self, key: str, **fill: object):
        super().__init__(key)
        self.key, self.fill = key, fill


def to_excel(folder: Path, out: Path) -> int:
    """Write a codebook folder as a workbook; returns how many sheets. NotExcel for text that Excel cannot hold."""
    files, _ = faults.read(folder)
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    dimensions = sorted(faults.dimensions_of(files).items(), key=lambda item: (item[1].get("order", 99), item[0]))
    for name, data in dimensions:
        _fill(workbook.create_sheet(name), data)
    workbook.save(out)
    return len(dimensions)


def _columns(data: Mapping) -> list[str]:
    kinds = {*CUES, *data.get("rules", {}).get("strength", {}), *(k for c in data["code"] for k in c.get("cues", {}))}
    rest = sorted(kinds - set(CUES))
    return [ORDER, *TEXTS[:-1], EXAMPLES, *rest, *CUES, TEXTS[-1]]


def _fill(sheet: Worksheet, data: Mapping) -> None:
    columns = _columns(data)
    for place, name in enumerate(columns, 1):
        _write(sheet.cell(1, place), name).font = Font(bold=True)
        sheet.column_dimensions[sheet.cell(1, place).column_letter].width = _WIDTHS.get(name, 36)
    for row, code in enumerate(data["code"], 2):
        for place, name in enumerate(columns, 1):
            _write(sheet.cell(row, place), str(row - 1) if name == ORDER else _shown(code, name))
    sheet.freeze_panes = "D2"


def _shown(code: Mapping, column: str) -> str:
    if column in TEXTS:
        return code.get(column, "")
    listed = code.get(EXAMPLES, ()) if column == EXAMPLES else code.get("cues", {}).get(column, ())
    return "\n".join(text.replace("\n", _BREAK) for text in listed)


def _write(cell: Cell, text: str) -> Cell:
    if len(text) > LONGEST or ILLEGAL_CHARACTERS_RE.search(text):
        raise NotExcel("cannot_hold", sheet=cell.parent.title, cell=cell.coordinate)
    cell.value, cell.data_type = text or None, "s" if text else "n"
    cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def from_excel(file: Path, folder: Path, out: Path) -> list[str]:
    """Write an edited copy of a codebook folder; returns the files that differ. NotExcel, CodebookError.

    What the workbook does not show ([rules], groups, changes, comments) stays as in `folder`; so does a dimension
    without a sheet. out: must not be there yet.
    """
    made = dict(_edited(_opened(file), folder))
    shutil.copytree(folder, out)
    changed = [name for name, text in made.items() if (folder / name).read_text(encoding="utf-8") != text]
    for name in changed:
        (out / name).write_text(made[name], encoding="utf-8")
    return changed


def _opened(file: Path) -> openpyxl.Workbook:
    try:
        return openpyxl.load_workbook(file)
    except Exception as error:  # whatever its parts and their parsers raise, one file is one failure
        raise NotExcel("not_excel", file=file, what=type(error).__name__) from error


def _edited(workbook: openpyxl.Workbook, folder: Path) -> Iterator[tuple[str, str]]:
    files, wrong = faults.read(folder)
    if wrong:
        raise CodebookError(f"{folder}/{wrong[0].file}")
    file_of = {
        name: file for file in files if file != faults.HEAD for name in faults.dimensions_of({file: files[file]})
    }
    for sheet in workbook.worksheets:
        if sheet.title not in file_of:
            raise NotExcel("no_such_sheet", sheet=sheet.title, known=" ".join(file_of))
        file = file_of[sheet.title]
        text = (folder / file).read_text(encoding="utf-8")
        yield file, with_codes(text, list(_codes(sheet, tomllib.loads(text))))


def _codes(sheet: Worksheet, data: Mapping) -> Iterator[dict]:
    columns = [_text(cell) for cell in sheet[1]]
    known = _columns(data)
    for cell, name in zip(sheet[1], columns, strict=True):
        if name and name not in known:
            raise NotExcel("no_such_column", sheet=sheet.title, cell=cell.coordinate, name=name, known=" ".join(known))
    if missing := [name for name in ("code", "ja") if name not in columns]:
        raise NotExcel("no_column", sheet=sheet.title, name=missing[0])
    before = {code["code"]: code for code in data["code"]}
    rows = [(row[0].row, dict(zip(columns, map(_text, row), strict=True))) for row in sheet.iter_rows(min_row=2)]
    rows = [(number, told) for number, told in rows if any(text for name, text in told.items() if name != ORDER)]
    for _, told in sorted(rows, key=lambda row: (_place(sheet, *row), row[0])):
        yield _code(told, before.get(told["code"], {}), columns)


def _place(sheet: Worksheet, number: int, told: Mapping[str, str]) -> float:
    try:
        return float(told.get(ORDER) or number - 1)
    except ValueError:
        raise NotExcel("no_number", sheet=sheet.title, row=number, name=ORDER) from None


def _text(cell: Cell) -> str:
    if cell.data_type == "f":
        raise NotExcel("formula", sheet=cell.parent.title, cell=cell.coordinate)
    return "" if cell.value is None else str(cell.value).replace("\r\n", "\n")


def _code(told: Mapping[str, str], before: Mapping, columns: list[str]) -> dict:
    """A code's table: the columns there are over what it was; an emptied cell takes its key away."""
    cues, code = dict(before.get("cues", {})), dict(before)
    for name in filter(None, columns):
        listed = [line.replace(_BREAK, "\n") for line in told[name].split("\n") if line.strip()]
        if name in TEXTS:
            _put(code, name, told[name])
        elif name == EXAMPLES:
            _put(code, name, listed)
        elif name != ORDER:
            _put(cues, name, listed)
    _put(code, "cues", cues)
    return code


def _put(table: dict, name: str, value: object) -> None:
    if value:
        table[name] = value
    elif table.get(name):
        del table[name]
