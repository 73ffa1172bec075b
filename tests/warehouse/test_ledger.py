"""The ledger only grows and its chain shows every change: the database refuses the rest, writers at once lose nothing."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.standins.ledgers import ROOT, python
from warehouse import ledger
from warehouse.ledger import Fault, Ledger, New, chain

REFUSED = {
    "removal": "DELETE FROM entry",
    "change": "UPDATE entry SET who = 'somebody else'",
    "upsert": "INSERT INTO entry VALUES (1, '', '', '', '', '') ON CONFLICT (id) DO UPDATE SET who = 'somebody else'",
    "an entry before others": "INSERT INTO entry VALUES (-1, '', '', '', '', '')",
    "removal of a content": "DELETE FROM content",
    "change of a content": "UPDATE content SET subject = 'mail:2'",
    "no JSON": "INSERT INTO content VALUES (9, '', '', 'not json', NULL)",
    "the previous release": "INSERT INTO ledger (at, who, kind, subject, payload) VALUES ('', '', '', '', '{}')",
}
REFUSED_BY = {
    "sqlite": {
        "replacement": "INSERT OR REPLACE INTO entry VALUES (1, '', '', '', '', '')",
        "replacement of a content": "INSERT OR REPLACE INTO content VALUES (1, '', '', '{}', NULL)",
    },
    "postgresql": {"all at once": "TRUNCATE entry, content", "all contents": "TRUNCATE content"},
}


@pytest.fixture
def file(backend) -> Ledger:
    where = backend.new()
    ledger.append(where, "editor", "code", "mail:1", {"dimension": "benefit", "codes": ["学び"]}, "本文にある")
    return where


def test_the_database_itself_refuses(backend, file):
    before = ledger.read(file)
    for what, statement in (REFUSED | REFUSED_BY[backend.name]).items():
        with pytest.raises(Exception, match="append-only|json|JSON|cannot (modify|insert)"):
            backend.execute(file, statement)
        assert ledger.read(file) == before and ledger.verify(file) == [], what


def test_entries_come_back_as_written_in_order_by_kind_and_only_new_ones(file):
    ledger.append(file, "editor", "used", "mail:2", {"where": "第3章"})
    first, second = ledger.read(file)
    assert (first.id, first.who, first.payload, first.why) == (
        1,
        "editor",
        {"dimension": "benefit", "codes": ["学び"]},
        "本文にある",
    )
    assert first.at.endswith("+00:00") and [e.id for e in ledger.read(file, "used")] == [second.id] == [2]
    assert ledger.read(file, after=1) == [second] and ledger.read(file, "code", after=1) == []


def test_a_ledger_that_is_not_there_is_empty_and_stays_away(tmp_path):
    path = tmp_path / "none.sqlite"
    assert ledger.read(path) == ledger.verify(path) == [] and ledger.head(path)[0] == 0
    assert list(tmp_path.iterdir()) == []


def test_several_are_written_all_or_none(file):
    new = [New("editor", "code", "mail:2", {"n": 1}), New("editor", "code", None, {"n": 2})]
    with pytest.raises(ledger.LedgerError):
        ledger.append_many(file, new)
    assert len(ledger.read(file)) == 1
    assert ledger.append_many(file, new[:1] * 2) == [2, 3] and ledger.verify(file) == []


TAMPERED = {
    "a word of an entry": (["UPDATE entry SET who = 'somebody else' WHERE id = 2"], [Fault(2, "broken")]),
    "a time": (["UPDATE entry SET at = replace(at, '2', '1') WHERE id = 2"], [Fault(2, "broken")]),
    "a content": (["UPDATE content SET payload = '{\"n\": 7}' WHERE id = 2"], [Fault(2, "changed")]),
    "a reason": (["UPDATE content SET why = NULL WHERE id = 2"], [Fault(2, "changed")]),
    "a content gone": (["DELETE FROM content WHERE id = 2"], [Fault(2, "missing")]),
    "an entry gone": (
        ["DELETE FROM content WHERE id = 2", "DELETE FROM entry WHERE id = 2"],
        [Fault(3, "broken")],
    ),
    "a first entry gone": (
        ["DELETE FROM content WHERE id = 1", "DELETE FROM entry WHERE id = 1"],
        [Fault(2, "broken")],
    ),
    "two contents exchanged": (
        [f"UPDATE content SET id = {a} WHERE id = {b}" for a, b in ((9, 1), (1, 2), (2, 9))],
        [Fault(1, "changed"), Fault(2, "changed")],
    ),
    "a content of nothing": (["INSERT INTO content VALUES (9, '', '', '{}', NULL)"], [Fault(9, "stray")]),
    "an entry put in": (
        ["INSERT INTO entry SELECT 9, at, who, kind, digest, hash FROM entry WHERE id = 3"],
        [Fault(9, "broken"), Fault(9, "missing")],
    ),
    "the end cut off": (
        ["DELETE FROM content WHERE id = 3", "DELETE FROM entry WHERE id = 3"],
        [Fault(3, "cut")],
    ),
    "an erasure nobody did": (
        ["DELETE FROM content WHERE id = 1", "INSERT INTO entry SELECT 4, at, 'neta', 'erased', digest, hash FROM entry WHERE id = 3"],
        [Fault(1, "missing"), Fault(4, "broken"), Fault(4, "missing")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "faults"), TAMPERED.values(), ids=TAMPERED)
def test_a_change_behind_its_back_shows_where_it_was_made(statements, faults, backend, file):
    ledger.append_many(file, [New("editor", "code", "mail:2", {"n": n}, "理由") for n in (2, 3)])
    known = [ledger.head(file), (0, "0" * 64)]
    assert ledger.verify(file, known) == []
    backend.tamper(file, *statements)
    assert ledger.verify(file, known) == faults


# --- many at once, and killed


WRITERS = """
import os, pathlib, sys
import sqlalchemy
from tests.standins.ledgers import ROOT, python
from warehouse import ledger
path, pids = sys.argv[1], []
path = path if '://' in path else pathlib.Path(path)
for n in range(50):
    pid = os.fork()
    if not pid:
        for k in range(6):
            ledger.append(path, f'p{n}', 'code', f'mail:{n}-{k}', {'n': n})
        os._exit(0)
    pids.append(pid)
