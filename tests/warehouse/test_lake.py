"""The lake: a damaged page is noticed, a killed writer leaves nothing that is read, one writer at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from warehouse import schema
from warehouse.lake import Busy, Lake, locked, read_item, read_parquet, write_durably

ROOT = Path(__file__).parents[2]


def raw_table(*ids: str) -> pa.Table:
    rows = [
        {
            "raw_id": i,
            "channel": "email",
            "item_id": i,
            "fetched_at": datetime(2026, 3, 1, tzinfo=UTC),
            "media_type": "message/rfc822",
            "payload": f"原文 {i} ".encode() * 40,
            "byte_count": 1,
            "context": "{}",
            "run_id": "run",
        }
        for i in ids
    ]
    return pa.Table.from_pylist(rows, schema=schema.RAW)


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(tmp_path)


def test_a_flipped_byte_anywhere_in_a_page_is_noticed(lake):
    table = raw_table("a", "b", "c")
    file = lake.write_raw(table, "email", "2026-03-01")
    whole = file.read_bytes()
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    unnoticed = []
    for place in range(4, footer, 7):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        try:
            if not read_parquet(file).equals(table):
                unnoticed.append(place)
        except (OSError, ValueError):
            continue
    assert unnoticed == []


def test_the_same_batch_is_the_same_file_and_an_item_is_found_by_its_id(lake):
    first = lake.write_raw(raw_table("bb", "aa"), "email", "2026-03-01")
    assert lake.write_raw(raw_table("aa", "bb"), "email", "2026-03-01") == first
    lake.write_raw(raw_table("cc"), "note", "2026-03-02")
    assert lake.raw_files("email") == [first] and len(lake.raw_files()) == 2
    assert lake.known_ids("email") == {b"\xaa", b"\xbb"}
    assert read_item(lake, "cc")["payload"].startswith("原文 cc".encode()) and read_item(lake, "dd") is None


def test_what_a_killed_writer_left_is_not_read_and_goes_with_the_next_lock(lake):
    file = lake.write_raw(raw_table("aa"), "email", "2026-03-01")
    left = file.with_name(f".tmp-123-{file.name}")
    left.write_bytes(file.read_bytes()[:50])
    assert lake.raw_files() == [file] and lake.known_ids("email") == {b"\xaa"}
    with locked(lake):
        assert not left.exists() and file.exists()


def test_a_write_that_fails_leaves_what_was_there(lake):
    file = lake.write_raw(raw_table("a"), "email", "2026-03-01")

    def half(tmp: Path) -> None:
        tmp.write_bytes(b"half")
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        write_durably(file, half)
    assert list(file.parent.iterdir()) == [file] and read_parquet(file).num_rows == 1


def test_one_writer_at_a_time_and_a_dead_one_never_blocks(lake):
    hold = "import sys, time; from pathlib import Path; from warehouse.lake import *\n"
    hold += "with locked(Lake(Path(sys.argv[1]))): print('held', flush=True); time.sleep(60)"
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    holder = subprocess.Popen([sys.executable, "-c", hold, str(lake.home)], env=env, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Busy, match=str(holder.pid)), locked(lake, wait_seconds=0):
            pass
    finally:
        holder.kill()
        holder.wait()
    with locked(lake, wait_seconds=5):
        pass
