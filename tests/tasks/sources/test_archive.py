"""Archives from strangers. Test names carry the id of the hostile case they answer (Z01 zip slip, Z02 links …)."""

from __future__ import annotations

import re
import stat
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from tasks.channels import Unreadable
from tasks.sources import archive
from tasks.sources.archive import open_archive

TEXT = re.compile(r".*\.txt")


def _zip(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def _problem(path: Path, name: str | None = None) -> str:
    with pytest.raises(Unreadable) as told, open_archive(path, TEXT) as opened:
        opened.read(name or opened.names[0])
    return told.value.problem


def test_wanted_members_are_read(tmp_path: Path):
    path = _zip(tmp_path / "a.zip", {"b.txt": b"B", "a.txt": b"A", "photo.jpg": b"\0" * 10})
    with open_archive(path, TEXT) as opened:
        assert {name: opened.read(name) for name in opened.names} == {"a.txt": b"A", "b.txt": b"B"}


def test_Z01_names_are_data(tmp_path: Path):
    names = ["../../x.txt", "/abs.txt", "a/../../b.txt", "..\\w.txt", "C:/c.txt"]
    (tmp_path / "in").mkdir()
    path = _zip(tmp_path / "in" / "a.zip", dict.fromkeys(names, b"x"))
    with open_archive(path, TEXT) as opened:
        assert all(opened.read(name) == b"x" for name in opened.names)
    assert [p.name for p in tmp_path.rglob("*")] == ["in", "a.zip"]


def test_Z02_symbolic_link(tmp_path: Path):
    path = tmp_path / "a.zip"
    link = zipfile.ZipInfo("link.jpg")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.txt", b"A")
        file.writestr(link, "/etc/passwd")
    assert _problem(path) == "zip_unsafe"


def test_Z03_bomb_is_stopped_while_it_inflates(tmp_path: Path):
    path = _zip(tmp_path / "a.zip", {"a.txt": b"\0" * 50_000_000})
    tracemalloc.start()
    try:
        assert _problem(path) == "too_large"
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_Z03_caps_count_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = _zip(
        tmp_path / "a.zip", {"a.txt": b"a" * 900, "b.txt": b"b" * 900, "big.jpg": b"c" * 9000}, zipfile.ZIP_STORED
    )
    monkeypatch.setattr(archive, "MEMBER_CAP", 1000)
    monkeypatch.setattr(archive, "TOTAL_CAP", 1000)
    with open_archive(path, TEXT) as opened:
        assert len(opened.read("a.txt")) == 900
        with pytest.raises(Unreadable, match="too_large"):
            opened.read("b.txt")


def test_Z04_overlapping_entries(tmp_path: Path):
    path = _zip(tmp_path / "a.zip", {"a.txt": b"A", "b.txt": b"B"}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = (0).to_bytes(4, "little")  # offset of its local header: the first one's
    path.write_bytes(data)
    assert _problem(path) == "zip_unsafe"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_with_one_name(tmp_path: Path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a.txt", b"A")
        file.writestr("a.txt", b"B")
    assert _problem(path) == "zip_unsafe"


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = _zip(tmp_path / "a.zip", {f"{n}.txt": b"" for n in range(5)})
    monkeypatch.setattr(archive, "READ_CAP", 4)
    assert _problem(path) == "too_large"


@pytest.mark.parametrize("keep", [1, 40, 100, -1])
def test_cut_off(tmp_path: Path, keep: int):
    path = _zip(tmp_path / "a.zip", {"a.txt": b"A" * 100})
    path.write_bytes(path.read_bytes()[:keep])
    assert _problem(path) == "zip_broken"


def test_empty_file(tmp_path: Path):
    (tmp_path / "a.zip").write_bytes(b"")
    assert _problem(tmp_path / "a.zip") == "empty"


def test_damaged_member_costs_itself(tmp_path: Path):
    path = _zip(tmp_path / "a.zip", {"a.txt": b"A" * 50, "b.txt": b"B" * 50}, zipfile.ZIP_STORED)
    path.write_bytes(path.read_bytes().replace(b"AAAA", b"AAAB", 1))
    assert _problem(path, "a.txt") == "zip_broken"
    with open_archive(path, TEXT) as opened:
        assert opened.read("b.txt") == b"B" * 50
