"""Workers: too slow, too hungry, too curious or dead costs one record or one source, and the next request is served."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks import conform, worker
from tasks.channels import Item, Unreadable
from tasks.items import raw_id, table_of
from tasks.land import landed

ROOT = Path(__file__).parents[2]
MAILBOX = ROOT / "tests" / "fixtures" / "email" / "three_messages.mbox"
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def letters(count: int, lines: int = 1) -> list[Item]:
    text = "Message-ID: <{n}@example.jp>\r\nFrom: a@example.jp\r\n\r\n" + "{n}番目の話です。\r\n" * lines
    return [Item(f"{n}@example.jp", text.format(n=n).encode(), "message/rfc822") for n in range(count)]


def raw(items: list[Item]):
    return landed(table_of("email", items), NOW, "run")


def confined(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process that has confined itself as a worker does."""
    code = f"from tasks import confined\nconfined._confine()\n{code}"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_what_python_hears_is_told_as_too_slow():
    asked = worker.Worker()
    with pytest.raises(Unreadable, match="too_slow"):
        list(asked.ask("conform", 0.001, worker.as_bytes(raw(letters(1000)))))
    assert asked.is_free, "told in time, so the process lives"
    asked.stop()


def test_a_batch_that_takes_too_long_is_read_one_by_one(monkeypatch):
    rows = raw(letters(200, lines=3000))
    monkeypatch.setattr(worker, "CPU_SECONDS", 0.1)  # all together take some seconds, each some milliseconds
    tables = list(conform._confined(rows))
    assert len(tables) == 200 and sum(t.num_rows for t in tables) == 200
    assert sum(t["set_aside"].null_count for t in tables) > 150, "each alone is quick enough"


def test_what_nobody_hears_is_ended_by_the_kernel():
    ended = confined("confined.GRACE = 0\nwith confined.patience(0.1): sum(range(10**12))")
    assert ended.returncode in (-24, -27), ended.stderr  # SIGXCPU; SIGPROF if Python had not begun to hear


def test_memory_has_a_bound():
    ended = confined("try: bytearray(2 << 30)\nexcept MemoryError: print('bounded')")
    assert ended.stdout == "bounded\n", ended.stderr


@pytest.mark.parametrize(
    "reach",
    [
        "__import__('socket').create_connection(('127.0.0.1', 9))",
        "__import__('subprocess').run(['true'])",
        "__import__('os').system('true')",
    ],
)
def test_it_reaches_nowhere(reach: str):
    assert "PermissionError" in confined(reach).stderr


def test_secrets_stay_with_the_parent(monkeypatch):
    monkeypatch.setenv("NETA_TOKEN", "canary")
    assert "canary" not in worker._environment().values()


def test_one_that_dies_costs_its_request_only(tmp_path):
    box = tmp_path / "many.mbox"
    box.write_bytes(
        b"".join(b"From a@example.jp Fri May  3 12:05:00 2024\n" + i.payload + b"\n" for i in letters(5000))
    )
    asked = worker.Worker()
    answer = asked.ask("cut", 10.0, "email", box, {})
    assert next(answer).num_rows == worker.RECORDS
    asked._process.kill()
    with pytest.raises(Unreadable):
        list(answer)
    asked.stop()
    ending: dict = {}
    assert sum(t.num_rows for t in worker.cut("email", MAILBOX, {}, ending)) == 3 and ending == {"outside": 0}


def test_an_answer_not_heard_to_its_end_is_not_taken_for_the_next():
    for _ in range(2):
        stream = worker.cut("email", MAILBOX, {}, {})
        next(stream)
        stream.close()
    assert sum(t.num_rows for t in worker.cut("email", MAILBOX, {}, {})) == 3


def test_half_a_character_costs_its_item():
    items = [*letters(1), Item("odd\ud800", b"kept", "text/plain"), Item("x", b"y", "text/plain", detail="\udfff")]
    table = table_of("email", items).to_pylist()
    assert [row["problem"] for row in table] == [None, "crashed", "crashed"]
    assert [row["payload"] for row in table[1:]] == [b"kept", b"y"] and table[1]["item_id"] == raw_id("email", items[1])


def test_a_file_has_time_for_all_that_it_lies_beside(tmp_path):
    large, small = tmp_path / "large.zip", tmp_path / "small.zip"
    for path, size in ((large, 1000), (small, 1)):
        path.write_bytes(b"x" * size)
    beside = {"beside": [large, small, tmp_path / "gone.zip"]}
    assert worker._patience(small, beside) == worker.CPU_SECONDS + 1001 / worker.CPU_BYTES
    assert worker._patience(small, {}) == worker.CPU_SECONDS + 1 / worker.CPU_BYTES


def test_conversations_are_listed_in_a_worker_too():
    listed = worker.conversations("facebook_messenger", ROOT / "tests/fixtures/facebook_messenger/two_threads.zip", {})
    assert {c.message_count for c in listed} == {14, 2} and all(c.first and c.first.tzinfo for c in listed)
    with pytest.raises(Unreadable, match="zip_broken"):
        worker.conversations("facebook_messenger", ROOT / "tests/fixtures/facebook_messenger/cut_off.zip", {})
