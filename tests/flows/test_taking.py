"""`neta counts --out` and `neta sql --out`: files as a person gets them."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest
from click.testing import CliRunner

from flows.cli import main


def said(*words: object):
    """A verb in this process: .exit_code, .stdout, .stderr."""
    return CliRunner().invoke(main, list(map(str, words)))


@pytest.mark.parametrize(
    ("kind", "begins"),
    {".csv": b"\xef\xbb\xbf", ".xlsx": b"PK", ".svg": b"<svg", ".png": b"\x89PNG", ".pdf": b"%PDF"}.items(),
)
def test_counts_are_written_as_the_name_says_and_the_same_again(sample_home, tmp_path, kind, begins):
    made = []
    for name in ("one", "two"):
        out = tmp_path / f"{name}{kind}"
        done = said("counts", "--home", sample_home.path, "--by", "platform", "--out", out)
        assert done.exit_code == 0 and str(out) in done.stdout
        made.append(out.read_bytes())
    assert made[0].startswith(begins) and made[0] == made[1]


def test_a_file_tells_what_the_terminal_tells(sample_home, tmp_path):
    out = tmp_path / "by.csv"
    said("counts", "--home", sample_home.path, "--by", "benefit", "--codes", "--out", out)
    told = json.loads(said("counts", "--home", sample_home.path, "--by", "benefit", "--json").stdout)
    rows = list(csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig"), newline="")))
    codes = [row for row in told["counts"]["benefit"] if row["level"] == "code"]
    assert [(row[0], int(row[1])) for row in rows[1 : len(codes) + 1]] == [
        (r["label"], r["story_count"]) for r in codes
    ]
    assert f"n = {told['totals']['story_count']}話" in rows[len(codes) + 2][0] and told["note"] in rows[len(codes) + 3]


@pytest.mark.parametrize(
    "words", [["--by", "platform", "--out", "x.doc"], ["--by", "platform,month", "--out", "x.csv"], ["--out", "x.csv"]]
)
def test_what_cannot_be_written_is_refused_in_a_line(sample_home, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    done = said("counts", "--home", sample_home.path, *words)
    assert done.exit_code == 1 and done.stderr.count("\n") == 1 and not list(tmp_path.iterdir())


def test_a_question_is_listed_asked_and_written(sample_home, tmp_path):
    home = ["--home", sample_home.path]
    listed = said("sql", "--questions", *home).stdout
    assert "months_compared" in listed and "2つの月を比べる" in listed
    out = tmp_path / "asked.xlsx"
    asked = ["sql", "--question", "months_compared", "earlier=2026-02", "later=2026-03", *home]
    assert said(*asked, "--out", out).exit_code == 0
    rows = json.loads(said(*asked, "--json").stdout)
    sheet = openpyxl.load_workbook(out).active
    told = [cell.value for cell in sheet["A"]][1:]
    assert told[: len(rows)] == [row["told"] for row in rows] and sheet["A1"].value == "語られたこと"
    assert told[len(rows) + 1] == "2つの月を比べる earlier=2026-02 later=2026-03"
    assert (
        told[len(rows) + 2].startswith("n = ")
        and "割合ではありません" in told[len(rows) + 3]
        and "版" in told[len(rows) + 4]
    )
    assert "語られたこと" in said(*asked).stdout


@pytest.mark.parametrize(
    "words",
    [
        ["--question", "none"],
        ["--question", "late_stories", "most"],
        ["--question", "late_stories", "most=1", "most=2"],
        ["--question", "late_stories", "limit=1"],
        ["SELECT 1", "SELECT 2"],
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_in_a_line(sample_home, words):
    done = said("sql", *words, "--home", sample_home.path)
    assert done.exit_code == 1 and done.stdout == "" and done.stderr.count("\n") == 1


def test_no_cell_of_an_answer_is_a_formula(sample_home, tmp_path):
    query = "SELECT '=1+1' AS a, '＠x' AS b, -1 AS c"
    assert said("sql", query, "--csv", "--home", sample_home.path).stdout == "a,b,c\n'=1+1,'＠x,-1\n"
    assert said("sql", query, "--out", tmp_path / "a.csv", "--home", sample_home.path).exit_code == 0
    assert (tmp_path / "a.csv").read_bytes() == "\ufeffa,b,c\r\n'=1+1,'＠x,-1\r\n".encode()
