"""Withdrawal: one person goes, everybody else stays, nothing of them can be read, and the proof sees what is left."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows import pending as pendings
from flows.build import build
from flows.failures import Refused
from flows.forgetting import forget, prove
from flows.ingest import ingest
from flows.settings import load
from tasks import person, stored
from tasks.refs import ref
from tests.conftest import ROOT
from tests.standins.leaver import (
    ADDRESS,
    FIRST,
    LETTERS,
    ME,
    NAME,
    OTHER,
    REPLY,
    TOKENS,
    fill,
    fingerprint,
    ids,
    mail,
    make,
    seen,
    without_person,
)
from warehouse import ledger, store
from warehouse.lake import read_parquet, write_parquet


@pytest.fixture
def home(lived_in, tmp_path) -> Path:
    return shutil.copytree(lived_in, tmp_path / "call", symlinks=True)


def test_P01_of_twenty_tokens_none_is_readable_and_all_others_count_as_if_nothing_had_been(home, tmp_path, capsys):
    assert len(set(TOKENS)) == 20 and seen(home) == set(TOKENS)
    assert without_person(home) == 0, capsys.readouterr().out
    assert "なし" in capsys.readouterr().out
    assert seen(home) == set() and not (home / "forgetting").exists()
    assert seen(home.with_name("call.tombstones").parent) == set()
    never = make(tmp_path / "never", with_person=False)
    shutil.copy(home / "ledger.sqlite", never / "ledger.sqlite")
    build(load(never))
    assert fingerprint(home) == fingerprint(never) and ids(home) == ids(never)


def test_what_was_decided_stays_in_the_ledger_without_saying_of_whom(home):
    without_person(home)
    first, second, withdrawal, erased = ledger.read(home / "ledger.sqlite")
    assert erased.kind == "erased" and list(erased.payload["entries"]) == ["1"]
    assert ledger.verify(home / "ledger.sqlite") == []
    assert first.subject.startswith("withdrawn:") and first.payload["of"][0].startswith("withdrawn:")
    assert first.why is None and first.who == "editor"
    assert (second.subject, second.why) == ("mail:other-1@others.example.jp", "読んだ")
    assert withdrawal.kind == "withdrawal" and withdrawal.payload["verified_by"] == "channel"
    assert withdrawal.payload["submissions"] == 2 and withdrawal.payload["items"] == 4
    with sqlite3.connect(home / "ledger.sqlite") as con, pytest.raises(sqlite3.IntegrityError):
        con.execute("UPDATE entry SET who = 'somebody else'")


def test_no_import_brings_them_back_whatever_it_is_of(home, tmp_path):
    without_person(home)
    before, was = ids(home), fingerprint(home)
    fill(home)
    older = mail(FIRST[:60] + "(はじめの版)", f"<{ADDRESS}>", "draft-0@letters.example.jp")
    (home / "inbox" / "email" / "older.eml").write_bytes(older)
    (tmp_path / "again.txt").write_text(FIRST + "\n\n", encoding="cp932")
    files = {"email": [home / "inbox" / "email"], "pasted": [tmp_path / "again.txt", home / "inbox" / "pasted"]}
    done = [ingest(load(home), channel, paths) for channel, paths in files.items()]
    assert [(d.items, d.new, d.known, d.withdrawn) for d in done] == [(5, 0, 1, 4), (2, 0, 0, 2)]
    build(load(home))
    assert (ids(home), fingerprint(home)) == (before, was)


def test_what_a_backup_brings_back_into_raw_is_set_aside_and_counted_as_withdrawn(home, tmp_path):
    old = shutil.copytree(home / "raw", tmp_path / "raw")
    without_person(home)
    shutil.rmtree(home / "raw")
    shutil.copytree(old, home / "raw")
    (home / "tombstones").unlink()
    build(load(home))
    with store.reading(load(home).lake, "Asia/Tokyo") as con:
        rows = con.execute("SELECT outcome, count(*) FROM fct_item GROUP BY 1 ORDER BY 1").fetchall()
        assert dict(rows) == {"counted": 2, "withdrawn": 4}
        assert con.execute("SELECT story_count FROM mart_total").fetchone() == (2,)


def test_one_submission_alone(home):
    assert forget(home, f"mail:{TOKENS[3]}", True, "operator", "editor", None, True, False) == 0
    assert seen(home) == set(TOKENS[:3]) | set(TOKENS[4:11]) and len(ids(home)) == 5
    assert ingest(load(home), "email").new == 0


def test_anothers_copy_is_told_and_stays_until_it_is_asked_for(home, capsys):
    copied = mail(FIRST, "copy.cat@others.example.jp", "copy-9@others.example.jp")
    (home / "inbox" / "email" / "copy.eml").write_bytes(copied)
    ingest(load(home), "email")
    assert without_person(home) == 1
    copy = ref(load(home).key(), "submission", "mail:copy-9@others.example.jp")
    told = capsys.readouterr().out
    assert (
        "channel=email" in told
        and f"neta forget {copy} --only-this" in told
        and "copy-9@others.example.jp" in ids(home)
    )
    assert forget(home, "mail:copy-9@others.example.jp", True, "operator", "editor", None, True, False) == 0
    assert without_person(home) == 0 and seen(home) == set()


@pytest.mark.parametrize(
    ("name", "why"), [("mail:nobody@example.jp", None), (f"mail:{ME}", None), (f"mail:{ADDRESS}", f"{NAME}さんから")]
)
def test_what_cannot_be_forgotten_is_refused_and_changes_nothing(home, name, why):
    before = {f: f.read_bytes() for f in home.rglob("*") if f.is_file() and f.suffix in (".parquet", ".sqlite", ".eml")}
    with pytest.raises(Refused):
        forget(home, name, False, "operator", "editor", why, True, False)
    assert {f: f.read_bytes() for f in before} == before and not (home / "tombstones").exists()


# --- the proof: a copy left behind in each kind of file must be seen


def zipped(data: bytes, name: str = "a/letters.eml") -> bytes:
    path = Path(os.environ["PYTEST_TMP"]) / "made.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return path.read_bytes()


def sqlite_of(text: str, path: Path) -> bytes:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as con:
        con.execute("CREATE TABLE t (a BLOB)")
        con.execute("INSERT INTO t VALUES (?)", (gzip.compress(text.encode()),))
    con.close()
    return path.read_bytes()


PLANTS = {
    "text.txt": FIRST.encode(),
    "mark.txt": TOKENS[2].encode(),
    "name.log": f"2026-03-02 {NAME}.eml".encode(),
    "full-width.txt": ADDRESS.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)}).encode(),
    "broken-lines.txt": "\n> ".join(FIRST[n : n + 9] for n in range(0, len(FIRST), 9)).encode(),
    "cp932.csv": FIRST.encode("cp932", "replace"),
    "euc.html": FIRST.encode("euc_jp", "replace"),
    "utf16.txt": FIRST.encode("utf-16"),
    "escaped.json": json.dumps({"a": json.dumps(FIRST)}).encode(),
    "meta.json": json.dumps(FIRST.encode().decode("latin-1")).encode(),
    "tags.html": "<p>".join(f"&#{ord(c)};" for c in FIRST).encode(),
    "quoted.txt": "".join(f"%{b:02X}" for b in FIRST.encode()).encode(),
    "letter.eml": LETTERS["2.eml"],
    "box.mbox": b"From a Mon Mar  2 09:00:00 2026\n" + LETTERS["3.eml"] + b"\nFrom b Mon Mar  2 09:00:00 2026\n" + LETTERS["1.eml"],
    "reply.eml": REPLY,
    "packed.gz": gzip.compress(LETTERS["1.eml"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def proof(lived_in, tmp_path_factory):
    """A home without the person, and what the withdrawal searched for."""
    home = shutil.copytree(lived_in, tmp_path_factory.mktemp("proof") / "call", symlinks=True)
    settings = load(home)
    who = person.find(settings.lake, settings.key(), f"mail:{ADDRESS}", False, settings.call, settings.me, 60, "")
    kept = tmp_path_factory.mktemp("kept")
    shutil.copytree(home / "raw", kept / "raw")
    shutil.copy((home / "warehouse" / "warehouse.duckdb").resolve(), kept / "old.duckdb")
    assert without_person(home) == 0
    return settings, pendings.of(who, [], None, {}), kept


def found_in(proof, place: str, data: bytes) -> set[str]:
    settings, pending, _ = proof
    path = settings.lake.home / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    try:
        return {str(found.path.relative_to(settings.lake.home)) for found in prove(settings, pending)[0]}
    finally:
        path.unlink()


@pytest.mark.parametrize("name", PLANTS)
def test_the_proof_sees_what_was_left_in_a_file(proof, name):
    assert found_in(proof, f"state/odd/{name}", PLANTS[name]) == {f"state/odd/{name}"}


def test_a_bomb_costs_no_memory_and_is_told_as_unread(monkeypatch):
    monkeypatch.setattr(stored, "MEMBER_CAP", 1000)
    reading = stored.Reading()
    told = "".join(stored.texts(gzip.compress(b"a" * 5000), reading))
    assert told.count("a") < 1200 and reading.unread == ["gzip: too large"]


def test_the_proof_sees_what_was_left_in_tables_and_archives(proof, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_TMP", str(tmp_path))
    kept, seen_in = proof[2], lambda place, data: found_in(proof, place, data) == {place}
    raw = next(f for f in (kept / "raw").rglob("*.parquet") if TOKENS[2] in str(pq.read_table(f)["item_id"]))
    assert seen_in("raw/channel=email/day=2026-01-01/left.parquet", raw.read_bytes())
    assert seen_in("warehouse/warehouse-old.duckdb", (kept / "old.duckdb").read_bytes())
    assert seen_in("state/prefect/prefect.db", sqlite_of(FIRST, tmp_path / "a.db"))
    assert seen_in("inbox/email/letters.zip", zipped(zipped(LETTERS["1.eml"]), "inner.zip"))
    assert seen_in(
        "reports/report.docx", zipped(f"<w:t>{FIRST[:30]}</w:t><w:t>{FIRST[30:]}</w:t>".encode(), "word/document.xml")
    )
    messages = read_parquet(raw).select(["raw_id"]).append_column("body", [[FIRST] * read_parquet(raw).num_rows])
    write_parquet(messages, tmp_path / "cache.parquet")
    assert seen_in("cache/conform/left.parquet", (tmp_path / "cache.parquet").read_bytes())
    assert found_in(proof, "state/others.txt", OTHER.encode()) == set()


# --- broken off anywhere

KILLED = """
import contextlib, io, json, os, shutil, signal, sys, time
from pathlib import Path
import pandas, pyarrow.parquet, duckdb, great_expectations
import expectations.validate, flows.build, tasks.path
from flows.forgetting import forget
from flows.settings import load
from tasks.coding.in_force import coder_in_force
from warehouse import codebook

