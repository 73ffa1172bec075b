"""The ledger only grows and its chain shows every change: the database refuses the rest, writers at once lose nothing."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse import ledger
from warehouse.ledger import Fault, New, chain

ROOT = Path(__file__).parents[2]
OLD = ROOT / "tests" / "fixtures" / "ledger" / "before-the-chain.sql"
TRIGGERS = [
    "entry_keeps_order", "entry_keeps_words", "entry_keeps_rows",
    "content_keeps_ids", "content_keeps_rows", "content_keeps_words",
]  # fmt: skip
REFUSED = {
    "removal": "DELETE FROM entry",
    "change": "UPDATE entry SET who = 'somebody else'",
    "replacement": "INSERT OR REPLACE INTO entry VALUES (1, '', '', '', '', '')",
    "upsert": "INSERT INTO entry VALUES (1, '', '', '', '', '') ON CONFLICT (id) DO UPDATE SET who = 'somebody else'",
    "an entry before others": "INSERT INTO entry VALUES (-1, '', '', '', '', '')",
    "removal of a content": "DELETE FROM content",
    "change of a content": "UPDATE content SET subject = 'mail:2'",
    "another content": "INSERT OR REPLACE INTO content VALUES (1, '', '', '{}', NULL)",
    "no JSON": "INSERT INTO content VALUES (9, '', '', 'not json', NULL)",
    "the previous release": "INSERT INTO ledger (at, who, kind, subject, payload) VALUES ('', '', '', '', '{}')",
}


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "ledger.sqlite"
    ledger.append(path, "editor", "code", "mail:1", {"dimension": "benefit", "codes": ["学び"]}, "本文にある")
    return path


def behind_its_back(path: Path, *statements: str) -> None:
    """By somebody who can write the file and knows how to remove what watches it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as con:
        for statement in [*(f"DROP TRIGGER {name}" for name in TRIGGERS), *statements]:
            con.execute(statement)


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_the_database_itself_refuses(statement, file):
    before = ledger.read(file)
    with closing(sqlite3.connect(file)) as con, pytest.raises(sqlite3.DatabaseError):
        con.execute(statement)
    assert ledger.read(file) == before and ledger.verify(file) == []


def test_entries_come_back_as_written_in_order_by_kind_and_only_new_ones(file):
    ledger.append(file, "editor", "used", "mail:2", {"page": 3})
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
        ["DELETE FROM content WHERE id = 1", "INSERT INTO entry SELECT 4, at, 'neta', 'erased', digest, hash FROM entry"],
        [Fault(1, "missing"), Fault(4, "broken"), Fault(4, "missing")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "faults"), TAMPERED.values(), ids=TAMPERED)
def test_a_change_behind_its_back_shows_where_it_was_made(statements, faults, file):
    ledger.append_many(file, [New("editor", "code", "mail:2", {"n": n}, "理由") for n in (2, 3)])
    known = [ledger.head(file), (0, "0" * 64)]
    assert ledger.verify(file, known) == []
    statements = [s.replace("FROM entry", "FROM entry WHERE id = 3") if "'erased'" in s else s for s in statements]
    behind_its_back(file, *statements)
    assert ledger.verify(file, known) == faults


def withdrawn(told: str) -> bool:
    return told.startswith("mail:secret")


def keyed(told: str) -> str:
    return f"withdrawn:{len(told)}"


@pytest.fixture
def told(tmp_path) -> Path:
    """Two entries with somebody who withdraws later, one with others, as a machine that lost power left it."""
    path = tmp_path / "ledger.sqlite"
    new = [
        New("editor", "code", "mail:secret-1", {"codes": ["a"], "evidence": "secret words"}, "secret reason"),
        New("editor", "same", "mail:1", {"other": "mail:secret-22"}),
        New("editor", "note", "mail:2", {"note": "stays"}, "stays too"),
    ]
    ledger.append_many(path, new)
    return path


def bytes_of(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir() if file.is_file())


