"""Backup and restore: the same home again, nobody who withdrew since, and nothing at all from a file that is not whole."""

from __future__ import annotations

import io
import json
import shutil
import stat
import tarfile

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from flows.build import build
from flows.failures import Refused
from flows.keeping import backup, restore
from flows.settings import load
from tasks import keep
from tests.standins.leaver import TOKENS, fingerprint, ids, make, seen, without_person
from tests.warehouse.cheap import cheap_hashes
from warehouse import audit, ledger
from warehouse.accounts import Accounts


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A home with the person and its backup; nothing beside it."""
    home = make(tmp_path_factory.mktemp("keeping") / "call")
    ledger.append(home / "ledger.sqlite", "editor", "asked", f"mail:{TOKENS[2]}", {"n": 1}, f"{TOKENS[1]}さん")
    build(load(home))
    audit.append(home / "audit.jsonl", "著者", "original", "0" * 64)
    with cheap_hashes():
        Accounts(home / "accounts.sqlite").add("著者", "author", "correct horse battery")
    file = home.parent / "backup.tar"
    backup(home, file, "editor")
    return home, file


def test_a_home_comes_back_as_it_was_at_another_place_too(kept, tmp_path):
    home, file = kept
    restore(file, tmp_path / "new", [], "editor")
    new = tmp_path / "new"
    assert fingerprint(new) == fingerprint(home) and ids(new) == ids(home)
    assert (new / "secret.key").read_text() == (home / "secret.key").read_text()
    before, after = ledger.read(home / "ledger.sqlite"), ledger.read(new / "ledger.sqlite")
    assert after[:-1] == before and after[-1].kind == "restore" and before[-1].payload == {"file": str(file)}
    assert (new / "audit.jsonl").read_bytes() == (home / "audit.jsonl").read_bytes()
    assert not (new / "accounts.sqlite").exists()  # or sessions that ended would be back
    assert (new / "inbox" / "email").is_dir()
    assert f'home = "{new}"' in (new / "neta.toml").read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and stat.S_IMODE((new / "secret.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("beside", [True, False], ids=["tombstones beside", "tombstones named"])
def test_an_old_backup_brings_nobody_back(kept, tmp_path, beside):
    home, file = kept
    home = shutil.copytree(home, tmp_path / "call", symlinks=True)
    assert without_person(home) == 0
    was, left = fingerprint(home), ids(home)
    stones = home.with_name("call.tombstones")
    if beside:
        shutil.rmtree(home)
        new, named = home, []
    else:
        new, named = tmp_path / "elsewhere" / "call", [stones]
    restore(file, new, named, "editor")
    assert seen(new) == set() and ids(new) == left and fingerprint(new) == was
    assert new.with_name("call.tombstones").read_bytes() == stones.read_bytes() == (new / "tombstones").read_bytes()
    assert ledger.read(new / "ledger.sqlite")[0].subject.startswith("withdrawn:")
    assert ledger.read(new / "ledger.sqlite", "restore")[0].payload["items"] == 4


def test_withdrawal_names_the_backups_that_hold_the_person(kept, tmp_path, capsys):
    home = shutil.copytree(kept[0], tmp_path / "call", symlinks=True)
    without_person(home)
    assert str(kept[1]) in capsys.readouterr().out


def repacked(file, to, change):
    """A copy of a backup whose members went through `change(name, data)` → (name or a TarInfo, data), or None."""
    with tarfile.open(file) as old, tarfile.open(to, "w") as new:
        for entry in old:
            if made := change(entry.name, old.extractfile(entry).read()):
                name, data = made
                told = tarfile.TarInfo(name) if isinstance(name, str) else name
                told.size = len(data)
                new.addfile(told, io.BytesIO(data))
    return to


def link(name: str) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc"
    return entry


def first_raw(name: str, to, data: bytes):
    return (to, data) if name.startswith("raw/") else (name, data)


def manifest(name: str, data: bytes, **change):
    return (name, json.dumps(json.loads(data) | change).encode() if name == keep.MANIFEST else data)


WRONG = {
    "another text in a member": lambda n, d: (n, d + b" " if n == "neta.toml" else d),
    "a member that is missing": lambda n, d: None if n == "ledger.sqlite" else (n, d),
    "no manifest": lambda n, d: None if n == keep.MANIFEST else (n, d),
    "a way out of the folder": lambda n, d: ("../../out.txt" if n == "neta.toml" else n, d),
    "an absolute path": lambda n, d: ("/nowhere/out.txt" if n == "neta.toml" else n, d),
    "a link": lambda n, d: (link(n), b"") if n == "neta.toml" else (n, d),
    "a hidden way": lambda n, d: ("raw/../neta.toml" if n == "neta.toml" else n, d),
    "something else": lambda n, d: ("state/prefect.auth" if n == "neta.toml" else n, d),
    "another count of decisions": lambda n, d: manifest(n, d, ledger_count=99),
    "a manifest of another kind": lambda n, d: manifest(n, d, sha256=["neta.toml"]),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_what_is_not_a_whole_backup_leaves_nothing_behind(kept, tmp_path, change):
    file = repacked(kept[1], tmp_path / "wrong.tar", change)
    refused(file, tmp_path)


def refused(file, folder):
    with pytest.raises(Refused) as told:
        restore(file, folder / "in" / "new", [], "editor")
    assert len(str(told.value).splitlines()) == 1 and str(file) in str(told.value)
    assert not list((folder / "in").iterdir()) and not list(folder.rglob("out.txt"))


@hypothesis(max_examples=60)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_one_flipped_bit_or_a_cut_file_is_told_or_harms_nothing(kept, tmp_path_factory, place, bit, cut):
    data, folder = bytearray(kept[1].read_bytes()), tmp_path_factory.mktemp("bit")
    end = data.rindex(b"\n}") + 2  # of the manifest: what follows is the tar's own padding
    at = int(place * end)
    if cut:
        del data[at:]
    else:
        data[at] ^= 1 << bit
    (folder / "b.tar").write_bytes(data)
    (folder / "out").mkdir()
    try:
        keep.unpack(folder / "b.tar", folder / "out")
    except keep.Damaged:
        return
    assert not cut
    whole = {f: f.read_bytes() for f in (folder / "out").rglob("*") if f.is_file()}
    with tarfile.open(kept[1]) as tar:  # a bit of padding or of a field that nobody reads
        assert {str(f.relative_to(folder / "out")): d for f, d in whole.items()} == {
            e.name: tar.extractfile(e).read() for e in tar if e.name != keep.MANIFEST
        }


@pytest.mark.parametrize("name", ["call/backup.tar", "backup.tar"])
def test_a_backup_neither_overwrites_nor_lies_within_the_home(kept, tmp_path, name):
    home = shutil.copytree(kept[0], tmp_path / "call", symlinks=True)
    (tmp_path / "backup.tar").write_bytes(b"mine")
    before = len(ledger.read(home / "ledger.sqlite"))
    with pytest.raises(Refused):
        backup(home, tmp_path / name, "editor")
    assert len(ledger.read(home / "ledger.sqlite")) == before and (tmp_path / "backup.tar").read_bytes() == b"mine"


def test_a_restore_goes_into_no_home_that_holds_something(kept, tmp_path):
    (tmp_path / "call").mkdir()
    (tmp_path / "call" / "note.txt").write_text("mine")
    with pytest.raises(Refused):
        restore(kept[1], tmp_path / "call", [], "editor")
    assert [f.name for f in (tmp_path / "call").iterdir()] == ["note.txt"]
