"""Hostile exports through the doors of both channels of Meta's. Test names carry the id of the case they answer."""

from __future__ import annotations

import json
import re
import stat
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks import channels, conform
from tasks.land import land
from tasks.sources import archive
from tests.standins.meta_exports import HANAKO, page, said, write_zip
from warehouse.lake import Lake, read_parquet

ROOTS = {
    "facebook_messenger": "your_facebook_activity/messages/inbox",
    "instagram": "your_instagram_activity/messages/inbox",
}
GOOD = page([said(HANAKO, 0, "無事な話")], thread="inbox/good_2")


@pytest.fixture(params=ROOTS)
def channel(request) -> str:
    return request.param


@pytest.fixture
def lake(tmp_path) -> Lake:
    return Lake(tmp_path / "home")


def landed(lake: Lake, channel: str, path: Path):
    return land(lake, channel, [path], {}, datetime(2026, 7, 1, tzinfo=UTC), "run")


def rows(lake: Lake) -> list[dict]:
    return conform.messages(lake).to_pylist()


def beside_a_good_thread(lake: Lake, channel: str, tmp_path: Path, bad: bytes):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(write_zip(path, {f"{ROOTS[channel]}/good_2/message_1.json": GOOD}), "a") as file:
        file.writestr(f"{ROOTS[channel]}/bad_1/message_1.json", bad)
    return landed(lake, channel, path)


def test_Z01_names_that_lead_elsewhere_are_data(lake, channel, tmp_path: Path):
    names = ["../../x", "/abs", "a/../../b", "..\\w", "C:/c", "inbox/../../../../evil/message_1.json"]
    members = {f"{ROOTS[channel]}/good_2/message_1.json": GOOD} | dict.fromkeys(names, b"{}")
    members |= {f"{ROOTS[channel]}/../../../message_1.json": b"{}", f"{ROOTS[channel]}/..\\evil/message_1.json": b"{}"}
    (folder := tmp_path / "in").mkdir()
    done = landed(lake, channel, write_zip(folder / "a.zip", members))
    assert [row["body"] for row in rows(lake) if row["body"]] == ["無事な話"]
    assert {p.name for p in tmp_path.iterdir()} == {"in", "home"} and [p.name for p in folder.iterdir()] == ["a.zip"]
    assert done.new - done.quarantined == 1


def test_Z02_a_symbolic_link_refuses_the_archive(lake, channel, tmp_path: Path):
    path = write_zip(tmp_path / "a.zip", {f"{ROOTS[channel]}/good_2/message_1.json": GOOD})
    link = zipfile.ZipInfo(f"{ROOTS[channel]}/bad_1/message_1.json")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(link, "/etc/passwd")
    assert landed(lake, channel, path).notices == [("a.zip", "zip_unsafe", "")], "names of members are names of people"
    assert [row["detail"] for row in rows(lake)] == ["zip_unsafe"]


def test_Z03_a_bomb_costs_its_thread_and_little_memory(lake, channel, tmp_path: Path):
    path = write_zip(tmp_path / "a.zip", {f"{ROOTS[channel]}/good_2/message_1.json": GOOD})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr(f"{ROOTS[channel]}/bad_1/message_1.json", b"\0" * 50_000_000)
    tracemalloc.start()
    try:
        assert [item.problem for item in channels.module(channel).cut(path, {})] == ["too_large", None]
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    done = landed(lake, channel, path)
    assert dict(done.problems) == {"too_large": 1} and done.new == 2


def test_Z04_overlapping_entries_refuse_the_archive(lake, channel, tmp_path: Path):
    names = [f"{ROOTS[channel]}/good_{n}/message_1.json" for n in range(10)]
    path = write_zip(tmp_path / "a.zip", dict.fromkeys(names, GOOD))
    data = bytearray(path.read_bytes())
    for found in re.finditer(b"PK\x01\x02", bytes(data)):
        data[found.start() + 42 : found.start() + 46] = (0).to_bytes(4, "little")  # all behind the first local header
    path.write_bytes(data)
    assert dict(landed(lake, channel, path).problems) == {"zip_unsafe": 1}
    assert len(rows(lake)) == 1


