"""The ledger only grows: the database refuses the rest, and writers at the same time lose nothing."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse import ledger

ROOT = Path(__file__).parents[2]
REFUSED = {
    "removal": "DELETE FROM ledger",
    "change": "UPDATE ledger SET who = 'somebody else'",
    "replacement": "INSERT OR REPLACE INTO ledger (id, at, who, kind, subject, payload)"
    " VALUES (1, '', '', '', '', '{}')",
    "upsert": "INSERT INTO ledger (id, at, who, kind, subject, payload) VALUES (1, '', '', '', '', '{}')"
    " ON CONFLICT (id) DO UPDATE SET who = 'somebody else'",
    "no JSON": "INSERT INTO ledger (at, who, kind, subject, payload) VALUES ('', '', '', '', 'not json')",
}


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "ledger.sqlite"
    ledger.append(path, "editor", "code", "mail:1", {"dimension": "benefit", "codes": ["学び"]}, "本文にある")
    return path


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_the_database_itself_refuses(statement, file):
    before = ledger.read(file)
    con = sqlite3.connect(file)
    with pytest.raises(sqlite3.DatabaseError):
        con.execute(statement)
    con.close()
    assert ledger.read(file) == before


def test_entries_come_back_as_written_in_order_and_by_kind(file):
    ledger.append(file, "editor", "used", "mail:2", {"page": 3})
    first, second = ledger.read(file)
    assert (first.id, first.who, first.payload, first.why) == (
        1,
        "editor",
        {"dimension": "benefit", "codes": ["学び"]},
        "本文にある",
    )
    assert first.at.endswith("+00:00") and [e.id for e in ledger.read(file, "used")] == [second.id] == [2]


def test_a_ledger_that_is_not_there_is_empty_and_stays_away(tmp_path):
    assert ledger.read(tmp_path / "none.sqlite") == []
    assert list(tmp_path.iterdir()) == []


def test_twenty_writers_at_once_lose_nothing(tmp_path):
    path = tmp_path / "new" / "ledger.sqlite"
    code = (
        "import os, pathlib, sys\n"
        "from warehouse import ledger\n"
        "path, pids = pathlib.Path(sys.argv[1]), []\n"
        "for n in range(20):\n"
        "    pid = os.fork()\n"
        "    if not pid:\n"
        "        for k in range(3): ledger.append(path, f'p{n}', 'code', f'mail:{n}-{k}', {'n': n})\n"
        "        os._exit(0)\n"
        "    pids.append(pid)\n"
        "sys.exit(sum(os.waitpid(pid, 0)[1] for pid in pids))\n"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code, str(path)], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    entries = ledger.read(path)
    assert {e.subject for e in entries} == {f"mail:{n}-{k}" for n in range(20) for k in range(3)}
    assert [e.id for e in entries] == list(range(1, 61))
