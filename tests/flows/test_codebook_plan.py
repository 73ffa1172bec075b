"""`neta codebook plan`: what it says is what then happens, and saying it changes nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from flows.build import build
from flows.codebooks import plan_and_tell
from flows.reviewing import decide
from flows.settings import load
from warehouse import counts, store
from warehouse.words import Words


def contents(folder: Path) -> dict[str, str]:
    files = (f for f in sorted(folder.rglob("*")) if f.is_file() and not f.is_symlink())
    return {str(f.relative_to(folder)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def edit(folder: Path, file: str, before: str, after: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert before in text
    (folder / file).write_text(text.replace(before, after, 1), encoding="utf-8")


def add(folder: Path, file: str, change: str) -> None:
    with (folder / file).open("a", encoding="utf-8") as out:
        out.write(f'\n[[change]]\n{change}\nsince = "1.3"\nwhy = "試し"\n')


def planned(home: Path, folder: Path, capsys) -> tuple[int, dict]:
    capsys.readouterr()
    code = plan_and_tell(home, folder, as_json=True)
    return code, json.loads(capsys.readouterr().out)


def counted(home: Path, *names: str) -> dict[tuple[str, str], int]:
    settings = load(home)
    with store.reading(settings.lake, str(settings.zone)) as con:
        tables = [(name, row) for name in names for row in counts.breakdown(con, name, Words()).rows]
    return {(name, row["code"]): row["story_count"] for name, row in tables if row["level"] == "code"}


def some(home: Path, number: int) -> list[str]:
    settings = load(home)
    with store.reading(settings.lake, str(settings.zone)) as con:
        rows = con.execute("SELECT submission_ref FROM fct_story WHERE is_counted ORDER BY story_id LIMIT ?", [number])
        return [ref for (ref,) in rows.fetchall()]


@pytest.mark.slow
def test_what_a_plan_says_is_what_then_happens_and_it_writes_nothing(sample_copy, tmp_path, capsys):
    kept, moved, lost = some(sample_copy, 3)
    decide(sample_copy, kept, "platform=mixi", "editor", None)
    decide(sample_copy, moved, "platform=note", "editor", None)
    decide(sample_copy, lost, "industry=E", "editor", None)
    build(load(sample_copy))
    new = Path(shutil.copytree(sample_copy / "codebook", tmp_path / "new"))
    edit(new, "codebook.toml", 'version = "1.2"', 'version = "1.3"')
    edit(new, "platform.toml", "note = { note =", "note = { note_com =")
    edit(new, "platform.toml", '[[code]]\ncode = "note"', '[[code]]\ncode = "note_com"')
    add(new, "platform.toml", 'kind = "rename"\nfrom = "note"\nto = "note_com"')
    edit(new, "industry.toml", '[[code]]\ncode = "E"', '[[code]]\ncode = "E1"')
    add(new, "industry.toml", 'kind = "split"\nfrom = "E"\nto = ["E1", "R"]')
    before, names = contents(sample_copy), ("platform", "benefit", "industry")
    was = counted(sample_copy, *names)

    code, told = planned(sample_copy, new, capsys)
    assert code == 0 and contents(sample_copy) == before
    assert told["decisions"] == {"kept": 1, "carried": 1, "review": 1, "rest": 0}
    assert told["recoded"]["platform"] == 0 < told["recoded"]["industry"]  # a new name is no other code
    assert told["without_model"] == ["industry"]

    shutil.rmtree(sample_copy / "codebook")
    shutil.copytree(new, sample_copy / "codebook")
    build(load(sample_copy))
    became = counted(sample_copy, *names)
    moves = {(row["dimension"], row["code"]): (row["now"], row["then"]) for row in told["moved"]}
    assert {key: value for key, value in moves.items() if key[0] in names} == {
        key: (was.get(key), became.get(key)) for key in [*was, *became] if was.get(key) != became.get(key)
    }
    assert became["platform", "note_com"] == was["platform", "note"]


def test_a_code_that_vanishes_without_a_word_fails_and_one_that_comes_is_told(told, tmp_path, capsys):
    new = Path(shutil.copytree(told.path / "codebook", tmp_path / "new"))
    edit(new, "platform.toml", '[[code]]\ncode = "mixi"', '[[code]]\ncode = "mixi2"')
    code, plan = planned(told.path, new, capsys)
    assert code == 1
    assert {(f["place"], f["problem"], f["warning"]) for f in plan["findings"]} == {
        ("version", "version_same", False),
        ("platform=mixi", "vanished", False),
        ("platform=mixi2", "came", True),
    }
    (new / "happened.toml").unlink()
    assert "vanished_dimension" in {f["problem"] for f in planned(told.path, new, capsys)[1]["findings"]}
    edit(new, "valence.toml", "[rules]", "[rules")
    code, plan = planned(told.path, new, capsys)
    assert code == 1 and "not_toml" in {f["problem"] for f in plan["findings"]} and "moved" not in plan