def test_of_what_was_withdrawn_the_decision_stays_and_no_byte_of_whose(told):
    for n in range(200):  # pages enough to be moved about
        ledger.append(
            told, "editor", "code", f"mail:secret-{n}" if n % 3 else f"mail:{n}", {"n": n}, "secret " * (n % 40)
        )
    before = ledger.read(told)
    with closing(sqlite3.connect(told)) as reader:  # a page that is open all the while
        reader.execute("SELECT count(*) FROM entry").fetchone()
        assert b"secret" in bytes_of(told)
        changed = ledger.redact(told, withdrawn, keyed)
        assert changed == sum("secret-" in repr(e) for e in before) and b"secret-" not in bytes_of(told)
    first, second, third, *_, last = ledger.read(told)
    assert (first.subject, first.payload, first.why) == ("withdrawn:13", {"codes": ["a"]}, None)
    assert second.payload == {"other": "withdrawn:14"} and third == before[2]
    assert (last.kind, last.subject, len(last.payload["entries"])) == ("erased", "withdrawn", changed)
    assert [(e.id, e.at, e.who, e.kind) for e in ledger.read(told)][:-1] == [
        (e.id, e.at, e.who, e.kind) for e in before
    ]
    assert ledger.verify(told) == []


def test_erasing_again_adds_nothing_and_what_remains_can_be_erased_too(told):
    ledger.redact(told, withdrawn, keyed)
    was = ledger.digest(told)
    assert ledger.redact(told, withdrawn, keyed) == 0 and len(ledger.read(told)) == 4
    assert ledger.redact(told, lambda name: name == "mail:1", keyed) == 1
    assert ledger.read(told)[1].subject == "withdrawn:6" and ledger.verify(told) == [] and ledger.digest(told) != was


def test_what_remains_is_vouched_for_as_well(told):
    ledger.redact(told, withdrawn, keyed)
    behind_its_back(told, "UPDATE content SET subject = 'mail:9' WHERE id = 1", "DELETE FROM content WHERE id = 2")
    assert ledger.verify(told) == [Fault(1, "changed"), Fault(2, "missing")]


def test_the_database_refuses_again_after_an_erasure(told):
    ledger.redact(told, withdrawn, keyed)
    with closing(sqlite3.connect(told)) as con, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        con.execute("DELETE FROM content")


def test_what_decides_nothing_moves_no_count(told):
    was = ledger.digest(told)
    for kind in ledger.RECORDS:
        ledger.append(told, "editor", kind, "mail:1", {})
    assert ledger.digest(told) == was
    ledger.append(told, "editor", "code", "mail:1", {})
    assert ledger.digest(told) != was


def test_a_copy_is_whole_whoever_is_writing(told, tmp_path):
    with closing(sqlite3.connect(told, isolation_level=None)) as con:
        con.execute("BEGIN IMMEDIATE")
        data = ledger.copied(told)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "ledger.sqlite").write_bytes(data)
    assert ledger.read(tmp_path / "other" / "ledger.sqlite") == ledger.read(told)


# --- the release before the chain


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
    def opened(path: Path, stop: int) -> subprocess.CompletedProcess:
        return python(KILLED, path, stop)

    before, data, stop = old_rows(old), old.read_bytes(), 0
    steps = int(opened(copy(data, tmp_path / "whole"), 0).stdout)
    for stop in range(1, steps + 1, 2):
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


def python(code: str, *words: object) -> subprocess.CompletedProcess:
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=300)


# --- many at once, and killed


WRITERS = """
import os, pathlib, sys
import sqlalchemy
from warehouse import ledger
path, pids = pathlib.Path(sys.argv[1]), []
for n in range(50):
    pid = os.fork()
    if not pid:
        for k in range(6):
            ledger.append(path, f'p{n}', 'code', f'mail:{n}-{k}', {'n': n})
        os._exit(0)
    pids.append(pid)
sys.exit(sum(os.waitpid(pid, 0)[1] for pid in pids))
"""


