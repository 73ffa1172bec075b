"""ZIP archives from strangers: members are read as streams under caps and never written anywhere; names are data.

What was measured of the standard library: it accepts overlapping entries (one local header behind 1,000 names), takes
the last of two members with one name, and inflates 1 MB to 1 GB without asking.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

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

    def holds(self, pattern: re.Pattern[str]) -> bool:
        """Whether any member's whole name matches, wanted or not."""
        return any(pattern.fullmatch(name) for name in self._file.namelist())

    def crc(self, name: str) -> int:
        """The checksum that the archive states for a member."""
        return self._entries[name].CRC

    def read(self, name: str, cap: int = MEMBER_CAP) -> bytes:
        """A member's bytes. Raises Unreadable: too_large over a cap, zip_broken if it is damaged or encrypted."""
        with self.stream(name, cap) as stream:
            return b"".join(iter(lambda: stream.read(_CHUNK), b""))

    @contextmanager
    def stream(self, name: str, cap: int = TOTAL_CAP) -> Iterator[BinaryIO]:
        """A member to be read piece by piece; cap: bytes inflated. Raises as `read`, also while it is being read."""
        entry = self._entries[name]
        if entry.flag_bits & _ENCRYPTED:
            raise Unreadable("zip_broken", f"{name} is encrypted")
        try:
            member = self._file.open(entry)
        except _DAMAGED as error:
            raise Unreadable("zip_broken", f"{name}: {error}") from None
        with member, io.BufferedReader(_Watched(member, self._passed(entry, cap)), _CHUNK) as stream:
            yield stream

    def _passed(self, entry: zipfile.ZipInfo, cap: int) -> Callable[[int], None]:
        """To be told of every piece of a member that was inflated; raises Unreadable when it is too much."""
        size = 0

        def passed(count: int) -> None:
            nonlocal size
            size += count
            self._total += count
            too_dense = size >= RATIO_FROM and size > RATIO_CAP * entry.compress_size
            if size > cap or self._total > TOTAL_CAP or too_dense:
                raise Unreadable("too_large", f"{entry.filename}: over {size} bytes from {entry.compress_size}")

        return passed


class _Watched(io.RawIOBase):
    """A member being inflated: errors become Unreadable, and `passed` hears of every piece."""

    def __init__(self, member: IO[bytes], passed: Callable[[int], None]):
        self._member = member
        self._passed = passed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        try:
            data = self._member.read(len(buffer))
        except _DAMAGED as error:
            raise Unreadable("zip_broken", f"{self._member.name}: {error}") from None
        self._passed(len(data))
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def open_archive(source: Path | bytes, wanted: re.Pattern[str]) -> Iterator[Archive]:
    """A ZIP's members whose whole name matches `wanted`. Raises Unreadable: empty, zip_broken, zip_unsafe, too_large.

    zip_unsafe: a symbolic link, members that overlap, or one wanted name twice. Unwanted members are never read.
    """
    if isinstance(source, Path) and source.stat().st_size == 0:
        raise Unreadable("empty", source.name)
    try:
        file = zipfile.ZipFile(source if isinstance(source, Path) else io.BytesIO(source))
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
