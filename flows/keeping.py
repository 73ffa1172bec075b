"""`neta backup` and `neta restore`: one file that a home can be made from again, without bringing anybody back.

A restore lays the backup out beside the place where it is to stand, holds it against its manifest, takes out what was
withdrawn since (by every file of tombstones that can be had), and only then gives it the home's name and builds.
"""

from __future__ import annotations

import getpass
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flows import runlog
from flows.build import build
from flows.failures import Refused
from flows.settings import default_language, load
from tasks import erase, keep, tombstones
from tasks.keep import Contents, Damaged
from warehouse import ledger
from warehouse import tombstones as stones_files
from warehouse.lake import Lake, locked
from warehouse.words import Words


def backup(home: Path, file: Path, who: str | None) -> None:
    """Write a home's backup and tell what it holds. Refused where a file is there already, or within the home."""
    settings = load(home)
    words = Words(settings.language)
    settings.key()
    with locked(settings.lake):
        _must_be_free(settings.lake, file, words)
        ledger.append(settings.lake.ledger, who or getpass.getuser(), "backup", file.name, {"file": str(file)})
        held = keep.pack(settings.lake, settings.codebook, file, runlog.now().isoformat(timespec="seconds"))
    print(words("keep.done", file=file, files=held.files, entries=held.ledger_count))
    print(words("keep.with_key"))


def _must_be_free(lake: Lake, file: Path, words: Words) -> None:
    if file.exists():
        raise Refused(words("keep.there", file=file))
    if file.resolve().is_relative_to(lake.home.resolve()):
        raise Refused(words("keep.inside", file=file))
    if any(lake.forgetting.glob("*.json")):
        raise Refused(words("keep.unfinished"))


def restore(file: Path, home: Path, tombstone_files: Sequence[Path], who: str | None) -> None:
    """Make a home from a backup, without what was withdrawn since, and build it. Refused, and nothing is left, if not."""
    words = Words(default_language())
    if home.is_file() or (home.is_dir() and any(home.iterdir())):
        raise Refused(words("keep.not_empty", home=home))
    marks = _marks_beside(home, tombstone_files, words)
    with _aside(home) as staged:
        held = _unpacked(file, staged, words)
        staged = _with_its_ledger(staged, words)
        gone = _without_withdrawn(staged, marks)
        _settle(staged.settings_file, home)
        payload = {"file": str(file), "made_at": held.made_at, "items": gone}
        ledger.append(staged.ledger, who or getpass.getuser(), "restore", file.name, payload)
        stones_files.write(stones_files.marks(staged), Lake(home).tombstones_outside)  # before there is a home
        staged.home.replace(home)
    settings = load(home)
    for inbox in map(settings.inbox, settings.channels):
        if inbox.is_relative_to(home):
            inbox.mkdir(parents=True, exist_ok=True)
    build(settings, empty_cache=True)
    print(words("keep.restored", home=home, made_at=held.made_at, files=held.files, entries=held.ledger_count))
    print(words("keep.replayed", n=gone) if gone else words("keep.none_replayed"))


def _marks_beside(home: Path, files: Sequence[Path], words: Words) -> frozenset[str]:
    for file in files:
        if not file.is_file():
            raise Refused(words("keep.no_stones", file=file))
    try:
        return stones_files.in_files([Lake(home).tombstones_outside, *files])
    except ValueError:  # UnicodeDecodeError is one
        raise Refused(words("keep.bad_stones", files=", ".join(map(str, files)))) from None


@contextmanager
def _aside(home: Path) -> Iterator[Lake]:
    """A folder beside the home to work in; gone if the work fails."""
    home.parent.mkdir(parents=True, exist_ok=True)
    folder = home.with_name(f".{home.name}.restoring-{os.getpid()}")
    folder.mkdir(mode=0o700)
    try:
        yield Lake(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpacked(file: Path, staged: Lake, words: Words) -> Contents:
    try:
        return keep.unpack(file, staged.home)
    except Damaged as error:
        reason = str(error)
        key = f"keep.{reason}" if reason in ("damaged", "foreign") else "keep.damaged_at"
        raise Refused(words(key, file=file, member=ascii(reason)[1:-1])) from None


def _with_its_ledger(staged: Lake, words: Words) -> Lake:
    """Where the settings put the ledger on a server, it goes on there: in an empty one, or where this backup was made of it."""
    lake = load(staged.home).lake
    if lake.ledger_url and ledger.exists(lake.ledger_file):
        try:
            ledger.take_in(lake.ledger, ledger.lines(lake.ledger_file))
        except ledger.NotTaken as error:
            raise Refused(words(f"ledger.no_{error.what}", file=ledger.named(lake.ledger), at=error.at)) from None
        lake.ledger_file.unlink()
    return lake


def _without_withdrawn(staged: Lake, marks: frozenset[str]) -> int:
    """Take out what the backup's own tombstones and those given cover; returns how many items went."""
    stones_files.write(stones_files.marks(staged) | marks, staged.tombstones)
    stones = tombstones.read(staged)
    erase.redact_ledger(staged, stones)
    gone = erase.rewrite_raw(staged, stones) if stones else 0
    erase.remove_derived(staged)
    return gone


def _settle(settings_file: Path, home: Path) -> None:
    """Let the settings name the place where the home stands now, and the codebook that came with it."""
    text = settings_file.read_text(encoding="utf-8")
    for name, value in (("home", str(home)), ("codebook", "codebook")):
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        text = re.sub(rf'(?m)^{name} = "[^"\n]*"', lambda _, n=name, q=quoted: f'{n} = "{q}"', text, count=1)
    settings_file.write_text(text, encoding="utf-8")
