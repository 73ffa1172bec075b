"""Channel email: letters to the author's address, as .eml files and mbox mailboxes.

What     .eml: one message, bytes as they are. mbox: read as a stream, one slice a message, the From_ line apart.
Access   files; what Thunderbird, Apple Mail, Gmail's Takeout and `mbox` exports write.
Identity namespace mail: Message-ID, lower case without <>; else a hash of Date, From, Subject and body. The person is
         the From address, casefolded; never the display name, never Reply-To.
Limits   30 MB a message, 64 KiB or 1,000 lines of headers, 2 MB of text: beyond, the item lands without its bytes.
Quirks   mbox: a message begins at "From ", a sender and a time after an empty line; ">From " in a body is "From "
         (mboxrd). The empty line before the next From_ line belongs to the mailbox, not to the message.
         Japanese: see tasks/text/decode.py, mail_headers.py, mail_body.py, quotes.py.
Source   RFC 5322, 2045 to 2047, 3676, 4155; Python 3.11 email documentation.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from email.parser import BytesParser
from email.policy import compat32
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from tasks.channels import Item, Message, Unreadable, files_in
from tasks.text import mail_body, mail_headers, quotes

NAMESPACE = "mail"
FILES = ("*.eml", "*.mbox", "mbox")
MEDIA_TYPE = "message/rfc822"

MESSAGE_CAP = 30_000_000
HEADER_CAP = 64 * 1024
HEADER_LINES_CAP = 1_000
BOUNDARY_LINES_CAP = 10_000  # the parser takes 8 s for 100,000 parts
_LINE_CAP = 1 << 20

# From tanaka@example.jp Fri May  3 12:05:00 2024 · From - Fri May  3 12:05:00 2024 · From x@y 2024-05-03 12:05:00
_MONTH = rb"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b"
_FROM_LINE = re.compile(rb"From [^\n]{1,300}?(?:" + _MONTH + rb"[^\n]{1,20}|\d{4}-\d\d-\d\d[T ])\d\d:\d\d")
_ESCAPED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEADER_END = re.compile(rb"\n\r?\n")
_MESSAGE_ID = re.compile(rb"^message-id[ \t]*:((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
_EXPECTED_HEADERS = {"from", "date", "subject", "message-id", "received", "to"}


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """Mail files named, or found in named folders; a mailbox without an extension has to be named."""
    yield from files_in(paths, FILES)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """One item a message. An empty mailbox has none; an empty .eml is an item with the problem `empty`.

    Memory stays within a few messages of the largest size allowed. Raises Unreadable for a .mbox that is none.
    """
    with path.open("rb") as file:
        first = file.readline(_LINE_CAP)
        file.seek(0)
        if _FROM_LINE.match(first) or (path.suffix.lower() == ".mbox" and first.startswith(b"From ")):
            slices = _mailbox(file)
        elif path.suffix.lower() == ".mbox" or path.name.lower() == "mbox":
            slices = _no_mailbox(file)
        else:
            slices = _letter(file)
        for piece in slices:
            yield _item(piece, path.name)


def conform(item: Item) -> Message:
    """A message's bytes → Message. Raises Unreadable: mail_broken, too_large, no_text."""
    envelope = item.context.get("envelope")
    data = _ESCAPED_FROM.sub(rb"\1", item.payload) if envelope and b"\n>" in item.payload else item.payload
    if data.count(b"\n--") > BOUNDARY_LINES_CAP:
        raise Unreadable("too_large", "parts")
    try:
        mail = BytesParser(policy=compat32).parsebytes(data)
        fields = mail_headers.fields_of(mail)
        if fields.keys().isdisjoint(_EXPECTED_HEADERS):
            raise Unreadable("mail_broken", "no headers")
        body, body_flags = mail_body.body_of(mail)
    except RecursionError:
        raise Unreadable("mail_broken", "parts nested too deep") from None
    return _message(fields, body, body_flags, envelope, data)


