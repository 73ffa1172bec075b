"""Who looked at whose data, when: one JSON line each, only ever appended, each with the digest of the line before.

No text and no native id stands here: `subject` is a ref (s…, p…, a raw_id) or the name of an account of these pages.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FIRST = "0" * 64  # `before` of the first line
_PART = ("at", "who", "what", "subject", "before")
_TAIL = 1 << 16  # no line is longer


@dataclass(frozen=True, slots=True)
class Look:
    """One line. at: UTC, ISO 8601."""

    at: str
    who: str
    what: str
    subject: str


def append(file: Path, who: str, what: str, subject: str) -> None:
    """Write one line durably; whoever shows something personal calls this first. OSError: then it must not be shown."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # freed with the handle
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        told = dict(zip(_PART, (at, who, what, subject, _digest_of_last(handle)), strict=True))
        os.write(handle, json.dumps(told, ensure_ascii=False).encode() + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest_of_last(handle: int) -> str:
    """Of the last whole line. One that a killed writer left unfinished is cut off: nothing was shown after it."""
    size = os.fstat(handle).st_size
    tail = os.pread(handle, _TAIL, max(0, size - _TAIL))
    whole = tail[: tail.rfind(b"\n") + 1]
    if len(whole) < len(tail):
        os.ftruncate(handle, size - len(tail) + len(whole))
    return _digest(whole.splitlines()[-1]) if whole else FIRST


def read(file: Path) -> Iterator[Look]:
    """All lines in order; a file that is not there yet has none. ValueError: a line is no line of ours."""
    for line in _lines(file):
        told = json.loads(line)
        yield Look(told["at"], told["who"], told["what"], told["subject"])


def broken_at(file: Path) -> int | None:
    """The number (from 1) of the first line that does not follow from the one before, or None.

    A changed, added or missing line shows at the line after it; lines taken off the end do not show.
    """
    before = FIRST
    for number, line in enumerate(_lines(file), 1):
        if _before(line) != before:
            return number
        before = _digest(line)
    return None


def _lines(file: Path) -> Iterator[bytes]:
    if file.exists():
        with file.open("rb") as lines:
            yield from (line[:-1] for line in lines if line.endswith(b"\n"))


def _before(line: bytes) -> str | None:
    try:
        return json.loads(line)["before"]
    except (ValueError, TypeError, KeyError):
        return None


def _digest(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()
