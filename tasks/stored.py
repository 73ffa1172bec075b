"""Stored things as text, whatever they are wrapped in: what a reader could read of them, not the bytes of their files.

ZIP members, gzip, mail parts and headers decoded, JSON and HTML and URLs unescaped, text in the encodings that Japanese
mail and exports come in. It understands formats, not channels, so that it shares no mistake with them.
"""

from __future__ import annotations

import email
import gzip
import html
import io
import re
import urllib.parse
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.policy import compat32
from pathlib import Path

from warehouse import cells

DEPTH = 5  # wrappers within wrappers that are opened
MEMBER_CAP = 500_000_000  # bytes inflated; what is larger is told as unread
MEDIA = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".heic", ".mp4", ".mov", ".mp3", ".m4a")
ENCODINGS = ("utf-8", "cp932", "euc_jp", "utf-16-le", "utf-16-be")

_ESCAPE = re.compile(r'\\(u[0-9a-fA-F]{4}|[nrtbf"\\/])')
_LATIN = re.compile("[\x80-\xff]{2,}")  # UTF-8 that was taken for Latin-1, as in Meta's JSON
_TAG = re.compile(r"<[^<>]{0,2000}>")
_HEADER = re.compile(
    rb"(?im)^(?:received|message-id|from|to|subject|date|mime-version|content-type|return-path)[ \t]*:"
)
_MBOX = re.compile(rb"^From [^\n]+\n", re.M)


@dataclass
class Reading:
    """What was read: files by kind, cells of tables, members of archives, mails; and what could not be."""

    files: Counter = field(default_factory=Counter)
    parts: Counter = field(default_factory=Counter)
    unread: list[str] = field(default_factory=list)


def texts_of_file(path: Path, reading: Reading) -> Iterator[tuple[str, str]]:
    """(where in it, text) of one file, tables cell by cell. What cannot be opened as what it says is read as bytes."""
    kind, read = _table_reader(path)
    reading.files[kind] += 1
    try:
        for where, cell in read(path) if read else ():
            reading.parts["cells"] += 1
            yield from ((where, text) for text in texts(cell, reading))
    except Exception as error:  # a damaged table: told, and its bytes are read below
        reading.unread.append(f"{path.name}: {type(error).__name__}")
    yield "", path.name
    if path.stat().st_size > MEMBER_CAP:
        reading.unread.append(path.name)
        return
    data = path.read_bytes()
    yield from (("", text) for text in (decoded(data)[:1] if read else texts(data, reading, path.name)))


def _table_reader(path: Path):
    if path.suffix == ".parquet":
        return "parquet", cells.of_parquet
    if path.suffix == ".duckdb":
        return "duckdb", cells.of_duckdb
    return ("sqlite", cells.of_sqlite) if cells.is_sqlite(path) else ("other", None)


def texts(data: str | bytes, reading: Reading, name: str = "", depth: int = 0) -> Iterator[str]:
    """Everything that can be read in a value, unwrapped."""
    if isinstance(data, str):
        yield from unescaped(data)
        return
    if name.lower().endswith(MEDIA):
        yield data.decode("utf-8", "ignore")
        return
    if depth < DEPTH:
        yield from _unwrapped(data, reading, depth)
    for text in decoded(data):
        yield from unescaped(text)


def _unwrapped(data: bytes, reading: Reading, depth: int) -> Iterator[str]:
    if data[:4] == b"PK\x03\x04" or b"PK\x05\x06" in data[-66_000:]:
        yield from _zip(data, reading, depth)
    elif data[:2] == b"\x1f\x8b":
        yield from _gzip(data, reading, depth)
    else:
        for message in _mails(data):
            reading.parts["mails"] += 1
            yield from _mail(message, reading, depth)


