"""The ledger from the command line: from machine to machine, notes, addresses that go, and what the doctor sees of it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows import doctor
from flows.build import build
from flows.cli import main
from flows.daily import run_day
from flows.reviewing import decide
from flows.settings import SettingsError, load
from tasks import tombstones
from tasks.addresses import used_up
from warehouse import ledger, store
from warehouse import tombstones as stones_files

POST = "x:1700000000000000007"


def said(*words: object):
    return CliRunner().invoke(main, [*map(str, words)])


def ref(home) -> str:
    with store.reading(home.settings.lake, "Asia/Tokyo") as con:
        return con.execute("SELECT submission_ref FROM fct_submission").fetchone()[0]


def read(home: Path) -> list[ledger.Entry]:
    return ledger.read(load(home).lake.ledger)


def test_what_is_decided_on_another_machine_comes_back_by_a_file(told, tmp_path):
    decide(told.path, POST, "benefit=other", "editor", None)
    there = shutil.copytree(told.path, tmp_path / "there", symlinks=True)
    decide(there, POST, "benefit=", "second", "読んだ")
    file = tmp_path / "ledger.jsonl"
    assert said("ledger", "export", file, "--home", there).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and read(there)[-1].payload == {"file": str(file)}
    assert "3件" not in said("ledger", "import", file, "--home", told.path).output  # one of three was here
    assert read(told.path) == read(there)
    assert [json.loads(said("--home", told.path, "ledger", "--json").output)[n]["who"] for n in (0, 1)] == [
        "editor",
        "second",
    ]
    again, over = said("ledger", "import", file, "--home", told.path), said("ledger", "export", file, "--home", there)
    assert again.exit_code == 0 and read(told.path) == read(there) and over.exit_code != 0


def test_a_fork_and_a_changed_line_are_refused_in_one_line(told, tmp_path):
    decide(told.path, POST, "benefit=other", "editor", None)
    there = shutil.copytree(told.path, tmp_path / "there", symlinks=True)
    decide(told.path, POST, "benefit=", "editor", None)
    said("ledger", "export", tmp_path / "fork.jsonl", "--home", there)
    text = (tmp_path / "fork.jsonl").read_text(encoding="utf-8").replace('"who": "editor"', '"who": "another"', 1)
    (tmp_path / "changed.jsonl").write_text(text, encoding="utf-8")
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe\0")
    before = read(told.path)
    for name in ("fork", "changed", "bytes"):
        refused = said("ledger", "import", tmp_path / f"{name}.jsonl", "--home", told.path)
        assert refused.exit_code == 1 and len(refused.stderr.splitlines()) == 1, name
        assert f"{name}.jsonl" in refused.stderr
    assert read(told.path) == before


def test_an_old_file_brings_nobody_back_who_withdrew(told, tmp_path):
    decide(told.path, POST, "benefit=other", "editor", None)
    said("ledger", "export", tmp_path / "old.jsonl", "--home", told.path)
    lake = told.settings.lake
    lake.ledger.unlink()  # another home with this key
    stones_files.add(lake, [tombstones.mark(told.settings.key(), "submission", POST)])
    assert said("ledger", "import", tmp_path / "old.jsonl", "--home", told.path).exit_code == 0
    code, _, erased = read(told.path)
    assert code.subject.startswith("withdrawn:") and erased.kind == "erased" and ledger.verify(lake.ledger) == []


def test_a_note_is_told_moves_no_count_and_goes_with_a_withdrawal(told):
    build(told.settings)
    was = ledger.digest(told.settings.lake.ledger)
    assert said("review", "note", ref(told), " 続きを聞きたい ", "--home", told.path).exit_code == 0
    (note,) = read(told.path)
    assert (note.kind, note.subject, note.payload["note"]) == ("note", POST, "続きを聞きたい")
    assert ledger.digest(told.settings.lake.ledger) == was
    assert "続きを聞きたい" in said("ledger", "--home", told.path).output
    ledger.redact(told.settings.lake.ledger, lambda name: name == POST, lambda name: "withdrawn:1")
    assert read(told.path)[0].payload == {"submission_ref": ref(told)}
    assert "聞きたい".encode() not in told.settings.lake.ledger.read_bytes()


def entry(id_: int, day: int, kind: str, subject: str = "mail:1", payload: dict | None = None) -> ledger.Entry:
    at = datetime(2026, 3, day, 9, tzinfo=UTC).isoformat(timespec="milliseconds")
    payload = {"address": "東京都"} if kind == "address" and payload is None else payload or {}
    return ledger.Entry(id_, at, "editor", kind, subject, payload, None)


NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
GIVEN = {
    "shipped in time": ([entry(1, 1, "address"), entry(2, 10, "shipped")], [1]),
    "shipped a moment too late": ([entry(1, 1, "address"), entry(2, 11, "shipped")], []),
    "not shipped": ([entry(1, 1, "address")], []),
    "to somebody else": ([entry(1, 1, "address"), entry(2, 10, "shipped", "mail:2")], []),
    "given again for a second copy": ([entry(1, 1, "address"), entry(2, 2, "shipped"), entry(3, 3, "address")], [1]),
    "erased before": ([entry(1, 1, "address", payload={"n": 1}), entry(2, 10, "shipped")], []),
}


@pytest.mark.parametrize(("entries", "gone"), GIVEN.values(), ids=GIVEN)
def test_an_address_goes_so_many_days_after_what_it_was_given_for(entries, gone):
    assert list(used_up(entries, NOW, 10)) == gone


def test_the_days_run_erases_addresses_and_nothing_else(told):
    lake = told.settings.lake
    for kind, payload in (("address", {"address": "東京都千代田区一番町1"}), ("shipped", {}), ("code", {"n": 1})):
        ledger.append(lake.ledger, "editor", kind, POST, payload)
    run_day(told.settings, lambda home, channel: {}, lambda home: {})
    assert len(read(told.path)) == 3 and "ありません" in said("ledger", "purge", "--home", told.path).output
    toml = told.path / "neta.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + "\n[ledger]\naddress_days = 0\n", encoding="utf-8")
    run_day(told.settings, lambda home, channel: {}, lambda home: {})
    address, shipped, code, erased = read(told.path)
    assert (address.subject, address.payload, code.payload) == (POST, {}, {"n": 1})
    assert (erased.kind, erased.subject, list(erased.payload["entries"])) == ("erased", "address", ["1"])
    assert "一番町".encode() not in lake.ledger.read_bytes() and ledger.verify(lake.ledger) == []


@pytest.mark.parametrize("line", ["adress_days = 9", "address_days = -1", 'address_days = "9"', "address_days = true"])
def test_a_misspelt_limit_is_no_limit_and_is_refused(line, told):
    toml = told.path / "neta.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + f"\n[ledger]\n{line}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=line.split()[0]):
        load(told.path)


def findings(home: Path, capsys) -> set[tuple[str, str]]:
    doctor.examine(home, True)
    found = json.loads(capsys.readouterr().out)["findings"]
    return {(f["problem"], f["where"]) for f in found if f["check"] == "ledger"}


def test_the_doctor_says_where_the_ledger_was_changed_and_that_its_end_is_gone(told, capsys):
    for code in ("other", "", "other"):
        decide(told.path, POST, f"benefit={code}", "editor", None)
    build(told.settings)
    assert findings(told.path, capsys) == set()
    with closing(sqlite3.connect(told.settings.lake.ledger, isolation_level=None)) as con:
        for name in ("entry_keeps_words", "entry_keeps_rows", "content_keeps_rows"):
            con.execute(f"DROP TRIGGER {name}")
        con.execute("UPDATE entry SET who = 'another' WHERE id = 2")
        con.execute("DELETE FROM content WHERE id = 3")
        con.execute("DELETE FROM entry WHERE id = 3")
    assert findings(told.path, capsys) == {("ledger_broken", "台帳 2 番"), ("ledger_cut", "台帳 3 番")}
    told.settings.lake.ledger.unlink()
    assert findings(told.path, capsys) == {("ledger_cut", "台帳 3 番")}
