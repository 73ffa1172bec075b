"""Channel linkedin: posts and messages from LinkedIn's own copy of an account's data, a ZIP or its loose CSV files.

What     Shares.csv (Shares_<member>.csv): what the account posted. messages.csv: its chats. Every other file of the
         export is left alone, by its name.
Access   LinkedIn settings → data privacy → get a copy of your data. There is no search for hashtags: posts of others
         do not come this way, unless they send their own Shares.csv.
Settings conversations = ["<title or id>"]; owner = "<profile address>" of whose export it is, as in [me] linkedin:
         Shares.csv does not say it.
Identity namespace linkedin. A post: the urn in ShareLink. A message: hash of conversation, date, sender, text and its
         number among equals. A person: the profile address; in old exports, which have none, conversation and name.
Quirks   dates are UTC, Shares.csv without saying so. Columns come and go. Reshares without a word of one's own are
         rows without a text. Some exports escape a quote as \\" instead of "". CONTENT may be HTML; FROM may be
         mojibake (Ã© for é), so it is repaired before it is hashed. Drafts are among the messages.
Unseen   edits and deletions. Source: exports as parsers of others read them (2024-2026); never met one of our own.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from tasks.channels import Item, Message, Unreadable, files_in
from tasks.conversations import Conversation, chosen, is_since
from tasks.sources import archive
from tasks.text import tables
from tasks.text.dates import parse_time
from tasks.text.decode import repair_mojibake
from tasks.text.html import readable
from tasks.text.normalise import has_hashtag

NAMESPACE = "linkedin"
FILES = ("*.zip", "shares*.csv", "messages*.csv")
MEDIA_TYPE = "application/json"
UTC = ZoneInfo("UTC")

_MEMBER = re.compile(r"(?:[^/\\]+/){0,2}(?P<kind>shares|messages)(?:_[^/\\]*)?\.csv", re.IGNORECASE)
_ANY_TABLE = re.compile(r"(?:[^/\\]+/){0,2}[^/\\]+\.csv", re.IGNORECASE)
_NEEDED = {"shares": "ShareLink", "messages": "CONVERSATION ID"}
_PREAMBLE = 10  # rows before the header, at most; Connections.csv has three
_URN = re.compile(r"urn:li:(?:share|activity|ugcPost):\d+")
_KNOWN = {
    "shares": frozenset(["Date", "ShareLink", "ShareCommentary", "SharedUrl", "MediaUrl", "Visibility"]),
    "messages": frozenset((
        "CONVERSATION ID", "CONVERSATION TITLE", "FROM", "SENDER PROFILE URL", "TO", "RECIPIENT PROFILE URLS", "DATE",
        "SUBJECT", "CONTENT", "FOLDER", "ATTACHMENTS", "IS MESSAGE DRAFT", "IS CONVERSATION ARCHIVED",
    )),
}  # fmt: skip

_DIALECTS = ({}, {"doublequote": False, "escapechar": "\\"})

Row = Mapping[str, str]  # title of a column → cell


@dataclass(frozen=True, slots=True)
class Table:
    """misfits: rows whose quotes or number of columns are off, as texts that only serve to name them."""

    rows: Sequence[Row]
    misfits: Sequence[str]


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """Exports and loose tables named, or found in named folders."""
    return files_in(paths, FILES)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """The posts, and the messages of chosen conversations from `opens` on; nothing else of an export is yielded.

    options: those of tasks.conversations.chosen; owner. Raises Unreadable: empty, zip_broken, zip_unsafe, too_large,
    wrong_shape (no such table in it), csv_undecodable, csv_columns. A damaged table of a ZIP is one item.
    """
    for name, data in _tables(path):
        try:
            table = _table(data, _kind(name))
        except Unreadable as error:
            if path.suffix.lower() != ".zip":
                raise
            digest = hashlib.sha256(data).hexdigest()
            yield Item(f"file:{digest}", None, "text/csv", {"size": len(data)}, None, error.problem, name)
            continue
        yield from _posts(table.rows, options) if _kind(name) == "shares" else _messages(table.rows, options)
        for text in table.misfits:  # nobody knows of which conversation: its text is not kept
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            yield Item(f"row:{digest}", None, "text/csv", {"size": len(text)}, None, "csv_row", name)


def list_conversations(path: Path, options: Mapping) -> list[Conversation]:
    """Every conversation of an export, newest first. Raises Unreadable as `cut` does, and for a damaged table too."""
    found = [c for rows in _chats(path) for c in _conversations(rows, options)]
    return sorted(found, key=lambda c: (c.last is not None, c.last, c.key), reverse=True)


def outside(path: Path, options: Mapping) -> int:
    """How many messages `cut` leaves out with the same options."""
    return sum(not _belongs(row, wanted, options) for wanted, rows in _wanted(path, options) for row in rows)


def conform(item: Item) -> Message:
    """One row → one message. Raises Unreadable: wrong_shape."""
    row = json.loads(item.payload)
    return _post(item, row) if item.context["kind"] == "shares" else _message(item, row)


def _post(item: Item, row: Row) -> Message:
    posted_at, zone = parse_time(row.get("Date", ""), UTC)
    words, link = row.get("ShareCommentary", "").strip(), row["ShareLink"]
    return Message(
        namespace=NAMESPACE,
        native_id=_urn(link),
        channel="linkedin",
        body=words,
        author_id=item.context["owner"],
        posted_at=posted_at,
        zone=zone,
        url=link if link.startswith("https://") else None,
        needs_hashtag=True,
        flags=_unknown(row, "shares"),
        set_aside=None if words else "repost",
    )


def _message(item: Item, row: Row) -> Message:
    name, conversation = repair_mojibake(row.get("FROM", "")), row["CONVERSATION ID"]
    posted_at, zone = parse_time(row.get("DATE", ""), UTC)
    words = readable(repair_mojibake(row.get("CONTENT", "")))
    is_draft = row.get("IS MESSAGE DRAFT", "").casefold() in ("yes", "true")
    return Message(
        namespace=NAMESPACE,
        native_id=item.item_id,
        channel="linkedin",
        body=words,
        title=readable(repair_mojibake(row.get("SUBJECT", ""))) or None,
        author_id=row.get("SENDER PROFILE URL") or (f"{conversation}/{name}" if name else None),
        author_name=name or None,
        conversation_id=conversation,
        posted_at=posted_at,
        zone=zone,
        flags=(*["attachments"] * bool(row.get("ATTACHMENTS")), *_unknown(row, "messages")),
        set_aside="system_message" if is_draft or not words else None,
    )


def _unknown(row: Row, kind: str) -> tuple[str, ...]:
    return tuple(f"unknown_field:{title}" for title in sorted(row.keys() - _KNOWN[kind]))


def _posts(rows: Iterable[Row], options: Mapping) -> Iterator[Item]:
    context = {"kind": "shares", "owner": options.get("owner")}
    for row in rows:
        link = row["ShareLink"]
        item_id = _urn(link) or hashlib.sha256(_payload(row)).hexdigest()
        problem = {} if _urn(link) else {"problem": "wrong_shape", "detail": "no urn in ShareLink"}
        yield Item(item_id, _payload(row), MEDIA_TYPE, context, **problem)


def _messages(rows: Sequence[Row], options: Mapping) -> Iterator[Item]:
    wanted = chosen(_conversations(rows, options), options)
    seen: Counter = Counter()
    for row in reversed(rows):  # the newest stands first
        parts = [row["CONVERSATION ID"], row.get("DATE"), repair_mojibake(row.get("FROM", "")), row.get("CONTENT")]
        key = json.dumps(parts)
        item_id = hashlib.sha256(f"{key}{seen[key]}".encode()).hexdigest()
        seen[key] += 1
        if _belongs(row, wanted, options):
            yield Item(item_id, _payload(row), MEDIA_TYPE, {"kind": "messages"})


def _belongs(row: Row, wanted: set[str], options: Mapping) -> bool:
    return row["CONVERSATION ID"] in wanted and is_since(_time(row), options)


def _wanted(path: Path, options: Mapping) -> Iterator[tuple[set[str], Sequence[Row]]]:
    for rows in _chats(path):
        yield chosen(_conversations(rows, options), options), rows


def _chats(path: Path) -> Iterator[Sequence[Row]]:
    """The messages of every table that can be read."""
    for name, data in _tables(path):
        if _kind(name) == "messages":
            try:
                yield _table(data, "messages").rows
            except Unreadable:
                if path.suffix.lower() != ".zip":
                    raise


def _conversations(rows: Iterable[Row], options: Mapping) -> list[Conversation]:
    """Conversations in order of their ids; one without a title is called by who writes in it."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["CONVERSATION ID"], []).append(row)
    tags = tuple(options.get("hashtags") or ())
    return [_conversation(key, found[key], tags) for key in sorted(found)]


