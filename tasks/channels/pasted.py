"""Channel pasted: what an editor copied by hand from wherever it reached them.

What     .txt or .md: one telling a file. .csv: one telling a row, with columns channel, name, date, text (届いた経路,
         名前, 日付, 本文); id and consent may be added.
Identity namespace pasted, hash of text, date, name, channel and id as typed.
Author   unknown: a name is no identity. The name is kept for masking.
Quirks   the column channel tells how the telling really came; without it, or with one nobody knows, it is `pasted`.
         メモ帳 saved CP932 by default until 2019, and EUC-JP still comes from old servers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from tasks.channels import Item, Message, Unreadable, files_in, known
from tasks.text import tables
from tasks.text.dates import parse_time

NAMESPACE = "pasted"
FILES = ("*.txt", "*.md", "*.csv")

TITLES: tables.Titles = {
    "channel": ("channel", "届いた経路", "経路"),
    "date": ("date", "日付", "届いた日"),
    "text": ("text", "本文"),
    "consent": ("consent", "利用の許可", "許可"),
    "name": ("name", "名前", "お名前"),
    "id": ("id", "番号"),
}
_IDENTITY = ("text", "date", "name", "channel", "id")


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """The text files and tables among `paths`."""
    return files_in(paths, FILES)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """A text file is one item; of a table each row is one, as its exact bytes.

    options: zone = name of the zone of times that tell none. Unreadable: empty, no encoding fits, no column of texts.
    """
    if path.suffix.lower() == ".csv":
        yield from tables.cut_rows(path, options, TITLES, "text")
        return
    data = path.read_bytes()
    text, encoding = tables.decode(data)
    if not text.strip():
        raise Unreadable("empty")
    yield Item(tables.digest([text]), data, "text/plain", {"file": path.name, "encoding": encoding})


def conform(item: Item) -> Message:
    """One text or row -> one message of its true channel; Unreadable if columns or its text are missing."""
    told, zone = _told(item), ZoneInfo(item.context.get("zone", "Asia/Tokyo"))
    if not told["text"]:
        raise Unreadable("no_text", f"line {item.context['line']}")
    channel = told["channel"].casefold() or "pasted"
    unknown = () if channel in known() else ("unknown_channel",)
    posted_at, zone_known = parse_time(told["date"], zone)
    return Message(
        namespace=NAMESPACE,
        native_id=tables.digest(told[role] for role in _IDENTITY),
        channel="pasted" if unknown else channel,
        body=told["text"],
        author_name=told["name"] or None,
        posted_at=posted_at,
        zone=zone_known,
        attribution_wish=tables.wish_of(told["consent"]),
        flags=unknown + tables.encoding_flags(item.context["encoding"]),
    )


def _told(item: Item) -> dict[str, str]:
    """Role -> what stands there, "" where nothing does."""
    if item.media_type == "text/plain":
        return dict.fromkeys(TITLES, "") | {"text": tables.decode(item.payload)[0].strip()}
    fields, columns = tables.fields_of(item), tables.columns_of(item.context, TITLES)
    return tables.first_cells(fields, columns, TITLES)
