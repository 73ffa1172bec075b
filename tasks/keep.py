"""Backup: what cannot be made again, as one tar file whose last member says what has to be in it.

Kept: settings, codebook, trained coders, key, raw, ledger, audit, tombstones. The tar is not compressed: raw is.
manifest.json comes last, with the sha256 of every other member and the number of the ledger's entries, so a file that was
cut off cannot pass. Not kept: accounts, since sessions that ended would be back.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tasks.stored import files
from warehouse import ledger, tombstones
from warehouse.lake import Lake, write_durably

MANIFEST = "manifest.json"
KEPT = ("neta.toml", "secret.key", "ledger.sqlite", "audit.jsonl", "tombstones", "codebook", "coders", "raw")
PRIVATE = 0o600
_PIECE = 1 << 20


class Damaged(ValueError):
    """A backup that is not what its manifest says. `what`: damaged, foreign (no backup of neta's) or the member's name."""


@dataclass(frozen=True)
class Contents:
    """What a backup holds. made_at: ISO 8601; ledger_count: entries; files: members beside the manifest."""

    made_at: str
    ledger_count: int
    files: int


def pack(lake: Lake, codebook: Path, file: Path, made_at: str) -> Contents:
    """Write a home's backup, named only when it is whole and on disk, readable by its owner only. Under the home's lock.

    codebook: its folder, which may lie elsewhere; it is kept as codebook/ in either case. OSError.
    """
    told: list[Contents] = []
    write_durably(file, lambda tmp: told.append(_write(lake, codebook, tmp, made_at)))
    return told[0]


def _write(lake: Lake, codebook: Path, tmp: Path, made_at: str) -> Contents:
    digests: dict[str, str] = {}
    handle = os.open(tmp, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(handle, "wb") as out, tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in _members(lake, codebook):
            with path.open("rb") as data:
                digests[name] = _add(tar, name, data, path.stat().st_size)
        for name, data in _made(lake):
            digests[name] = _add(tar, name, io.BytesIO(data), len(data))
        count = len(ledger.read(lake.ledger))
        told = {"neta_backup": 1, "made_at": made_at, "ledger_count": count, "sha256": digests}
        data = json.dumps(told, indent=1).encode()
        _add(tar, MANIFEST, io.BytesIO(data), len(data))
    return Contents(made_at, count, len(digests))


def _members(lake: Lake, codebook: Path) -> Iterator[tuple[str, Path]]:
    yield lake.settings_file.name, lake.settings_file
    yield lake.key_file.name, lake.key_file
    if lake.audit.exists():
        yield lake.audit.name, lake.audit
    yield from ((f"codebook/{file.relative_to(codebook).as_posix()}", file) for file in files(codebook))
    yield from ((f"coders/{file.relative_to(lake.coders).as_posix()}", file) for file in files(lake.coders))
    yield from ((f"raw/{file.relative_to(lake.raw).as_posix()}", file) for file in lake.raw_files())


def _made(lake: Lake) -> Iterator[tuple[str, bytes]]:
    if ledger.exists(lake.ledger):
        yield lake.ledger_file.name, ledger.copied(lake.ledger)
    yield lake.tombstones.name, tombstones.as_bytes(tombstones.marks(lake))


def _add(tar: tarfile.TarFile, name: str, data, size: int) -> str:
    """Add one member; returns the sha256 of what was read."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, PRIVATE
    through = _Hashing(data)
    tar.addfile(entry, through)
    return through.digest.hexdigest()


class _Hashing:
    """A reader that hashes what is read through it."""

    def __init__(self, data):
        self.data, self.digest = data, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self.data.read(size)
        self.digest.update(piece)
        return piece


def unpack(file: Path, folder: Path) -> Contents:
    """Lay a backup out in an empty folder and hold it against its manifest. Damaged, OSError; the folder is then partial."""
    digests: dict[str, str] = {}
    manifest = None
    try:
        with tarfile.open(file, mode="r:") as tar:
            for entry in tar:
                if manifest is not None or entry.name in digests or not _is_ours(entry):
                    raise Damaged(entry.name)
                data = tar.extractfile(entry)
                if entry.name == MANIFEST:
                    manifest = _parsed(data.read(entry.size))
                else:
                    digests[entry.name] = _lay(data, folder / entry.name)
    except (tarfile.TarError, EOFError, UnicodeDecodeError) as error:
        raise Damaged("damaged") from error
    if manifest is None:
        raise Damaged("damaged" if digests else "foreign")
    _must_agree(manifest, digests)
    return _checked(manifest, folder)


def _is_ours(entry: tarfile.TarInfo) -> bool:
    """A plain file that a backup may hold: no link, no device, no hole, and no way out of the folder."""
    path = PurePosixPath(entry.name)
    is_plain = entry.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and entry.sparse is None
    inside = not path.is_absolute() and ".." not in path.parts and path.as_posix() == entry.name
    return is_plain and inside and "\\" not in entry.name and path.parts[0] in (*KEPT, MANIFEST)


def _lay(data, path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as out:
        while piece := data.read(_PIECE):
            digest.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _parsed(data: bytes) -> dict:
    try:
        told = json.loads(data)
    except ValueError as error:
        raise Damaged(MANIFEST) from error
    fields = {"neta_backup": int, "made_at": str, "ledger_count": int, "sha256": dict}
    if not isinstance(told, dict) or not all(isinstance(told.get(name), kind) for name, kind in fields.items()):
        raise Damaged(MANIFEST)
    return told


def _must_agree(manifest: dict, digests: dict[str, str]) -> None:
    wrong = _differing(manifest["sha256"], digests)
    if first := next(iter(wrong), None):
        raise Damaged(first)


def _differing(told: dict[str, str], found: dict[str, str]) -> Iterable[str]:
    return (name for name in sorted({*told, *found}) if told.get(name) != found.get(name))


def _checked(manifest: dict, folder: Path) -> Contents:
    count = len(ledger.read(Lake(folder).ledger))
    if count != manifest["ledger_count"]:
        raise Damaged("ledger.sqlite")
    return Contents(manifest["made_at"], count, len(manifest["sha256"]))