BOMBS = {
    "nested": b'{"messages": ' + b"[" * 100_000,
    "nested and closed": b'{"messages": [' + b"[" * 5_000 + b"]" * 5_000 + b"]}",
    "NaN": b'{"messages": [{"sender_name": "A", "timestamp_ms": NaN}]}',
    "huge integer": b'{"messages": [{"sender_name": "A", "timestamp_ms": ' + b"9" * 5_000 + b"}]}",
    "infinity": b'{"messages": [{"sender_name": "A", "timestamp_ms": 1e400, "content": "x"}]}',
    "duplicate keys": b'{"messages": [], "messages": [{"sender_name": "A", "sender_name": 1, "timestamp_ms": 1}]}',
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_Z07_json_bombs_cost_themselves(lake, channel, tmp_path: Path, bomb: bytes):
    beside_a_good_thread(lake, channel, tmp_path, bomb)
    told = sorted((row["body"] or "", row["set_aside"] or "", row["detail"] or "") for row in rows(lake))
    assert told[-1] == ("無事な話", "", "") and len(told) == 2
    assert told[0][1] == "unreadable" and not told[0][2].startswith("crashed")


def test_Z07_a_message_nested_deep_costs_itself(lake, channel, tmp_path: Path):
    deep = (
        b'{"sender_name": "A", "timestamp_ms": 1773360000000, "content": "x", "share": '
        + b'{"a":' * 900
        + b"1"
        + b"}" * 901
    )
    beside_a_good_thread(lake, channel, tmp_path, b'{"messages": [' + deep + b"]}")
    told = [(row["body"], row["set_aside"], row["detail"]) for row in rows(lake)]
    assert ("無事な話", None, None) in told and len(told) == 2
    assert not any(str(detail).startswith("crashed") for _, _, detail in told)


# written, what is stored of it, flag
TEXTS = {
    "U02 NUL": ("a\x00b", "ab", "control_removed"),
    "U03 C0 and C1": ("a\x01\x9bb", "ab", "control_removed"),
    "U03 noncharacters": ("a\ufffe\uffffb", "ab", "noncharacter_removed"),
    "U03 line separators": ("a\u2028b", "a\nb", None),
    "U04 bidi": ("abc\u202egpj.exe\u2066x\u2069", "abc\u202egpj.exe\u2066x\u2069", "bidi_present"),
    "lone surrogate": ("a\ud83db", "ab", "surrogate_removed"),
}


@pytest.mark.parametrize(("written", "stored", "flag"), TEXTS.values(), ids=TEXTS)
def test_U02_U03_U04_odd_characters(lake, channel, tmp_path: Path, written: str, stored: str, flag: str | None):
    data = json.dumps(page([said(HANAKO, 0, written)])).encode()  # escaped, not as mojibake
    landed(lake, channel, write_zip(tmp_path / "a.zip", {f"{ROOTS[channel]}/t_1/message_1.json": data}))
    (row,) = rows(lake)
    assert row["body"] == stored and (flag is None or flag in row["flags"])
    (raw,) = [raw for file in lake.raw_files() for raw in read_parquet(file).to_pylist()]
    assert json.loads(raw["payload"])["content"] == written


def test_U07_zalgo(lake, channel, tmp_path: Path):
    written = "話" + "\u0301\u0316" * 2_500
    landed(
        lake,
        channel,
        write_zip(tmp_path / "a.zip", {f"{ROOTS[channel]}/t_1/message_1.json": page([said(HANAKO, 0, written)])}),
    )
    (row,) = rows(lake)
    assert row["body"].startswith("話") and "many_marks" in row["flags"]


def test_caps_hold_for_the_whole_archive(channel, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(archive, "TOTAL_CAP", 3_000)
    pages = {f"{ROOTS[channel]}/t_{n}/message_1.json": page([said(HANAKO, n, "話" * 20)]) for n in range(20)}
    items = list(channels.module(channel).cut(write_zip(tmp_path / "a.zip", pages), {}))
    assert 0 < len(items) < 30 and {item.problem for item in items} == {None, "too_large"}
