"""Tables and texts that people saved: which encoding, which rows (as exact bytes), which column is what.

Google writes UTF-8; Excel saves the same table as CP932, as UTF-8 with a mark, or as UTF-16 with tabs. In all of
these but UTF-16 the bytes of `"`, `,` and line ends are never part of another character, so rows are slices of bytes.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import AnyStr

from tasks.channels import Item, Unreadable

Titles = Mapping[str, tuple[str, ...]]  # role of a column -> titles it is known by
Columns = Mapping[str, list[list[int]]]  # role -> groups of columns, the best fitting group first

ENCODINGS = ("utf-8", "cp932", "euc_jp")  # tried in this order, strictly; UTF-16 is known by its mark or its zeros
DELIMITERS = (",", "\t", ";")
GUESSED = ("cp932", "euc_jp")  # nothing in the bytes names these

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HALF_WIDTH = re.compile("[\uff61-\uff9f]")
_MISREAD_UTF8 = re.compile("[縺繧繝]")  # what あいう… in UTF-8 look like when read as CP932
_SEPARATORS = re.compile(r";\s*|,\s+")  # of ticked boxes: ";" in the CSV of Google Forms, ", " in its sheet
_TITLE_TAIL = re.compile(r"\((?:任意|必須|複数選択|複数回答)[^)]*\)|[*※?:。]+$|\s+")

# How an answer on showing one's name begins -> attribution wish.
WISHES = {
    "named_ok": (
        "named_ok", "実名可", "実名ok", "実名でよい", "実名でも", "実名でいい", "実名で掲載", "本名可", "本名で掲載",
        "名前を出してよい", "名前を出してもよい", "名前を出していい", "名前を出してもいい", "名前を出して構わない",
        "名前を載せてよい", "名前を載せてもよい", "名前を載せていい", "名前を載せてもいい", "ペンネームで掲載",
    ),
    "anonymous": (
        "anonymous", "匿名", "名前を出さない", "名前は出さない", "名前を載せない", "名前は載せない", "名前を伏せ",
        "名前は伏せ",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """raw: the row's own bytes with its line end. line: 1-based. broken: why it is no row, or None."""

    raw: bytes
    fields: Sequence[str]
    line: int
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    header: Sequence[str]
    rows: Iterator[Row]
    encoding: str
    delimiter: str


def decode(data: bytes) -> tuple[str, str]:
    """Bytes -> (text without mark, encoding), strictly; Unreadable names the line that fits no encoding."""
    body, marked = _without_mark(data)
    failed_at, read = 0, {}
    for encoding in (marked,) if marked else ENCODINGS:
        try:
            read[encoding] = body.decode(encoding)
        except UnicodeDecodeError as error:
            failed_at = max(failed_at, error.start)
            continue
        if encoding == "utf-8" or marked:
            return read[encoding], encoding
    if not read or all(_is_misread(text) for text in read.values()):
        raise Unreadable("csv_undecodable", f"line {_line_of(body, failed_at, marked)}")
    # Every EUC-JP text of kana only is CP932 too, then full of half-width kana.
    best = min(read, key=lambda encoding: len(_HALF_WIDTH.findall(read[encoding])))
    return read[best], best


def read_table(data: bytes) -> Table:
    """A delimited file -> header and rows; Unreadable if it is empty or its encoding is unknown.

    Rows without any content are left out. A row whose quotes do not close costs its first line only.
    """
    text, encoding = decode(data)
    if not text.strip():
        raise Unreadable("empty")
    lines = _lines(text)
    raw = [line.encode(encoding) for line in lines] if encoding.startswith("utf-16") else _lines(_without_mark(data)[0])
    delimiter = max(DELIMITERS, key=lambda d: sum(len(row.fields) for row in islice(_rows(lines, raw, d), 1)))
    rows = _rows(lines, raw, delimiter)
    header = next(rows, None)
    if header is None:
        raise Unreadable("empty")
    return Table(header.fields, rows, encoding, delimiter)


def cut_rows(path: Path, options: Mapping, titles: Titles, needed: str) -> Iterator[Item]:
    """One item per row of a table: its exact bytes; header, encoding and place as context.

    options: columns = {role: [titles]} that come before `titles`; zone = name of the zone of times that tell none.
    Unreadable: empty, no encoding fits, or no column has the role `needed`. A row with stray quotes has a problem.
    """
    table = read_table(path.read_bytes())
    known = {role: list(more) for role, more in options.get("columns", {}).items()}
    around = {"header": list(table.header), "encoding": table.encoding, "delimiter": table.delimiter}
    around |= {"columns": known, "zone": str(options.get("zone", "Asia/Tokyo")), "file": path.name}
    if needed not in columns_of(around, titles):
        raise Unreadable("csv_columns", f"{needed} ← {' | '.join(table.header)}")
    ids: Counter = Counter()
    for row in table.rows:
        item_id = _numbered(ids, digest(row.fields or [row.raw.hex()]))
        problem = {"problem": "csv_row", "detail": f"line {row.line}: {row.broken}"} if row.broken else {}
        yield Item(item_id, row.raw, "text/csv", around | {"line": row.line}, **problem)


def fields_of(item: Item) -> list[str]:
    """The fields of a row; Unreadable unless they are as many as the header's (empty ones more are fine)."""
    lines = _lines(item.payload.decode(item.context["encoding"]))
    fields = next(csv.reader(lines, delimiter=item.context["delimiter"], strict=True))
    width = len(item.context["header"])
    if len(fields) < width or any(fields[width:]):
        raise Unreadable("csv_row", f"line {item.context['line']}: {len(fields)} of {width} columns")
    return fields[:width]


