"""What was withdrawn goes from the ledger without a trace of it, openly; and the ledger comes to another machine."""

from __future__ import annotations

import json

import pytest

from warehouse import ledger
from warehouse.ledger import Fault, Ledger, New, database


def withdrawn(told: str) -> bool:
    return told.startswith("mail:secret")


def keyed(told: str) -> str:
    return f"withdrawn:{len(told)}"


@pytest.fixture
def told(backend) -> Ledger:
    """Two entries with somebody who withdraws later, one with others."""
    path = backend.new()
    new = [
        New("editor", "code", "mail:secret-1", {"codes": ["a"], "evidence": "secret words"}, "secret reason"),
        New("editor", "same", "mail:1", {"other": "mail:secret-22"}),
        New("editor", "note", "mail:2", {"note": "stays"}, "stays too"),
    ]
    ledger.append_many(path, new)
    return path


def test_of_what_was_withdrawn_the_decision_stays_and_no_byte_of_whose(backend, told):
    for n in range(200):  # pages enough to be moved about
        ledger.append(
            told, "editor", "code", f"mail:secret-{n}" if n % 3 else f"mail:{n}", {"n": n}, "secret " * (n % 40)
        )
    before = ledger.read(told)
    with database._engine(told, 0).connect() as page:  # one that is open all the while
        page.exec_driver_sql("SELECT count(*) FROM entry").scalar()
        page.rollback()
        assert b"secret-" in backend.bytes_of(told)
        changed = ledger.redact(told, withdrawn, keyed)
        assert changed == sum("secret-" in repr(e) for e in before) and b"secret-" not in backend.bytes_of(told)
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


def test_what_remains_is_vouched_for_as_well(backend, told):
    ledger.redact(told, withdrawn, keyed)
    backend.tamper(told, "UPDATE content SET subject = 'mail:9' WHERE id = 1", "DELETE FROM content WHERE id = 2")
    assert ledger.verify(told) == [Fault(1, "changed"), Fault(2, "missing")]


@pytest.mark.parametrize("payload", ["{}", '{"entries": []}', '{"entries": {"all": ""}}', '{"entries": {"1": 7}}'])
def test_an_erasure_that_was_changed_vouches_for_nothing(backend, told, payload):
    ledger.redact(told, withdrawn, keyed)
    backend.tamper(told, f"UPDATE content SET payload = '{payload}' WHERE id = 4")
    faults = ledger.verify(told)
    assert faults == [Fault(1, "changed"), Fault(2, "changed"), Fault(4, "changed")]


def test_the_database_refuses_again_after_an_erasure(backend, told):
    ledger.redact(told, withdrawn, keyed)
    with pytest.raises(Exception, match="append-only"):
        backend.execute(told, "DELETE FROM content")


def test_what_decides_nothing_moves_no_count(told):
    was = ledger.digest(told)
    for kind in ledger.RECORDS:
        ledger.append(told, "editor", kind, "mail:1", {})
    assert ledger.digest(told) == was
    ledger.append(told, "editor", "code", "mail:1", {})
    assert ledger.digest(told) != was


def test_a_copy_is_whole_whoever_is_writing(told, tmp_path):
    with database.writing(told):
        data = ledger.copied(told)
    (tmp_path / "copy.sqlite").write_bytes(data)
    assert ledger.read(tmp_path / "copy.sqlite") == ledger.read(told)
    assert ledger.verify(tmp_path / "copy.sqlite", [ledger.head(told)]) == []


# --- from machine to machine


def test_a_ledger_moves_and_comes_back_with_what_was_added(backend, told):
    other = backend.new()
    older = list(ledger.lines(told))
    assert ledger.take_in(other, older) == 3 and ledger.read(other) == ledger.read(told)
    ledger.append(other, "second", "code", "mail:3", {"比": 0.1 + 0.2})
    ledger.redact(other, withdrawn, keyed)
    assert ledger.take_in(told, ledger.lines(other)) == 2 and ledger.take_in(told, ledger.lines(other)) == 0
    assert ledger.take_in(told, older) == 0  # and brings nobody back
    assert ledger.read(told) == ledger.read(other) and ledger.head(told) == ledger.head(other)
    assert ledger.verify(told) == ledger.verify(other) == []
    assert b"secret-" not in backend.bytes_of(told)


def test_two_ways_are_never_mixed(backend, told):
    other = backend.new()
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
def test_lines_that_were_changed_are_refused_and_nothing_is_written(change, told_as, backend, told):
    other = backend.new()
    with pytest.raises(ledger.NotTaken, match=told_as):
        ledger.take_in(other, change(list(ledger.lines(told))))
    assert ledger.read(other) == []
