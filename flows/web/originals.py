"""Original texts for the pages: a raw item, what its channel understood of it (in a confined worker), and how it came in."""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header

from dashboards.doing import Original
from flows.settings import Settings
from tasks import conform
from warehouse.lake import first_of, item_row

SHOWN = 20_000  # characters of a text; the rest is told as a number
FIELDS = 200  # headers or columns
_FIELD = 2_000  # characters of one
_HEAD = re.compile(rb"\r?\n\r?\n")
_HEAD_BYTES = 1 << 16
_ENCODINGS = ("utf-8", "cp932", "euc_jp")  # the first that fits
_SHIFTED = "iso2022_jp_ext"
Fields = Iterator[tuple[str, str]]


@dataclass(frozen=True)
class RawItems:
    """Those of one home."""

    settings: Settings

    def read(self, raw_id: str) -> Original | None:
        """A raw item, cut where it is long, or None."""
        row = item_row(self.settings.lake, raw_id)
        if row is None:
            return None
        raw, message = first_of(row), first_of(conform.in_workers(row))
        text = _text(raw["payload"] or b"", json.loads(raw["context"]).get("encoding"))
        body, source = message["body"] or "", _PRETTY.get(raw["media_type"], str)(text)
        return Original(
            raw_id=raw_id,
            channel=raw["channel"],
            fetched_at=raw["fetched_at"].astimezone(self.settings.zone),
            media_type=raw["media_type"],
            byte_count=raw["byte_count"],
            problem=raw["problem"] or (message["detail"] if message["set_aside"] == "unreadable" else None),
            understood=tuple(_understood(message, self.settings)),
            body=body[:SHOWN],
            fields=tuple(_fields(raw, text)),
            source=source[:SHOWN],
            missing=max(0, len(body) - SHOWN) + max(0, len(source) - SHOWN),
        )


def _understood(message: dict, settings: Settings) -> Fields:
    told = {name: message[name] for name in ("title", "author_name") if message[name]}
    if (message["url"] or "").startswith(("https://", "http://")):
        told["url"] = message["url"]
    if message["posted_at"]:
        told["posted_at"] = f"{message['posted_at'].astimezone(settings.zone):%Y-%m-%d %H:%M}"
    yield from ((name, value[:_FIELD]) for name, value in told.items())


def _text(payload: bytes, declared: str | None) -> str:
    shifted = _SHIFTED if b"\x1b$" in payload else None  # seven bits only, so it would pass for UTF-8 as well
    for encoding in filter(None, (declared, shifted, *_ENCODINGS)):
        try:
            return payload.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return payload.decode("utf-8", "replace")


def _indented(text: str) -> str:
    """JSON with a field a line; what is not, or is nested too deep, as it is."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


_PRETTY: dict[str, Callable[[str], str]] = {"application/json": _indented}


def _fields(raw: dict, text: str) -> Fields:
    found = _KINDS.get(raw["media_type"], lambda *_: iter(()))(raw, text)
    for _, (name, value) in zip(range(FIELDS), found, strict=False):
        yield name[:_FIELD], value[:_FIELD]


def _headers(raw: dict, text: str) -> Fields:
    """Of a mail, unfolded, with what they encode."""
    head = _HEAD.split((raw["payload"] or b"")[:_HEAD_BYTES], maxsplit=1)[0]
    for line in re.split(r"\r?\n(?![ \t])", _text(head, None)):
        name, colon, value = line.partition(":")
        if colon:
            yield name, _decoded(" ".join(value.split()))


def _decoded(value: str) -> str:
    try:
        return "".join(w if isinstance(w, str) else _word(w, charset) for w, charset in decode_header(value))
    except (HeaderParseError, ValueError):
        return value


def _word(word: bytes, charset: str | None) -> str:
    try:
        return word.decode(codecs.lookup(charset or "utf-8").name, "replace")
    except LookupError:
        return word.decode("utf-8", "replace")


def _columns(raw: dict, text: str) -> Fields:
    """Of a row of a table, under the titles that its file gave them."""
    titles = json.loads(raw["context"]).get("header", [])
    try:
        row = next(
            csv.reader(text.splitlines(keepends=True), delimiter=json.loads(raw["context"]).get("delimiter", ",")), []
        )
    except csv.Error:
        return
    yield from ((str(title), value) for title, value in zip(titles, row, strict=False))


_KINDS: dict[str, Callable[[dict, str], Fields]] = {"message/rfc822": _headers, "text/csv": _columns}