def _gzip(data: bytes, reading: Reading, depth: int) -> Iterator[str]:
    try:
        with gzip.open(io.BytesIO(data)) as file:
            whole = file.read(MEMBER_CAP + 1)
    except (OSError, EOFError, zlib.error) as error:
        reading.unread.append(f"gzip: {type(error).__name__}")
        return
    if len(whole) > MEMBER_CAP:
        reading.unread.append("gzip: too large")
    yield from texts(whole[:MEMBER_CAP], reading, "", depth + 1)


def _zip(data: bytes, reading: Reading, depth: int) -> Iterator[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                yield entry.filename
                if entry.file_size > MEMBER_CAP or entry.flag_bits & 1:
                    reading.unread.append(f"ZIP: {entry.filename}")
                elif not entry.is_dir():
                    reading.parts["members"] += 1
                    yield from texts(archive.read(entry), reading, entry.filename, depth + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        reading.unread.append(f"ZIP: {type(error).__name__}")


def _mails(data: bytes) -> Iterator[Message]:
    starts = [match.end() for match in _MBOX.finditer(data)] if data.startswith(b"From ") else [0]
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        head = data[start : min(end, start + 8_000)]
        if len(_HEADER.findall(head)) >= 2:
            yield email.message_from_bytes(data[start:end], policy=compat32)


def _mail(message: Message, reading: Reading, depth: int) -> Iterator[str]:
    for part in message.walk():
        yield "\n".join(f"{name}: {_header(str(value))}" for name, value in part.items())
        yield str(part.get_filename() or "")
        if part.is_multipart():
            continue
        data = part.get_payload(decode=True) or b""
        declared = part.get_content_charset()
        if declared and part.get_content_maintype() == "text":
            yield from unescaped(_decoded_word(data, declared))
        yield from texts(data, reading, "", depth + 1)


def _header(value: str) -> str:
    try:
        pieces = decode_header(value.replace("\n", "").replace("\r", ""))
    except HeaderParseError:
        return value
    return "".join(_decoded_word(word, charset) if isinstance(word, bytes) else word for word, charset in pieces)


def _decoded_word(word: bytes, charset: str | None) -> str:
    try:
        return word.decode(charset or "ascii", "ignore")
    except LookupError:
        return word.decode("utf-8", "ignore")


def decoded(data: bytes) -> list[str]:
    """Bytes as text: as UTF-8 if they are that, else in every encoding that they may be meant in."""
    found = [data.decode("iso2022_jp_ext", "ignore")] if b"\x1b$" in data else []
    try:
        text = data.decode("utf-8")
        if "\0" not in text:
            return [text, *found]
    except UnicodeDecodeError:
        pass
    return [data.decode(encoding, "ignore") for encoding in ENCODINGS] + found


def unescaped(text: str) -> Iterator[str]:
    """A text as it stands, and without its escapes where it has some: JSON's, HTML's, URLs', and text taken for Latin-1."""
    yield text
    plain = text
    for _ in range(3):  # JSON within JSON
        if "\\" not in plain:
            break
        plain = _ESCAPE.sub(_character, plain)
    plain = plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if plain != text else plain
    plain = _LATIN.sub(lambda run: _relatin(run.group()), plain)
    if "%" in plain:
        plain = urllib.parse.unquote(plain, errors="replace")
    if "<" in plain or "&" in plain:
        plain = html.unescape(_TAG.sub("", plain))
    if plain != text:
        yield plain


def _character(escape: re.Match) -> str:
    code = escape.group(1)
    return chr(int(code[1:], 16)) if code[0] == "u" else {"n": "\n", "r": "\n", "t": "\t"}.get(code, code)


def _relatin(run: str) -> str:
    return run.encode("latin-1").decode("utf-8", "replace")


def files(folder: Path, but: Iterable[Path] = ()) -> Iterator[Path]:
    """Every ordinary file below a folder, sorted; links are no files of their own. but: files and folders left out."""
    left_out = tuple(but)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not any(path.is_relative_to(other) for other in left_out):
            yield path
