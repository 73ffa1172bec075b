"""note.com: the RSS of a hashtag, a creator or a magazine; and, only where a home's settings ask for it, note's JSON.

What    https://note.com/hashtag/{tag}/rss · https://note.com/{urlname}/rss · https://note.com/{urlname}/m/{key}/rss
Access  open, no login. JSON is off unless json = true: robots.txt disallows /api/* (reported 2026-09), there is no
        official interface, and nobody promised that it stays; turn it on only with note's consent. It gives what RSS
        does not: every article of a hashtag, in full, with its tags. Answers that were saved by hand are read as well
Set     users = ["urlname", …], magazines = ["urlname/m1234", …]; json = false; base = "https://note.com". The call's
        hashtags are always asked for
Cursor  by feed: ETag, Last-Modified, a hash of the body, ids of the last window; for JSON the keys that are known. 404
        for a hashtag means no article yet, told once; after 429 nothing more is asked
Limits  RSS holds the opening paragraphs only; a hashtag's is ordered by popularity and promises no completeness, so
        nothing can be said of gaps. --since and --until fetch what RSS shows now; JSON honours them
Quirks  2026-10: media:thumbnail holds its URL as text; the name is in note:creatorName, <author> is missing; elements
        are padded with line ends; no <category>, so the tags of an article are unknown; ends in 「続きをみる」.
        /hashtag/X answers 307 to /tag/X or /contest/X. JSON is snake_case in v3, camelCase in v2
Edits   are seen as far as they change the opening; an article that came in full by JSON is not fetched again. Of an
        opening and a whole text of one article the whole one stays (tasks/turns.py). Deletions just disappear
An article of a hashtag's feed carries that hashtag, whether or not its opening does; so none is asked for, nor of the
creators and magazines that are listed. Never asked the live service; tested against nginx and a loopback server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import orjson

from tasks.channels import Item, Message, Unreadable, feeds, files_in
from tasks.sources import note_api
from tasks.text import addresses
from tasks.text.dates import parse_time
from tasks.text.html import readable
from tasks.text.normalise import clean, hashtags_in

if TYPE_CHECKING:
    from tasks.live import Well

NAMESPACE = "note"
BASE = "https://note.com"
_JSON = (".json", ".jsonl")
FILES = ("*.xml", "*.rss", "*.json", "*.jsonl")

_KEY = re.compile(r"/n/(n[0-9a-z]+)(?![^?#/])")  # https://note.com/taro/n/n0a1b2c3d4e5f?magazine_key=m1
_NATIVE_ID = re.compile(r"n[0-9a-z]+")
_HOME = re.compile(r"^(?:https?://(?:www\.)?note\.(?:com|mu)/|@)", re.IGNORECASE)
_CREATOR = re.compile(r"https?://(?:www\.)?note\.(?:com|mu)/([^/?#]+)/n/", re.IGNORECASE)
_TAG_FEED = re.compile(r"//note\.(?:com|mu)/(?:hashtag|tag)/([^/?#]+)")  # https://note.com/hashtag/%E6%9C%AC/rss
_MORE = re.compile(r"(?:<br\s*/?>\s*)*<a\s[^<>]*>\s*続きをみる\s*</a>\s*$")  # <br/><a href='https://…'>続きをみる</a>
# この続きをみるには / この続き: 1,234文字 / 画像2枚 / 記事を購入する
_PAID = re.compile(r"^この続きをみるには.*", re.MULTILINE | re.DOTALL)


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """Feeds and JSON answers named, and those in named folders."""
    return files_in(paths, FILES)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """One file -> its articles; see feeds.entries and note_api.articles."""
    return note_api.articles(path) if path.suffix.lower() in _JSON else feeds.entries(path)


def pull(well: Well) -> Mapping:
    """What the call's hashtags, the listed creators and magazines show, as far as it changed; the new cursor.

    Raises Unreachable (none could be asked).
    """
    from tasks.sources.api_pages import call_tags
    from tasks.sources.feed_watch import feeds_of, watch

    base, tags = well.options.get("base", BASE).rstrip("/"), call_tags(well.options)
    of_tags = (_feed(base, f"hashtag/{quote(tag, safe='')}") for tag in tags)
    named = [*well.options.get("users", ()), *well.options.get("magazines", ())]
    popular = feeds_of(of_tags, tells_gaps=False, may_be_empty=True)
    cursor = watch(well, [*popular, *feeds_of(_feed(base, name) for name in named)])
    return {**cursor, **_pull_json(well, base, tags)}


def _pull_json(well: Well, base: str, tags: list[str]) -> Mapping:
    """The state of each hashtag's JSON; what fails is told and keeps its state, and RSS keeps what it has."""
    from tasks.http import Unreachable

    states = {f"json {tag}": well.cursor.get(f"json {tag}", {}) for tag in tags}
    for tag in tags if well.options.get("json") is True else ():
        if "rate_limited" in dict(well.notices):
            break
        try:
            states[f"json {tag}"] = note_api.pull_articles(well, base, tag, states[f"json {tag}"])
        except Unreachable as error:
            well.tell(error.problem, error.detail)
    return {name: state for name, state in states.items() if state}


