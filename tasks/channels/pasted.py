"""Channel pasted: what an editor copied by hand from wherever it reached them.

What     .txt or .md: one telling a file. .csv: one telling a row, with columns channel, name, date, text (届いた経路,
         名前, 日付, 本文); id and consent may be added.
Identity namespace pasted, hash of text, date, name, channel and id as typed.
Author   unknown: a name is no identity. The name is kept for masking.
Quirks   the column channel tells how the telling really came; without it, or with one nobody knows, it is `pasted`.
         The name is the sender's as shown, never the editor's own.
         A text that is corrected, or a row with another name or date, is another submission: mend it before it lands,
         or withdraw the old one.
         メモ帳 saved CP932 by default until 2019, and EUC-JP still comes from old servers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from tasks.channels import Item, Message, Unreadable, files_in, known
from tasks.text import tables
from tasks.text.dates import parse_time

NAMESPACE = "pasted"
FILES = ("*.txt", "*.md", "*.csv")

# What an editor types for a channel, beside the names that all know; in the form that `_channel` makes of it.
SPELLINGS = {
    "email": ("メール", "e-mail", "mail", "eメール", "電子メール"),
    "x_hashtag": ("x", "xの投稿", "x posts", "twitter", "ツイッター", "旧twitter", "x(旧twitter)"),
    "x_dm": ("xのdm", "x dm", "x direct messages", "twitterのdm", "ツイッターのdm"),
    "facebook_messenger": ("messenger", "メッセンジャー", "facebook messenger", "facebookメッセンジャー"),
    "note": ("ノート",),
    "blog": ("ブログ", "blogs"),
    "form": ("フォーム", "応募フォーム", "google フォーム", "googleフォーム", "web form"),
    "mastodon": ("マストドン",),
    "bluesky": ("ブルースカイ",),
    "threads": ("スレッズ",),
    "line": ("ライン",),
    "linkedin": ("リンクトイン",),
    "instagram": ("インスタグラム", "インスタ"),
    "youtube": ("ユーチューブ", "youtubeのコメント", "youtube comments"),
    "pasted": ("貼り付け",),
}
_CHANNELS = {name: name for name in known()} | {told: name for name, all_ in SPELLINGS.items() for told in all_}
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
    channel = _channel(told["channel"])
    posted_at, zone_known = parse_time(told["date"], zone)
    return Message(
        namespace=NAMESPACE,
        native_id=tables.digest(told[role] for role in _IDENTITY),
        channel=channel or "pasted",
        body=told["text"],
        author_name=told["name"] or None,
        posted_at=posted_at,
        zone=zone_known,
        attribution_wish=tables.wish_of(told["consent"]),
        flags=(() if channel else ("unknown_channel",)) + tables.encoding_flags(item.context["encoding"]),
    )


def _channel(written: str) -> str | None:
    """The channel that was typed, `pasted` where none was, None where nobody knows it."""
    key = " ".join(unicodedata.normalize("NFKC", written).casefold().split())
    return _CHANNELS.get(key) if key else "pasted"


def _told(item: Item) -> dict[str, str]:
    """Role -> what stands there, "" where nothing does."""
    if item.media_type == "text/plain":
        return dict.fromkeys(TITLES, "") | {"text": tables.decode(item.payload)[0].strip()}
    fields, columns = tables.fields_of(item), tables.columns_of(item.context, TITLES)
    return tables.first_cells(fields, columns, TITLES)
