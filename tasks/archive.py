"""ZIP archives from strangers: members are read as streams under caps and never written anywhere; names are data.

What was measured of the standard library: it accepts overlapping entries (one local header behind 1,000 names), takes
the last of two members with one name, and inflates 1 MB to 1 GB without asking.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tasks.channels import Unreadable

MEMBER_CAP = 200_000_000  # bytes inflated, of one member that is read
TOTAL_CAP = 4_000_000_000  # bytes inflated, of all members that are read
RATIO_CAP = 100  # inflated to deflated, from RATIO_FROM on; the JSON of a chat stays under 30
RATIO_FROM = 1_000_000
READ_CAP = 20_000  # members that are read
LISTED_CAP = 500_000  # members at all: an export carries its owner's photos

_CHUNK = 1 << 18
_LOCAL_HEADER = 30  # bytes, APPNOTE.TXT 4.3.7
_ENCRYPTED = 0x1
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, OSError, ValueError)


class Archive:
    """The members of an open ZIP whose names match a pattern."""

    def __init__(self, file: zipfile.ZipFile, wanted: re.Pattern[str]):
        entries = file.infolist()
        if len(entries) > LISTED_CAP:
            raise Unreadable("too_large", f"{len(entries)} entries")
        _must_be_safe(entries)
        chosen = [entry for entry in entries if wanted.fullmatch(entry.filename)]
        if len(chosen) > READ_CAP:
            raise Unreadable("too_large", f"{len(chosen)} entries to read")
        twice = [name for name, count in Counter(entry.filename for entry in chosen).items() if count > 1]
        if twice:
            raise Unreadable("zip_unsafe", f"two entries named {twice[0]!r}")
        self._file = file
        self._entries = {entry.filename: entry for entry in chosen}
        self._total = 0

    @property
    def names(self) -> list[str]:
        """Names of the members that match, sorted. Never a path to write to."""
        return sorted(self._entries)

    def crc(self, name: str) -> int:
        """The checksum that the archive states for a member."""
        return self._entries[name].CRC

    def read(self, name: str) -> bytes:
        """A member's bytes. Raises Unreadable: too_large over a cap, zip_broken if it is damaged or encrypted."""
        entry = self._entries[name]
        if entry.flag_bits & _ENCRYPTED:
            raise Unreadable("zip_broken", f"{name} is encrypted")
        try:
            with self._file.open(entry) as stream:
                return self._capped(stream, entry)
        except _DAMAGED as error:
            raise Unreadable("zip_broken", f"{name}: {error}") from None

    def _capped(self, stream: IO[bytes], entry: zipfile.ZipInfo) -> bytes:
        out = bytearray()
        while chunk := stream.read(_CHUNK):
            out += chunk
            self._total += len(chunk)
            too_dense = len(out) >= RATIO_FROM and len(out) > RATIO_CAP * entry.compress_size
            if len(out) > MEMBER_CAP or self._total > TOTAL_CAP or too_dense:
                raise Unreadable("too_large", f"{entry.filename}: over {len(out)} bytes from {entry.compress_size}")
        return bytes(out)


@contextmanager
def open_archive(path: Path, wanted: re.Pattern[str]) -> Iterator[Archive]:
    """A ZIP's members whose whole name matches `wanted`. Raises Unreadable: empty, zip_broken, zip_unsafe, too_large.

    zip_unsafe: a symbolic link, members that overlap, or one wanted name twice. Unwanted members are never read.
    """
    if path.stat().st_size == 0:
        raise Unreadable("empty", path.name)
    try:
        file = zipfile.ZipFile(path)
    except _DAMAGED as error:
        raise Unreadable("zip_broken", str(error)) from None
    with file:
        yield Archive(file, wanted)


def _must_be_safe(entries: list[zipfile.ZipInfo]) -> None:
    for entry in entries:
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Unreadable("zip_unsafe", f"{entry.filename!r} is a symbolic link")
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    for one, following in zip(ordered, ordered[1:], strict=False):
        name = one.orig_filename.encode("utf-8" if one.flag_bits & 0x800 else "cp437", "replace")
        if one.header_offset + _LOCAL_HEADER + len(name) + one.compress_size > following.header_offset:
            raise Unreadable("zip_unsafe", f"{one.filename!r} and {following.filename!r} overlap")
