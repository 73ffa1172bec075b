"""Mail files as slices, one message's bytes after the other: .eml, mbox, Maildir, and a ZIP of them, read as streams.

mbox: a message begins at "From ", a sender and a time after an empty line (RFC 4155); that line is kept apart. The
empty line before the next one belongs to the mailbox, not to the message. Content-Length is not believed: copies carry
it on.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tasks.channels import Unreadable
from tasks.sources.archive import Archive, open_archive

MESSAGE_CAP = 30_000_000
_LINE_CAP = 1 << 20

# From tanaka@example.jp Fri May  3 12:05:00 2024 · From - Fri May  3 12:05:00 2024 · From x@y 2024-05-03 12:05:00
_MONTH = rb"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b"
_FROM_LINE = re.compile(rb"From [^\n]{1,300}?(?:" + _MONTH + rb"[^\n]{1,20}|\d{4}-\d\d-\d\d[T ])\d\d:\d\d")
_MAILDIR = ("cur", "new")
# Takeout/Mail/応募.mbox · letters/01.eml · Apple Mail's 応募.mbox/mbox · Maildir/cur/1712345678.M1P2.host:2,S
_MEMBER = re.compile(
    r"(?i)(?!__MACOSX/)(?:.*/)?(?:(?!\.)[^/]+\.(?:eml|mbox|msg)|mbox|(?:cur|new)/\d{9,}\.[^/]+)", re.DOTALL
)
_OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the compound file of a .msg


class Slice:
    """The bytes of one message while they are read; beyond the cap only their number and hash are kept."""

    def __init__(self, source: str, envelope: str | None = None):
        self.source = source
        self.envelope = envelope
        self.size = 0
        self._lines: list[bytes] = []
        self._digest = None

    def add(self, line: bytes) -> None:
        self.size += len(line)
        if self._digest is not None:
            self._digest.update(line)
            return
        self._lines.append(line)
        if self.size > MESSAGE_CAP:
            self._digest = hashlib.sha256(b"".join(self._lines))
            self._lines.clear()

    def data(self) -> bytes | None:
        """The message; None if it is over the cap."""
        if self._digest is not None:
            return None
        if self.envelope is not None and len(self._lines) > 1 and self._lines[-1] in (b"\n", b"\r\n"):
            return b"".join(self._lines[:-1])
        return b"".join(self._lines)

    def sha256(self) -> str:
        return (self._digest or hashlib.sha256(self.data())).hexdigest()


class Lost:
    """A member of a ZIP that could not be read to its end; what was read of a mailbox before stands."""

    def __init__(self, source: str, crc: int, error: Unreadable):
        self.source = source
        self.mark = hashlib.sha256(f"{source}\0{crc}".encode("utf-8", "surrogatepass")).hexdigest()
        self.error = error


def letters(folder: Path) -> Iterator[Path]:
    """The messages of the Maildirs in a folder, or of the Maildir it is; Maildir++ subfolders (".Sent") if named."""
    for path in folder.rglob("*") if folder.is_dir() else ():
        below = path.relative_to(folder).parts
        if path.parent.name not in _MAILDIR or any(part.startswith(".") for part in below) or not path.is_file():
            continue
        if all((path.parent.parent / name).is_dir() for name in _MAILDIR):
            yield path


def slices(path: Path) -> Iterator[Slice | Lost]:
    """Every message of a file, memory within a few of the largest size allowed.

    Raises Unreadable: wrong_shape for a .mbox that is none and for a ZIP without mail, mail_outlook for .msg, and what
    `open_archive` raises.
    """
    if path.suffix.lower() == ".zip":
        with open_archive(path, _MEMBER) as archive:
            if not archive.names:
                raise Unreadable("wrong_shape", "no mail in this ZIP")
            for name in archive.names:
                yield from _member(archive, name)
        return
    with path.open("rb") as file:
        yield from _slices(file, path.name)


def _member(archive: Archive, name: str) -> Iterator[Slice | Lost]:
    try:
        with archive.stream(name) as file:
            yield from _slices(file, name)
    except Unreadable as error:
        yield Lost(name, archive.crc(name), error)


def _slices(file: BinaryIO, name: str) -> Iterator[Slice]:
    first = file.readline(_LINE_CAP)
    ending, base = name.lower().rpartition(".")[2], name.lower().rpartition("/")[2]
    if ending == "msg" or first.startswith(_OUTLOOK):
        raise Unreadable("mail_outlook", base)
    if _FROM_LINE.match(first) or (ending == "mbox" and first.startswith(b"From ")):
        return _mailbox(first, file, name)
    if ending == "mbox" or base == "mbox":
        return _no_mailbox(first, file)
    return _letter(first, file, name)


def _letter(first: bytes, file: BinaryIO, name: str) -> Iterator[Slice]:
    letter = Slice(name)
    letter.add(first.removeprefix(codecs.BOM_UTF8))  # a text editor's, no part of a mail
    while chunk := file.read(_LINE_CAP):
        letter.add(chunk)
    yield letter


def _no_mailbox(first: bytes, file: BinaryIO) -> Iterator[Slice]:
    if (first + file.read(_LINE_CAP)).strip():
        raise Unreadable("wrong_shape", "no From_ line at the start")
    yield from ()


def _mailbox(first: bytes, file: BinaryIO, name: str) -> Iterator[Slice]:
    piece = Slice(name, _envelope(first))
    after_blank, at_line_start = False, True
    while line := file.readline(_LINE_CAP):
        if after_blank and line[:5] == b"From " and _FROM_LINE.match(line):
            yield piece
            piece, after_blank = Slice(name, _envelope(line)), False
            continue
        piece.add(line)
        after_blank = at_line_start and (line == b"\n" or line == b"\r\n")
        at_line_start = line[-1] == 0x0A
    yield piece


def _envelope(line: bytes) -> str:
    return line.decode("latin-1").strip()[:500]