def conform(item: Item) -> Message:
    """One article -> one message. Raises Unreadable: wrong_shape (no key of note's in its address), no_text.

    native_id: the key, n0a1b2c3d4e5f, the same under note.com, note.mu and a creator's own domain.
    author_id: the name in the address (a creator can change it), else the own domain.
    """
    if item.context.get("kind") == note_api.KIND:
        return _article(item)
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
        url=addresses.web_url(address),
        hashtags=tuple(dict.fromkeys((*_tag_of_feed(item.context), *hashtags_in(f"{title}\n{body}")))),
        truncated=truncated,
        flags=(*item.context.get("flags", ()), *time_flags, *flags, *paid, *(() if body else ("title_only",))),
    )


def _article(item: Item) -> Message:
    """An article of note's JSON. One that a list tells without any text is no_text: its title is not what it says."""
    article = orjson.loads(item.payload)
    key, creator = article["key"], article["user"]["urlname"]
    written, name = article.get("body"), article.get("name")
    if not _NATIVE_ID.fullmatch(key) or not isinstance(creator, str):
        raise Unreadable("wrong_shape", "no key or urlname")
    if not isinstance(written, str) or not written.strip():
        raise Unreadable("no_text", key)
    text, is_cut, paid = _opening(written)
    title, _ = clean(" ".join(name.split()) if isinstance(name, str) else "")
    body, flags = clean(text)
    if not (title or body):
        raise Unreadable("no_text", key)
    posted, zone = parse_time(str(note_api.told(article, "publish_at") or ""))
    may_read = note_api.told(article, "can_read")
    return Message(
        namespace=NAMESPACE,
        native_id=key,
        channel="note",
        title=title or None,
        body=body or title,
        author_id=creator,
        author_name=item.context.get("nickname"),
        posted_at=posted,
        zone=zone,
        url=addresses.web_url(note_api.told(article, "note_url")) or f"{BASE}/{creator}/n/{key}",
        hashtags=tuple(dict.fromkeys((*article["hashtags"], *hashtags_in(f"{title}\n{body}")))),
        truncated=article["is_list"] or is_cut or may_read is False,
        flags=(*flags, *(paid or ("paid",) * bool(article.get("price"))), *(() if body else ("title_only",))),
    )


def _feed(base: str, name: str) -> str:
    """https://note.com/taro/rss of "taro", "taro/m1234" or an address of theirs."""
    return f"{base}/{_HOME.sub('', name).strip('/').removesuffix('/rss')}/rss"


def _opening(html: str) -> tuple[str, bool, tuple[str, ...]]:
    """The opening as text, whether more follows on the page, and ("paid",) if that costs money."""
    shown = _MORE.sub("", html)
    text = readable(shown)
    free = _PAID.sub("", text).strip()
    return free, shown != html or free != text, ("paid",) if free != text else ()


def _author_id(address: str) -> str | None:
    creator, host = _CREATOR.match(address), addresses.host(address)
    return creator[1] if creator else host or None


def _tag_of_feed(head: Mapping) -> list[str]:
    found = filter(None, (_TAG_FEED.search(feeds.told(head, key)) for key in ("link", "self")))
    return list(dict.fromkeys(unquote(match[1]) for match in found))