def test_fifty_writers_at_once_lose_nothing(tmp_path):
    path = tmp_path / "new" / "ledger.sqlite"
    done = python(WRITERS, path)
    assert done.returncode == 0, done.stderr
    entries = ledger.read(path)
    assert {e.subject for e in entries} == {f"mail:{n}-{k}" for n in range(50) for k in range(6)}
    assert [e.id for e in entries] == list(range(1, 301)) and ledger.verify(path) == []


WRITES_ON = """
import itertools, pathlib, sys
from warehouse import ledger
for n in itertools.count():
    print(ledger.append(pathlib.Path(sys.argv[1]), 'editor', 'code', f'mail:{n}', {'n': n}, 'x' * 5000), flush=True)
"""


def test_killed_while_writing_at_most_the_write_in_flight_is_lost(tmp_path):
    path, env = tmp_path / "ledger.sqlite", os.environ | {"PYTHONPATH": str(ROOT)}
    for turn in range(12):
        child = subprocess.Popen([sys.executable, "-c", WRITES_ON, path], env=env, stdout=subprocess.PIPE, text=True)
        first = int(child.stdout.readline())
        time.sleep(random.uniform(0, 0.05))
        child.kill()
        told = [first, *map(int, child.stdout.read().split())]
        child.wait()
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


# --- from machine to machine


def test_a_ledger_moves_and_comes_back_with_what_was_added(told, tmp_path):
    other = tmp_path / "other" / "ledger.sqlite"
    older = list(ledger.lines(told))
    assert ledger.take_in(other, older) == 3 and ledger.read(other) == ledger.read(told)
    ledger.append(other, "second", "code", "mail:3", {"比": 0.1 + 0.2})
    ledger.redact(other, withdrawn, keyed)
    assert ledger.take_in(told, ledger.lines(other)) == 2 and ledger.take_in(told, ledger.lines(other)) == 0
    assert ledger.take_in(told, older) == 0  # and brings nobody back
    assert ledger.read(told) == ledger.read(other) and ledger.head(told) == ledger.head(other)
    assert ledger.verify(told) == ledger.verify(other) == []
    assert b"secret-" not in bytes_of(told)


def test_two_ways_are_never_mixed(told, tmp_path):
    other = tmp_path / "other" / "ledger.sqlite"
    ledger.take_in(other, ledger.lines(told))
    ledger.append(told, "first", "code", "mail:3", {})
    ledger.append(other, "second", "code", "mail:3", {})
    ledger.append(other, "second", "code", "mail:4", {})
    before = ledger.read(told)
    with pytest.raises(ledger.NotTaken, match="fork 4"):
        ledger.take_in(told, ledger.lines(other))
    assert ledger.read(told) == before


def changed(name: str, value: object):
    def change(lines: list[str]) -> list[str]:
        return [lines[0], json.dumps(json.loads(lines[1]) | {name: value}), *lines[2:]]

    return change


SPOILT = {
    "who": (changed("who", "somebody"), "chain 2"),
    "payload": (changed("payload", {"other": "mail:9"}), "chain 2"),
    "why": (changed("why", "another"), "chain 2"),
    "salt": (changed("salt", "00"), "chain 2"),
    "a number": (changed("id", True), "line 2"),
    "a payload that is none": (changed("payload", "{}"), "line 2"),
    "one thing more": (changed("more", 1), "line 2"),
    "no JSON": (lambda lines: [*lines, "{"], "line 4"),
    "one line fewer": (lambda lines: lines[1:], "chain 2"),
    "another order": (lambda lines: [lines[0], lines[2], lines[1]], "chain 3"),
    "one line twice": (lambda lines: [*lines, lines[2]], "chain 3"),
}


@pytest.mark.parametrize(("change", "told_as"), SPOILT.values(), ids=SPOILT)
def test_lines_that_were_changed_are_refused_and_nothing_is_written(change, told_as, told, tmp_path):
    other = tmp_path / "other" / "ledger.sqlite"
    with pytest.raises(ledger.NotTaken, match=told_as):
        ledger.take_in(other, change(list(ledger.lines(told))))
    assert ledger.read(other) == []
