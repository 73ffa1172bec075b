"""Rows are exact bytes in every encoding, and no text is ever read as something else."""

from __future__ import annotations

import codecs
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.channels import Item, Unreadable
from tasks.text import tables

# Characters that CP932 gives back as they came; among them the ones that need quotes.
CELL = st.text(st.sampled_from('あ漢①髙～ｱA1 ,;\t"\n'), max_size=8)
ROWS = st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=6)
SAVED = {"utf-8": b"", "cp932": b"", "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}


def _written(rows: list[list[str]], **how) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, **how).writerows([["見出し", "本文", "日付"], *rows])
    return out.getvalue()


@given(ROWS, st.sampled_from(list(SAVED)), st.sampled_from(["\r\n", "\n"]), st.booleans())
def test_rows_are_slices_of_the_file(rows, encoding, end, quoted):
    text = _written(rows, lineterminator=end, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    data = text.encode(encoding)
    table = tables.read_table(SAVED[encoding] + data)
    got = list(table.rows)
    assert [list(row.fields) for row in got] == [row for row in rows if any(cell.strip() for cell in row)]
    assert all(row.raw in data for row in got)
    for row in got:
        around = {"encoding": table.encoding, "delimiter": ",", "header": table.header, "line": row.line}
        assert tables.fields_of(Item("x", row.raw, "text/csv", around)) == list(row.fields)


@given(ROWS)
def test_one_row_is_one_id_in_every_encoding(rows):
    ids = set()
    for encoding, mark in SAVED.items():
        for end in ("\r\n", "\n"):
            table = tables.read_table(mark + _written(rows, lineterminator=end).encode(encoding))
            ids.add(tuple(tables.digest(row.fields) for row in table.rows))
    assert len(ids) == 1


SHORT = st.lists(st.text(st.sampled_from("a\\0\0"), max_size=3), min_size=1, max_size=3)


@given(SHORT, SHORT)
def test_digest_tells_where_one_field_ends(some, other):
    assert (tables.digest(some) == tables.digest(other)) == (some == other)


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "utf-16"])
def test_japanese_prose_is_read_as_it_was_written(encoding):
    prose = "毎日のように、ひらがなばかりのぶんしょうをのせていたら、よんでくれるひとがふえました。\n港町の食堂です。\n"
    assert tables.decode(prose.encode(encoding))[0] == prose


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_unreadable(data):
    try:
        text, encoding = tables.decode(data)
    except Unreadable as unreadable:
        assert unreadable.problem == "csv_undecodable"
    else:
        assert "\ufffd" not in text or "\ufffd".encode(encoding) in data


def test_many_unclosed_quotes_cost_one_line_each():
    lines = "".join(f'"{n} opened and never closed\n' for n in range(2001))
    rows = list(tables.read_table(f"a,b\n{lines}x,y\n".encode()).rows)
    assert len(rows) == 2002
    assert [row.line for row in rows if not row.broken] == [2003]


ANSWERS = {
    "実名可": "named_ok",
    "実名OKです": "named_ok",
    "名前を出してもよい": "named_ok",
    "名前を出してほしくない": None,
    "匿名希望": "anonymous",
    "お名前は伏せてください": None,
    "どちらでもよい": None,
    "": None,
}


@pytest.mark.parametrize(("answer", "wish"), ANSWERS.items())
def test_wish(answer, wish):
    assert tables.wish_of(answer) == wish


@pytest.mark.parametrize("cell", ["note;X (旧Twitter);ブログ・サイト", "note, X (旧Twitter), ブログ・サイト"])
def test_ticked_boxes(cell):
    assert tables.labels_in([cell]) == ["note", "X (旧Twitter)", "ブログ・サイト"]