def _message(fields: Mapping, body: str, body_flags: tuple[str, ...], envelope: str | None, data: bytes) -> Message:
    title, title_flags = mail_headers.shown(_first(fields, "subject"))
    address, name, from_flags = mail_headers.sender(_first(fields, "from"))
    posted_at, zone, date_flags = mail_headers.sent_at(fields, envelope)
    body, was_quoting = quotes.own_words(body)
    if not body.strip() and not title:
        raise Unreadable("no_text")
    native_id = mail_headers.message_id(_first(fields, "message-id"))
    flags = [*title_flags, *from_flags, *date_flags, *body_flags, *["quoted_removed"] * was_quoting]
    return Message(
        namespace=NAMESPACE,
        native_id=native_id or _fallback_id(fields, data),
        channel="email",
        body=body,
        title=title or None,
        author_id=address,
        author_name=name,
        in_reply_to=mail_headers.message_id(_first(fields, "in-reply-to")),
        posted_at=posted_at,
        zone=zone,
        url=f"mid:{quote(native_id, safe='@')}" if native_id else None,  # RFC 2392
        flags=tuple(dict.fromkeys(flags)),
        set_aside="auto_mail" if mail_headers.is_auto(fields) else None,
    )


def _first(fields: Mapping, name: str) -> str:
    return fields[name][0] if name in fields else ""


def _fallback_id(fields: Mapping, data: bytes) -> str:
    """A hash of what all copies of one message share, whatever servers and mailers put on top."""
    end = _HEADER_END.search(data)
    body = data[end.end() :].replace(b"\r\n", b"\n").strip(b"\n") if end else b""
    digest = hashlib.sha256()
    for name in ("date", "from", "subject"):
        digest.update(_first(fields, name).encode("ascii", "surrogateescape") + b"\0")
    digest.update(body)
    return digest.hexdigest()


class _Slice:
    """The bytes of one message while they are read; beyond the cap only their number and hash are kept."""

    def __init__(self, envelope: str | None):
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


def _letter(file: BinaryIO) -> Iterator[_Slice]:
    letter = _Slice(None)
    while chunk := file.read(_LINE_CAP):
        letter.add(chunk)
    yield letter


def _no_mailbox(file: BinaryIO) -> Iterator[_Slice]:
    if file.read(_LINE_CAP).strip():
        raise Unreadable("wrong_shape", "no From_ line at the start")
    yield from ()


def _mailbox(file: BinaryIO) -> Iterator[_Slice]:
    piece = _Slice(_envelope(file.readline(_LINE_CAP)))
    after_blank, at_line_start = False, True
    while line := file.readline(_LINE_CAP):
        if after_blank and line[:5] == b"From " and _FROM_LINE.match(line):
            yield piece
            piece, after_blank = _Slice(_envelope(line)), False
            continue
        piece.add(line)
        after_blank = at_line_start and (line == b"\n" or line == b"\r\n")
        at_line_start = line[-1] == 0x0A
    yield piece


def _envelope(line: bytes) -> str:
    return line.decode("latin-1").strip()[:500]


def _item(piece: _Slice, file_name: str) -> Item:
    data = piece.data()
    if data is None:
        return _problem(piece, file_name, "too_large", f"{piece.size} bytes")
    if not data.strip():
        return _problem(piece, file_name, "empty", None)
    end = _HEADER_END.search(data)
    header = data[: end.start() + 1 if end else len(data)]
    lines = header.count(b"\n")
    if len(header) > HEADER_CAP or lines > HEADER_LINES_CAP:
        return _problem(piece, file_name, "too_large", f"{len(header)} bytes in {lines} lines of headers")
    context = {"envelope": piece.envelope} if piece.envelope is not None else {}
    return Item(_native_id(header) or piece.sha256(), data, MEDIA_TYPE, context)


def _native_id(header: bytes) -> str | None:
    found = _MESSAGE_ID.search(header)
    return mail_headers.message_id(found[1].decode("latin-1")) if found else None


def _problem(piece: _Slice, file_name: str, problem: str, detail: str | None) -> Item:
    context = {"file": file_name, "size": piece.size}
    return Item(piece.sha256(), None, MEDIA_TYPE, context, problem=problem, detail=detail)
