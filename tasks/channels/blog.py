"""Blogs: RSS and Atom files of the feeds that the author lists.

What    one file = one fetch of one feed; RSS 0.9x, 1.0, 2.0, Atom 0.3, 1.0; UTF-8, EUC-JP, Shift_JIS, ISO-2022-JP
Access  open; every host has a feed: Hatena /feed, livedoor /index.rdf, Seesaa /index.rdf, FC2 /?xml, Ameba rss20.xml
Set     feeds = ["https://…", …]: addresses of feeds, or of blogs whose pages link to their feed
Cursor  by address: ETag, Last-Modified, a hash of the body (many hosts never say 304), ids of the last window. A feed
        that has moved for good (301, 308) is followed, one that is gone (410) is asked no more: take it out of the
        settings and put it in again to ask once more
Limits  a feed shows its newest 10-30 entries, often only their beginning: if it holds none of those it held before,
        there may be a gap, which is told. --since and --until fetch what the feeds show now, no more. A deleted entry
        just disappears; an edited one comes as a revision
Quirks  2006: dc:date without a zone or without a time; RSS 0.91 without guid and date; two posts of a day share a page
        and differ in the #fragment; tDiary mixes readers' comments in · 2026: Ameba inserts "PR:" items
Listed feeds are their owners' own, so an entry needs no hashtag to be taken.
Never asked the hosts named here; tested against nginx and a loopback server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from tasks.channels import Item, Message, Unreadable, feeds, files_in
from tasks.text import addresses
from tasks.text.normalise import clean, hashtags_in

if TYPE_CHECKING:
    from tasks.live import Well

NAMESPACE = "blog"
FILES = ("*.xml", "*.rdf", "*.rss", "*.atom")

_AD_TITLE = re.compile(r"PR[:：]")  # "PR: 家計の見直し、無料で相談", linking to rss.rssad.jp
_CUT_SHORT = re.compile(
    r"(?:…|\.{3}|・{3})[\])）]?$"  # "先週、取引先の方から..." · "展示会で [...]"
    r"|(?:続き|つづき|全文)(?:を|は)?(?:読む|よむ|見る|みる|こちら)[\s>»≫→]*$"  # "続きを読む≫"
)


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """Feed files named, and those in named folders."""
    return files_in(paths, FILES)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """One feed file -> its entries; see feeds.entries."""
    return feeds.entries(path)


def pull(well: Well) -> Mapping:
    """What the listed feeds show, as far as it changed; the new cursor. Raises Unreachable (none could be asked)."""
    from tasks.http import Unreachable
    from tasks.sources.feed_watch import feeds_of, watch

    if not well.options.get("feeds"):
        raise Unreachable("option_missing", "[channels.blog] feeds")
    return watch(well, feeds_of(well.options["feeds"]))


def conform(item: Item) -> Message:
    """One entry -> one message. Raises Unreadable(no_text) if it has neither text nor title.

    native_id: the entry's id, else its link, else a hash; behind the blog's address where it is no URI by itself.
    author_id: the entry author's own address, else the blog's; a shown name only where there is no address at all.
    """
    entry, head = orjson.loads(item.payload), item.context
    title, _ = clean(feeds.title_of(entry) or "")
    body, flags = clean(_body(entry))
    if not (title or body):
        raise Unreadable("no_text")
    home, name = _home(entry, head), _author_name(entry, head)
    posted, revised, zone, time_flags = feeds.times_of(entry)
    return Message(
        namespace=NAMESPACE,
        native_id=_native_id(entry, home),
        channel="blog",
        title=title or None,
        body=body or title,
        author_id=_author_url(entry) or home or name,
        author_name=name,
        posted_at=posted,
        revised_at=revised,
        zone=zone,
        url=addresses.web_url(entry.get("link")),
        hashtags=_hashtags(entry, f"{title}\n{body}"),
        truncated="content" not in entry and bool(_CUT_SHORT.search(body)),
        flags=(*head.get("flags", ()), *time_flags, *flags, *(() if body else ("title_only",))),
        # What a host puts between the posts was told by nobody; the entry itself is sound, so it is not "invalid".
        set_aside="system_message" if _is_advertisement(title, entry, head) else None,
    )


def _body(entry: Mapping) -> str:
    """The longest content that is text (content:encoded, Atom content), else the summary."""
    parts = [(feeds.told(part, "value"), feeds.told(part, "type")) for part in entry.get("content", ())]
    texts = [part for part in parts if part[1].startswith("text/") or part[1].endswith("xhtml+xml")]
    longest = max(texts, key=lambda part: len(part[0]), default=("", ""))
    return feeds.text_of(*longest) or feeds.summary_of(entry)


def _native_id(entry: Mapping, home: str | None) -> str:
    key = feeds.identity(entry) if feeds.told(entry, "id") else addresses.canonical(feeds.identity(entry))
    return key if ":" in key or not home else f"{home}#{key}"  # many a guid is a bare number, new in each blog


def _home(entry: Mapping, head: Mapping) -> str | None:
    """The blog's address, whatever page, https or not: https://example.jp/diary"""
    for link in filter(addresses.web_url, map(head.get, ("link", "author_url", "self", "id"))):
        return addresses.canonical(link).rstrip("/")
    host = addresses.host(entry.get("link"))
    return f"https://{host}" if host else None


def _author_url(entry: Mapping) -> str | None:
    url = _detail(entry).get("href")
    return addresses.canonical(url).rstrip("/") if addresses.web_url(url) else None


def _author_name(entry: Mapping, head: Mapping) -> str | None:
    return feeds.told(_detail(entry), "name") or feeds.told(entry, "author") or feeds.told(head, "author") or None


def _detail(entry: Mapping) -> Mapping:
    detail = entry.get("author_detail")
    return detail if isinstance(detail, dict) else {}


def _hashtags(entry: Mapping, text: str) -> tuple[str, ...]:
    """Categories as well: a blog has no other place for tags."""
    terms = (feeds.told(tag, "term").lstrip("#＃♯") for tag in entry.get("tags", ()))
    return tuple(dict.fromkeys((*filter(None, terms), *hashtags_in(text))))


def _is_advertisement(title: str, entry: Mapping, head: Mapping) -> bool:
    there, here = addresses.host(entry.get("link")), addresses.host(head.get("link"))
    return bool(there and here and there != here and _AD_TITLE.match(title))