def _conversation(key: str, rows: Sequence[Row], tags: Sequence[str]) -> Conversation:
    times = sorted(at for at in map(_time, rows) if at)
    names = dict.fromkeys(repair_mojibake(row.get("FROM", "")) for row in reversed(rows))
    titles = (repair_mojibake(row.get("CONVERSATION TITLE", "")).strip() for row in rows)
    return Conversation(
        key=key,
        title=next(filter(None, titles), "") or ", ".join(filter(None, names)),
        first=times[0] if times else None,
        last=times[-1] if times else None,
        message_count=len(rows),
        has_hashtag=bool(tags) and any(has_hashtag(readable(row.get("CONTENT", "")), (), tags) for row in rows),
    )


def _time(row: Row) -> datetime | None:
    return parse_time(row.get("DATE", ""), UTC)[0]


def _urn(link: str) -> str | None:
    """https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A7100000000000000001 → urn:li:share:7100000000000000001"""
    found = _URN.search(unquote(link))
    return found[0] if found else None


def _payload(row: Row) -> bytes:
    return json.dumps(row, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")


def _kind(name: str) -> str | None:
    found = _MEMBER.fullmatch(name)
    return found["kind"].lower() if found else None


def _tables(path: Path) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of the tables that are read; a loose file of another name holds nothing for us."""
    if path.suffix.lower() != ".zip":
        if _kind(path.name):
            yield path.name, path.read_bytes()
        return
    with archive.open_archive(path, _ANY_TABLE) as opened:
        wanted = [name for name in opened.names if _kind(name)]
        if not wanted:
            raise Unreadable("wrong_shape", "neither Shares.csv nor messages.csv")
        for name in wanted:
            yield name, opened.read(name)


def _table(data: bytes, kind: str) -> Table:
    """A table as LinkedIn writes it: with "" for a quote, or, where that does not come out even, with \\".

    Raises Unreadable: empty, csv_undecodable, csv_columns.
    """
    text = tables.decode(data)[0].replace("\r\n", "\n")
    if not text.strip():
        raise Unreadable("empty")
    readings = [_read(text, kind, dialect) for dialect in _DIALECTS]
    if not any(readings):
        raise Unreadable("csv_columns", _NEEDED[kind])
    return min(filter(None, readings), key=lambda table: len(table.misfits))


def _read(text: str, kind: str, dialect: Mapping) -> Table | None:
    """Rows below the header; None without a header. From where quotes break off nothing is believed."""
    rows: list[list[str]] = []
    reader, broken = csv.reader(io.StringIO(text, newline=""), strict=True, **dialect), ""
    try:
        rows.extend(row for row in reader if any(map(str.strip, row)))
    except csv.Error:
        broken = text  # names what is lost
    at = next((n for n, row in enumerate(rows[:_PREAMBLE]) if _NEEDED[kind] in map(str.strip, row)), None)
    if at is None:
        return None
    titles = [title.strip() for title in rows[at]]
    fitting = [dict(zip(titles, row, strict=True)) for row in rows[at + 1 :] if len(row) == len(titles)]
    misfits = ["\0".join(row) for row in rows[at + 1 :] if len(row) != len(titles)]
    return Table(fitting, misfits + [broken] * bool(broken))
