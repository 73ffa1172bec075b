"""note.com: RSS files of a hashtag, a creator or a magazine.

What    https://note.com/hashtag/{tag}/rss · https://note.com/{urlname}/rss · https://note.com/{urlname}/m/{key}/rss
Access  open, no login; the JSON interface is unofficial, and its use is not part of this module
Limits  only the opening paragraphs; a hashtag's feed is ordered by popularity and promises no completeness
Quirks  2026-10: media:thumbnail holds its URL as text; the name is in note:creatorName, <author> is missing; elements
        are padded with line ends; no <category>, so the tags of an article are unknown; ends in 「続きをみる」
An article of a hashtag's feed carries that hashtag, whether or not its opening does; so none is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

import orjson

from tasks.channels import Item, Message, Unreadable, feeds, files_in
from tasks.text.html import readable
from tasks.text.normalise import clean, hashtags_in

NAMESPACE = "note"
FILES = ("*.xml", "*.rss")

_KEY = re.compile(r"/n/(n[0-9a-z]+)(?![^?#/])")  # https://note.com/taro/n/n0a1b2c3d4e5f?magazine_key=m1
_CREATOR = re.compile(r"https?://(?:www\.)?note\.(?:com|mu)/([^/?#]+)/n/", re.IGNORECASE)
_TAG_FEED = re.compile(r"//note\.(?:com|mu)/(?:hashtag|tag)/([^/?#]+)")  # https://note.com/hashtag/%E6%9C%AC/rss
_MORE = re.compile(r"(?:<br\s*/?>\s*)*<a\s[^<>]*>\s*続きをみる\s*</a>\s*$")  # <br/><a href='https://…'>続きをみる</a>
# この続きをみるには / この続き: 1,234文字 / 画像2枚 / 記事を購入する
_PAID = re.compile(r"^この続きをみるには.*", re.MULTILINE | re.DOTALL)


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """Feed files named, and those in named folders."""
    return files_in(paths, FILES)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """One feed file -> its articles; see feeds.entries."""
    return feeds.entries(path)


def conform(item: Item) -> Message:
    """One article -> one message. Raises Unreadable: wrong_shape (no key of note's in its address), no_text.

    native_id: the key, n0a1b2c3d4e5f, the same under note.com, note.mu and a creator's own domain.
    author_id: the name in the address (a creator can change it), else the own domain.
    """
    entry = orjson.loads(item.payload)
    address = next(filter(_KEY.search, (feeds.told(entry, "id"), feeds.told(entry, "link"))), None)
    if not address:
        raise Unreadable("wrong_shape", "no address of a note article")
    title, _ = clean(feeds.title_of(entry) or "")
    text, truncated, paid = _opening(feeds.told(entry, "summary"))
    body, flags = clean(text)
    if not (title or body):
        raise Unreadable("no_text")
    posted, _, zone, time_flags = feeds.times_of(entry)
    return Message(
        namespace=NAMESPACE,
        native_id=_KEY.search(address)[1],
        channel="note",
        title=title or None,
        body=body or title,
        author_id=_author_id(address),
        author_name=feeds.told(entry, "note_creatorname") or None,
        posted_at=posted,
        zone=zone,
        url=feeds.web_url(address),
        hashtags=tuple(dict.fromkeys((*_tag_of_feed(item.context), *hashtags_in(f"{title}\n{body}")))),
        truncated=truncated,
        flags=(*item.context.get("flags", ()), *time_flags, *flags, *paid, *(() if body else ("title_only",))),
    )


def _opening(html: str) -> tuple[str, bool, tuple[str, ...]]:
    """The opening as text, whether more follows on the page, and ("paid",) if that costs money."""
    shown = _MORE.sub("", html)
    text = readable(shown)
    free = _PAID.sub("", text).strip()
    return free, shown != html or free != text, ("paid",) if free != text else ()


def _author_id(address: str) -> str | None:
    creator, host = _CREATOR.match(address), feeds.host(address)
    return creator[1] if creator else host or None


def _tag_of_feed(head: Mapping) -> list[str]:
    found = filter(None, (_TAG_FEED.search(feeds.told(head, key)) for key in ("link", "self")))
    return list(dict.fromkeys(unquote(match[1]) for match in found))
