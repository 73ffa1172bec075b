from __future__ import annotations

import shutil
import tempfile
import tomllib
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.codebooks.excel import NotExcel, from_excel, to_excel
from tasks.codebooks.written import with_codes
from warehouse.codebook import BUILT_IN, load

HEAD = 'version = "1.0"\n'
PLAIN = """# 観点の説明
name = "need"
ja = "困りごと"

[rules] # 手がかりの読み方
lean = [
  { from = "x", code = "a", times = 1, most = 1 },
]

[[group]]
code = "g"
ja = "まとめ"

# 一つめ
[[code]]
code = "a"
ja = "甲"
group = "g"
[code.cues]
strong = ["あ", "い"] # 大事
[[code]]
code = "b"
ja = "乙"
group = "g"
hidden = 3

[[change]]
kind = "add"
to = "b"
since = "1.0"
why = "初めから"
"""


@pytest.fixture
def plain(tmp_path) -> Path:
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "codebook.toml").write_text(HEAD, encoding="utf-8")
    (folder / "need.toml").write_text(PLAIN, encoding="utf-8")
    return folder


def edited(folder: Path, tmp_path: Path, edit) -> dict:
    """The data of need.toml after it went to Excel, was edited there and came back."""
    to_excel(folder, tmp_path / "a.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "a.xlsx")
    edit(workbook["need"])
    workbook.save(tmp_path / "b.xlsx")
    from_excel(tmp_path / "b.xlsx", folder, tmp_path / "out")
    return tomllib.loads((tmp_path / "out" / "need.toml").read_text(encoding="utf-8"))


def cell(sheet, row: int, column: str):
    return next(c for c in sheet[row] if sheet.cell(1, c.column).value == column)


def test_there_and_back_is_the_same_bytes(tmp_path):
    assert to_excel(BUILT_IN, tmp_path / "a.xlsx") == len(load(BUILT_IN).dimensions)
    assert from_excel(tmp_path / "a.xlsx", BUILT_IN, tmp_path / "out") == []
    for file in BUILT_IN.glob("*.toml"):
        assert (tmp_path / "out" / file.name).read_bytes() == file.read_bytes()


def test_an_edit_changes_its_code_alone(plain, tmp_path):
    def edit(sheet):
        cell(sheet, 2, "definition").value = "困ったこと"
        cell(sheet, 2, "strong").value = "あ\nう"

    data = edited(plain, tmp_path, edit)
    text = (tmp_path / "out" / "need.toml").read_text(encoding="utf-8")
    assert data["code"][0]["definition"] == "困ったこと" and data["code"][0]["cues"] == {"strong": ["あ", "う"]}
    before, after = PLAIN.split("[[code]]"), text.split("[[code]]")
    assert before[0] == after[0] and before[2] == after[2].replace("\n\n\n", "\n\n")


def test_rows_may_be_added_moved_emptied_and_removed(plain, tmp_path):
    def edit(sheet):
        cell(sheet, 2, "order").value = 9
        cell(sheet, 2, "group").value = None
        for name, value in {"order": "1", "code": "c", "ja": "丙", "since": 1.1}.items():
            cell(sheet, 4, name).value = value
        sheet.delete_rows(3)

    data = edited(plain, tmp_path, edit)
    assert [c["code"] for c in data["code"]] == ["c", "a"] and "group" not in data["code"][1]
    assert data["code"][0] == {"code": "c", "ja": "丙", "since": "1.1"}
    assert data["change"] and data["rules"] and data["group"]


def test_what_looks_like_a_formula_stays_text(plain, tmp_path):
    told = '=HYPERLINK("http://x.invalid","押す")'
    file = plain / "need.toml"
    file.write_text(PLAIN.replace('ja = "甲"', f"ja = '{told}'"), encoding="utf-8")
    to_excel(plain, tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    assert edited(plain, tmp_path, lambda sheet: None)["code"][0]["ja"] == told


WRONG = {
    "no_such_sheet": lambda sheet: setattr(sheet, "title", "needs"),
    "no_such_column": lambda sheet: setattr(cell(sheet, 1, "weak"), "value", "weka"),
    "no_column": lambda sheet: sheet.delete_cols(2),
    "no_number": lambda sheet: setattr(cell(sheet, 2, "order"), "value", "はじめ"),
    "formula": lambda sheet: setattr(cell(sheet, 2, "ja"), "value", "=1+1"),
}


@pytest.mark.parametrize("key", WRONG)
def test_what_cannot_be_read_is_told_and_nothing_is_written(plain, tmp_path, key):
    to_excel(plain, tmp_path / "a.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "a.xlsx")
    WRONG[key](workbook["need"])
    workbook.save(tmp_path / "b.xlsx")
    with pytest.raises(NotExcel) as caught:
        from_excel(tmp_path / "b.xlsx", plain, tmp_path / "out")
    assert caught.value.key == key and not (tmp_path / "out").exists()


def test_no_workbook_and_a_cell_too_long_are_told(plain, tmp_path):
    (tmp_path / "b.xlsx").write_bytes(b"PK no zip")
    with pytest.raises(NotExcel, match="not_excel"):
        from_excel(tmp_path / "b.xlsx", plain, tmp_path / "out")
    (plain / "need.toml").write_text(PLAIN.replace("甲", "甲" * 40_000), encoding="utf-8")
    with pytest.raises(NotExcel, match="cannot_hold"):
        to_excel(plain, tmp_path / "a.xlsx")


_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1).filter(str.strip)
_TEXTS = st.lists(_TEXT.filter(lambda text: "⏎" not in text), max_size=3)
_CODE = st.fixed_dictionaries(
    {"code": st.from_regex(r"[a-z]{1,8}", fullmatch=True), "ja": _TEXT},
    optional={
        "definition": _TEXT,
        "examples": _TEXTS,
        "cues": st.dictionaries(st.sampled_from(("strong", "weak")), _TEXTS),
    },
)


@given(st.lists(_CODE, min_size=1, max_size=4, unique_by=lambda code: code["code"]))
def test_any_text_comes_back(codes):
    made = with_codes(PLAIN, codes)
    assert tomllib.loads(made)["code"] == codes
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "book"
        folder.mkdir()
        (folder / "codebook.toml").write_text(HEAD, encoding="utf-8")
        (folder / "need.toml").write_text(made, encoding="utf-8")
        to_excel(folder, Path(place) / "a.xlsx")
        from_excel(Path(place) / "a.xlsx", folder, Path(place) / "out")
        assert (Path(place) / "out" / "need.toml").read_text(encoding="utf-8") == made
        shutil.rmtree(folder)
