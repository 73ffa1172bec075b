"""A ledger of the release before the chain is carried over once, whole or not at all."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.standins.ledgers import ROOT, python
from warehouse import ledger
from warehouse.ledger import chain

OLD = ROOT / "tests" / "fixtures" / "ledger" / "before-the-chain.sql"


@pytest.fixture
def old(tmp_path) -> Path:
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as con:
        con.executescript(OLD.read_text(encoding="utf-8"))
    return path


def old_rows(path: Path) -> list[tuple]:
    with closing(sqlite3.connect(path)) as con:
        return con.execute("SELECT id, at, who, kind, subject, payload, why FROM ledger ORDER BY id").fetchall()


def test_a_ledger_of_the_release_before_is_carried_over_once(old):
    before = old_rows(old)
    assert len(before) == 6 and before[0][4].startswith("withdrawn:")
    entries = ledger.read(old)
    assert old_rows(old) == before == [(*r[:5], chain.text_of(r[5]), r[6]) for r in map(as_row, entries)]
    assert ledger.append(old, "editor", "code", "mail:3", {}) == 7
    assert ledger.verify(old) == [] and ledger.read(old)[:6] == entries


def as_row(entry: ledger.Entry) -> tuple:
    return entry.id, entry.at, entry.who, entry.kind, entry.subject, entry.payload, entry.why


KILLED = """
import os, pathlib, signal, sys
from warehouse import ledger
from warehouse.ledger import database
path, stop, seen = pathlib.Path(sys.argv[1]), int(sys.argv[2]), [0]
made = database._sqlite
def watched(file):
    con = made(file)
    con.set_trace_callback(count)
    return con
def count(statement):
    seen[0] += 1
    if seen[0] == stop:
        os.kill(os.getpid(), signal.SIGKILL)
database._sqlite = watched
ledger.read(path)
print(seen[0])
"""


def test_carrying_over_broken_off_anywhere_leaves_the_old_or_the_new(old, tmp_path):
    """At every 5th statement; STEP=1 in the environment tries all."""

    def opened(path: Path, stop: int) -> subprocess.CompletedProcess:
        return python(KILLED, path, stop)

    before, data, stop = old_rows(old), old.read_bytes(), 0
    steps = int(opened(copy(data, tmp_path / "whole"), 0).stdout)
    for stop in range(1, steps + 1, int(os.environ.get("STEP", "5"))):
        path = copy(data, tmp_path / str(stop))
        assert opened(path, stop).returncode == -signal.SIGKILL
        with closing(sqlite3.connect(path)) as con:
            kinds = dict(con.execute("SELECT name, type FROM sqlite_schema WHERE name IN ('ledger', 'entry')"))
        assert kinds in ({"ledger": "table"}, {"ledger": "view", "entry": "table"}), stop
        assert old_rows(path) == before, stop
        assert len(ledger.read(path)) == 6 and ledger.verify(path) == [], stop


def copy(data: bytes, folder: Path) -> Path:
    folder.mkdir()
    (folder / "ledger.sqlite").write_bytes(data)
    return folder / "ledger.sqlite"