def columns_of(around: Mapping, titles: Titles) -> Columns:
    """Role -> its columns, for a row's context; Unreadable if the settings name a role that `titles` has not."""
    known = around["columns"]
    if unknown := sorted(known.keys() - titles.keys()):
        raise Unreadable("csv_columns", f"{', '.join(unknown)} ∉ {', '.join(titles)}")
    wanted = tuple((role, (*known.get(role, ()), *titles[role])) for role in titles)
    return _find_columns(tuple(around["header"]), wanted)


def encoding_flags(encoding: str) -> tuple[str, ...]:
    """charset_guessed, where nothing in the bytes names the encoding."""
    return ("charset_guessed",) if encoding in GUESSED else ()


@lru_cache(maxsize=64)
def _find_columns(header: tuple[str, ...], titles: tuple[tuple[str, tuple[str, ...]], ...]) -> Columns:
    """By title: columns that are one of a role's titles, then those that begin so; else the first that contains one.

    Roles are served in their order, each column once.
    """
    keys = [_title_key(title) for title in header]
    found: dict[str, list[list[int]]] = {role: [] for role, _ in titles}
    free = list(range(len(keys)))
    for fits in (str.__eq__, str.startswith, str.__contains__):
        for role, known in titles:
            wanted = [_title_key(title) for title in known]
            columns = [n for n in free if any(fits(keys[n], w) for w in wanted)]
            if fits is str.__contains__:
                columns = [] if found[role] else columns[:1]
            if columns:
                found[role].append(columns)
                free = [n for n in free if n not in columns]
    return {role: groups for role, groups in found.items() if groups}


def cells(fields: Sequence[str], columns: Columns, role: str) -> list[str]:
    """What stands in the best fitting of a role's columns that hold anything, stripped.

    A question whose title was edited leaves two columns: one is empty in each answer.
    """
    groups = ([fields[n].strip() for n in group if fields[n].strip()] for group in columns.get(role, ()))
    return next((told for told in groups if told), [])


def first_cells(fields: Sequence[str], columns: Columns, roles: Iterable[str]) -> dict[str, str]:
    """Role -> its first cell with anything in it, or ""."""
    return {role: next(iter(cells(fields, columns, role)), "") for role in roles}


def labels_in(answers: Iterable[str]) -> list[str]:
    """Ticked boxes -> their labels, each once."""
    labels = (label.strip() for answer in answers for label in _SEPARATORS.split(answer))
    return list(dict.fromkeys(label for label in labels if label))


def wish_of(answer: str) -> str | None:
    """named_ok, anonymous or None, by how the answer begins (WISHES)."""
    key = _title_key(answer)
    return next((wish for wish, beginnings in WISHES.items() if key.startswith(beginnings)), None)


def digest(fields: Iterable[str]) -> str:
    """sha256 over fields as decoded, hex: the same row is the same in every encoding and with any line ends."""
    joined = "\0".join(f.replace("\\", "\\\\").replace("\0", "\\0").replace("\r\n", "\n") for f in fields)
    return hashlib.sha256(joined.encode()).hexdigest()


def _without_mark(data: bytes) -> tuple[bytes, str | None]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :], encoding
    return data, _utf16_by_zeros(data)


def _utf16_by_zeros(data: bytes) -> str | None:
    """UTF-16 without a mark has a zero byte in every line end and ASCII letter, always on the same side."""
    zeros = data.count(0)
    if len(data) % 2 or zeros * 50 < len(data) or zeros < 2:
        return None
    odd = data[1::2].count(0)
    return {zeros: "utf-16-le", 0: "utf-16-be"}.get(odd)


def _is_misread(text: str) -> bool:
    return len(_MISREAD_UTF8.findall(text)) * 20 > len(text)


def _line_of(body: bytes, at: int, marked: str | None) -> int:
    end = "\n".encode(marked) if marked else b"\n"
    return body[:at].count(end) + 1


def _lines(data: AnyStr) -> list[AnyStr]:
    """Physical lines with their ends, of text or bytes; a lone carriage return counts where nothing else does."""
    feed, carriage = ("\n", "\r") if isinstance(data, str) else (b"\n", b"\r")
    end = feed if feed in data else carriage
    lines = data.split(end)
    return [line + end for line in lines[:-1]] + [line for line in lines[-1:] if line]


def _rows(lines: list[str], raw: list[bytes], delimiter: str) -> Iterator[Row]:
    """csv's own reading, and beside it the bytes of the lines that each row took."""
    start = 0
    while start < len(lines):
        rest = map(lines.__getitem__, range(start, len(lines)))
        reader = csv.reader(rest, delimiter=delimiter, strict=True)
        at = start
        try:
            for fields in reader:
                end = start + reader.line_num
                if any(field.strip() for field in fields):
                    yield Row(b"".join(raw[at:end]), fields, at + 1)
                at = end
            return
        except csv.Error as error:  # quotes that do not close, or a field above csv's limit of 131,072 characters
            yield Row(raw[at], (), at + 1, str(error))
            start = at + 1


def _numbered(ids: Counter, row_id: str) -> str:
    """Tells equal rows of one file apart: the second is <id>-2."""
    ids[row_id] += 1
    return row_id if ids[row_id] == 1 else f"{row_id}-{ids[row_id]}"


def _title_key(title: str) -> str:
    return _TITLE_TAIL.sub("", unicodedata.normalize("NFKC", title).casefold().strip())
