"""Files for a spreadsheet: nothing in them is a formula, and the same table is the same bytes."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from warehouse.sheets import LONGEST, safe, to_csv, to_xlsx

AT = datetime(2026, 4, 1, 21, 30, tzinfo=timezone(timedelta(hours=9)))
ACTING = ["=1+1", "+81 90", "-2+3", "@SUM(A1)", "＝1", "＋1", "－1", "＠x", "﹦1", "\t=1", "\tx", "\rx", "\nx"]
ACTING += [" =1", "　＝1", "\u200b=1", "'=1", '"=1"', "「=1」", " ' =1", "\u00a0@x", "\ufeff=1", "-"]
INERT = ["", "a=1", "1+1", "話 = 話", "・-", "#REF", "note@", "'quoted'", "　"]
TEXTS = st.text(
    st.one_of(st.sampled_from("=+-@＝＋－＠\t\r\n '\"「\u200b　;,|0A話"), st.characters(codec="utf-8")), max_size=20
)


@pytest.mark.parametrize("text", ACTING)
def test_what_a_spreadsheet_would_calculate_is_marked(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", INERT)
def test_everything_else_is_left_alone(text):
    assert safe(text) == text


@given(TEXTS)
def test_what_is_marked_begins_with_the_mark_alone(text):
    made = safe(text)
    assert made in (text, f"'{text}")
    assert unicodedata.normalize("NFKC", made.lstrip())[:1] not in tuple("=+-@") and made[:1] not in tuple("\t\r\n")


@given(st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=5))
def test_csv_is_read_back_as_it_was_but_for_the_mark(rows):
    read = list(csv.reader(io.StringIO(to_csv(rows).decode("utf-8-sig"), newline="")))
    assert read == [[safe(cell) for cell in row] for row in rows]


def test_csv_begins_with_the_mark_that_excel_knows_and_keeps_numbers():
    assert to_csv([["話", "n"], ["a", -5], [None, Decimal("1.5")]]) == "\ufeff話,n\r\na,-5\r\n,1.5\r\n".encode()
    assert to_csv([["a"]], bom=False) == b"a\n"


@given(st.lists(TEXTS, min_size=1, max_size=6))
@example(ACTING)
def test_every_text_of_a_workbook_is_a_text(texts):
    made = to_xlsx({"話": [["head"], *([text] for text in texts)]}, AT)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())
    cells = [row[0] for row in openpyxl.load_workbook(io.BytesIO(made))["話"].iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s"}
    assert all(cell.number_format == "@" for cell in cells if cell.value is not None)


def test_numbers_are_numbers_and_what_is_none_is_empty():
    rows = [
        ["a", "b", "c", "d", "e"],
        [-5, 1.5, None, True, 10**20],
        [float("nan"), Decimal("2.5"), "2026-03", "=1", "x" * 40_000],
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx({"x": rows}, AT)))["x"]
    read = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert read[0] == [-5, 1.5, None, "True", "1" + "0" * 20]
    assert read[1][:4] == ["nan", 2.5, "2026-03", "=1"] and len(read[1][4]) == LONGEST and read[1][4].endswith("…")


def test_no_time_but_the_one_given_stands_in_a_workbook():
    made = to_xlsx({"x": [["a"], ["b"]]}, AT)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        times = re.findall(rb"\d{4}-\d\d-\d\dT[\d:]+Z?", archive.read("docProps/core.xml"))
    assert times == [b"2026-04-01T12:30:00Z"] * 2
    assert to_xlsx({"x": [["a"], ["b"]]}, AT) == made