def child(home, name, n=0):
    pid = os.fork()
    if not pid:
        if n:
            kill_at(home, n)
        with contextlib.redirect_stdout(io.StringIO()) as told:
            code = forget(home, name, False, "operator", "editor", None, True, False)
        if code:
            print(told.getvalue(), file=sys.stderr, flush=True)
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

def kill_at(home, n):
    touched = 0
    def hook(event, args):
        nonlocal touched
        removes = event in ("os.remove", "os.rmdir")
        writes = removes or event in ("os.rename", "sqlite3.connect") or (
            event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        within = str(args[0]).startswith(str(home.parent)) or removes and args[1] >= 0  # by its folder's handle, as rmtree
        if writes and within and not str(args[0]).endswith(".lock"):
            touched += 1
            if touched == n:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)

made, folder, name, first, step = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
coder_in_force(codebook.load(load(made).codebook)), flows.build._code_hash()  # once, not in every child
for n in range(first, 999, step):
    home = shutil.copytree(made, folder / str(n) / "call", symlinks=True)
    code = child(home, name, n)
    again = child(home, name)
    print(json.dumps({"n": n, "code": code, "again": again}), flush=True)
    if code == 0:
        break
"""


def test_killed_anywhere_the_same_command_finishes_it(lived_in, tmp_path):
    """At every 23rd touch of the disk, from the first to the last; STEP=1 in the environment tries all."""
    where = [str(lived_in), str(tmp_path), f"mail:{ADDRESS}", "1", os.environ.get("STEP", "23")]
    told = subprocess.run(
        [sys.executable, "-c", KILLED, *where],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    *kills, last = [json.loads(line) for line in told.stdout.splitlines()]
    assert last["code"] == 0 and len(kills) >= 4, told.stderr
    assert {k["code"] for k in kills} == {-signal.SIGKILL} and {k["again"] for k in kills} == {0}, told.stderr
    for n in [k["n"] for k in kills]:
        home = tmp_path / str(n) / "call"
        assert seen(home) == set() and not (home / "forgetting").exists(), n
        assert len(ids(home)) == 2 and fingerprint(home) == fingerprint(tmp_path / str(last["n"]) / "call"), n
        assert len([e for e in ledger.read(home / "ledger.sqlite") if e.kind == "withdrawal"]) == 1, n


# --- what Prefect keeps of runs


@pytest.mark.slow
def test_what_prefect_wrote_down_goes_and_the_next_run_works(home, sample_home, tmp_path, neta):
    """A file that stops its channel is named in Prefect's rows: here by the person's name."""
    shutil.rmtree(home / "state" / "prefect")
    wrong = home / "inbox" / "email" / f"{NAME}.eml"
    shutil.copy(min((sample_home.path / "inbox" / "email").glob("*.eml")), wrong)
    user = {"HOME": str(tmp_path / "user"), "PREFECT_PROFILES_PATH": str(tmp_path / "user" / "profiles.toml")}
    assert neta("run", "--home", home, **user).returncode == 1
    wrong.unlink()
    database = home / "state" / "prefect" / "prefect.db"
    assert {"flow_run_state", "task_run_state"} <= rows_with(database, NAME)
    assert without_person(home) == 0
    assert rows_with(database, NAME) == set() and seen(home) == set()
    again = neta("run", "--json", "--home", home, **user)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["failures"] == {} and "flow_run" in rows_with(database, "COMPLETED")


def rows_with(database: Path, token: str) -> set[str]:
    """Tables of an SQLite file that say it somewhere."""
    with sqlite3.connect(database) as con:
        names = [name for (name,) in con.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        found = {name for name in names if token in json_free(con.execute(f'SELECT * FROM "{name}"').fetchall())}
    con.close()
    return found


def json_free(rows: list) -> str:
    return re.sub(r"\\\\*u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), str(rows))


# --- files of the inbox that hold others too


def test_a_file_may_be_moved_out_instead_and_is_told_as_out_of_reach(home, tmp_path, capsys):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "1.eml").write_text("mine")
    options = (False, "channel", "editor", None, True, False)
    assert forget(home, f"mail:{ADDRESS}", *options, tmp_path / "kept") == 0
    assert seen(home) == set() and len(ids(home)) == 2
    moved = tmp_path / "kept" / "1-2.eml"
    assert moved.read_bytes() == LETTERS["1.eml"] and moved.stat().st_mode & 0o077 == 0
    assert (tmp_path / "kept" / "1.eml").read_text() == "mine"
    assert str(moved) in capsys.readouterr().out.partition("手が届かない")[2]


def test_a_place_within_the_home_is_no_place_to_keep_them(home):
    with pytest.raises(Refused):
        forget(home, f"mail:{ADDRESS}", False, "channel", "editor", None, True, False, home / "kept")
    assert (home / "inbox" / "email" / "1.eml").exists()


def test_what_is_searched_for_is_nobody_elses_to_read_and_told_until_it_goes(home, capsys):
    (home / "notes.txt").write_text(FIRST, encoding="utf-8")
    assert without_person(home) == 1
    (file,) = (home / "forgetting").iterdir()
    assert file.stat().st_mode & 0o077 == 0 and str(file) in capsys.readouterr().out
    (home / "notes.txt").unlink()
    assert without_person(home) == 0 and not (home / "forgetting").exists()
