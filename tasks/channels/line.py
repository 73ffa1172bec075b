"""Channel line: one chat's history from LINE, the .txt that "send chat history" (トーク履歴を送信) makes.

What     mobile: "[LINE] <name>とのトーク履歴", 保存日時, date lines, TIME<TAB>NAME<TAB>TEXT; PC: "2021.1.1 金曜日",
         "17:38 <name> <text>". One file is one conversation. tasks/sources/line_export.py knows the forms.
Access   in the chat's menu; by hand, chat by chat. The Messaging API has no history.
Settings conversations = ["<name of the chat>"]; names = ["<everybody who speaks>", …] for PC files, where blanks
         separate names from texts and names have blanks too; chat = "…" where a chat was renamed and is to stay one.
Identity namespace line. No ids: a message is a hash of chat, day, time, name with text as written, and its number among
         equals; a person is chat and name. A later export, which has grown at its end, gives the same ids, and so do a
         phone and a PC, and a copy that メモ帳 saved as CP932 (but for what CP932 cannot write).
Quirks   no zone (Japan is assumed), minutes only; rows need not be in order of time. Only texts of several lines are in
         quotes, and quotes inside are doubled by some versions only. The chat's name is the other's display name.
         What was taken back is told as such; its text, in an earlier export, cannot be found from that.
Source   exports as people and parsers show them (2019-2026); LINE documents nothing. English and Chinese rows, and PC
         placeholders, were never seen in a file of our own.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from tasks.channels import Item, Message, Unreadable, files_in
from tasks.conversations import Conversation, chosen, is_since
from tasks.sources.line_export import History, Row, clock, is_placeholder, is_unsent, minutes, read_history
from tasks.text import tables
from tasks.text.dates import parse_time
from tasks.text.normalise import has_hashtag

NAMESPACE = "line"
FILES = ("*.txt",)
MEDIA_TYPE = "text/plain"


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """The histories among `paths`."""
    return files_in(paths, FILES)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """The messages of a chat in their order, as UTF-8; nothing of a chat that was not chosen, or from before `opens`.

    options: those of tasks.conversations.chosen; names, chat. Raises Unreadable: empty, csv_undecodable, wrong_shape.
    """
    history, encoding = _read(path, options)
    if not _is_chosen(history, options):
        return
    context = {"chat": history.chat, "encoding": encoding}
    for place, (item_id, row) in enumerate(_identified(history)):
        if is_since(_time(row)[0], options):
            told = {"day": row.day, "time": row.time, "name": row.name, "guessed": row.is_guessed, "open": row.is_open}
            told["place"] = place  # times are minutes: bubbles keep the order that they have in the file
            yield Item(item_id, row.text.encode("utf-8", "surrogatepass"), MEDIA_TYPE, context | told)


def list_conversations(path: Path, options: Mapping) -> list[Conversation]:
    """The one conversation of a file. Raises Unreadable as `cut` does."""
    return [_conversation(_read(path, options)[0], options)]


def outside(path: Path, options: Mapping) -> int:
    """How many messages `cut` leaves out with the same options. Raises Unreadable as `cut` does."""
    history, _ = _read(path, options)
    if not _is_chosen(history, options):
        return len(history.rows)
    return sum(not is_since(_time(row)[0], options) for row in history.rows)


def conform(item: Item) -> Message:
    """One row → Message."""
    told = item.context
    words, name = item.payload.decode("utf-8", "surrogatepass"), told["name"]
    posted_at, zone = _time(Row(told["day"], told["time"], name, []))
    return Message(
        namespace=NAMESPACE,
        native_id=item.item_id,
        channel="line",
        body=words,
        author_id=f"{told['chat']}/{name}" if name else None,
        author_name=name or None,
        conversation_id=told["chat"],
        posted_at=posted_at,
        place=told.get("place", 0),
        zone=zone,
        truncated=told["open"],
        flags=(*tables.encoding_flags(told["encoding"]), *["speaker_guessed"] * told["guessed"]),
        set_aside=_set_aside(words, name),
    )


def _set_aside(words: str, name: str) -> str | None:
    if is_unsent(words):
        return "deleted"
    return "system_message" if not name or not words.strip() or is_placeholder(words) else None


def _read(path: Path, options: Mapping) -> tuple[History, str]:
    data = path.read_bytes()
    if not data.strip():
        raise Unreadable("empty", path.name)
    text, encoding = tables.decode(data)
    history = read_history(text, path.stem, options.get("names", ()))
    if history is None:
        raise Unreadable("wrong_shape", "no line with a time and a name")
    history.chat = options.get("chat") or history.chat
    return history, encoding


def _identified(history: History) -> Iterator[tuple[str, Row]]:
    """Rows with their ids. Name and text are one string: on a PC nobody can tell for sure where one ends."""
    seen: Counter = Counter()
    for row in history.rows:
        key = json.dumps([history.chat, row.day, minutes(row.time), f"{row.name} {row.text}".strip()])
        yield hashlib.sha256(f"{key}{seen[key]}".encode()).hexdigest(), row
        seen[key] += 1


def _time(row: Row) -> tuple[datetime | None, str]:
    return parse_time(f"{row.day.replace('-', '/')} {clock(row.time)}") if row.day else (None, "missing")


def _conversation(history: History, options: Mapping) -> Conversation:
    times = sorted(at for at, _ in map(_time, history.rows) if at)
    tags = tuple(options.get("hashtags") or ())
    return Conversation(
        key=history.chat,
        title=history.chat,
        first=times[0] if times else None,
        last=times[-1] if times else None,
        message_count=len(history.rows),
        has_hashtag=bool(tags) and any(has_hashtag(row.text, (), tags) for row in history.rows),
    )


def _is_chosen(history: History, options: Mapping) -> bool:
    return bool(chosen([_conversation(history, options)], options))