sys.exit(sum(os.waitpid(pid, 0)[1] for pid in pids))
"""


def test_fifty_writers_at_once_lose_nothing(backend):
    path = backend.new()
    done = python(WRITERS, path)
    assert done.returncode == 0, done.stderr
    entries = ledger.read(path)
    assert {e.subject for e in entries} == {f"mail:{n}-{k}" for n in range(50) for k in range(6)}
    assert [e.id for e in entries] == list(range(1, 301)) and ledger.verify(path) == []


WRITES_ON = """
import itertools, pathlib, sys
from tests.standins.ledgers import ROOT, python
from warehouse import ledger
path = sys.argv[1] if '://' in sys.argv[1] else pathlib.Path(sys.argv[1])
for n in itertools.count():
    print(ledger.append(path, 'editor', 'code', f'mail:{n}', {'n': n}, 'x' * 5000), flush=True)
"""


def test_killed_while_writing_at_most_the_write_in_flight_is_lost(backend):
    path, env = backend.new(), os.environ | {"PYTHONPATH": str(ROOT)}
    for turn in range(8):
        child = subprocess.Popen([sys.executable, "-c", WRITES_ON, path], env=env, stdout=subprocess.PIPE, text=True)
        first = int(child.stdout.readline())
        time.sleep(random.uniform(0, 0.05))
        child.kill()
        told = [first, *map(int, child.stdout.read().split())]
        child.wait()
        if backend.server and turn == 7:
            backend.server.restart()
        there = [entry.id for entry in ledger.read(path)]
        assert there == list(range(1, len(there) + 1)) and 0 <= there[-1] - told[-1] <= 1, turn
        assert ledger.verify(path) == [], turn


PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()


@given(
    st.dictionaries(
        st.text(max_size=4), PLAIN | st.lists(PLAIN, max_size=4) | st.dictionaries(PLAIN.map(str), PLAIN, max_size=3)
    )
)
def test_a_payload_has_one_text(payload):
    text = chain.text_of(payload)
    assert json.loads(text) == payload and chain.text_of(json.loads(text)) == text
