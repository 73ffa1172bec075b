"""The record of views: it only grows, writers side by side lose nothing, and a change behind its back shows."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from warehouse import audit


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "home" / "audit.jsonl"
    for number in range(4):
        audit.append(path, "編集者", "original", f"raw-{number}")
    return path


def test_a_line_tells_who_when_what_and_whose(file):
    looks = list(audit.read(file))
    assert [(look.who, look.what, look.subject) for look in looks] == [
        ("編集者", "original", f"raw-{n}") for n in range(4)
    ]
    assert looks[0].at.endswith("+00:00") and audit.broken_at(file) is None
    assert file.stat().st_mode & 0o077 == 0


CHANGES = {
    "a word changed": (lambda lines: [lines[0], lines[1].replace("original", "ordinary"), *lines[2:]], 3),
    "a line taken out": (lambda lines: [lines[0], *lines[2:]], 2),
    "the first taken out": (lambda lines: lines[1:], 1),
    "a line added": (lambda lines: [lines[0], lines[0], *lines[1:]], 2),
    "two changed places": (lambda lines: [lines[0], lines[2], lines[1], lines[3]], 2),
    "rubbish": (lambda lines: [*lines[:2], "{", *lines[2:]], 3),
}


@pytest.mark.parametrize(("change", "line"), CHANGES.values(), ids=CHANGES)
def test_a_change_behind_its_back_shows(file, change, line):
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("".join(f"{line}\n" for line in change(lines)), encoding="utf-8")
    assert audit.broken_at(file) == line


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_writer_that_was_killed_breaks_nothing(file, cut):
    whole = file.read_bytes()
    file.write_bytes(whole[:-cut])
    assert audit.broken_at(file) is None
    audit.append(file, "editor", "original", "raw-9")
    assert [look.subject for look in audit.read(file)] == ["raw-0", "raw-1", "raw-2", "raw-9"]
    assert audit.broken_at(file) is None


def test_writers_side_by_side_lose_nothing(file):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: audit.append(file, f"w{n}", "original", f"new-{n}"), range(64)))
    assert len({json.loads(line)["subject"] for line in file.read_text(encoding="utf-8").splitlines()}) == 4 + 64
    assert audit.broken_at(file) is None
