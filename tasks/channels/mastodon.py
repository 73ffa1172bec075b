"""Channel mastodon: public posts that carry the call's hashtag, from the tag timelines of one or more instances.

What     GET /api/v1/timelines/tag/<tag>?limit=40&min_id=…: a JSON list of statuses, newest first. One file = one
         answer, or JSON Lines with an answer a line.
Access   most instances need no login; where timelines are closed (since 4.5) a token of that instance. An instance
         knows only what has reached it, so name the large Japanese ones too.
Settings instances = ["mstdn.jp", …]; token_env = "…" (with one instance only: a token is for one house);
         overlap_days = 7: how far back every pull looks again, for edits and for posts that federate late.
Identity namespace mastodon, the status's uri: the same on every instance, while ids are local. An edit keeps it;
         edited_at tells the revision. A person is account.uri (before 4.2: account.url).
Cursor   newest id by instance and tag. min_id walks forward without holes; since_id would jump to the newest page.
Quirks   ids count milliseconds (id >> 16), which gives --since and --until and the overlap; other servers that speak
         this API have other ids, and are walked from the last one only.
         in_reply_to_id is local: only a thread of somebody's own on their own instance can be joined.
         A content warning (spoiler_text) is the first line of what was said. tags[].name is folded by the server.
         Quotes (4.4) repeat the quoted address in a paragraph of class quote-inline.
Unseen   deletions: a status that is gone is just not there. Never asked a live instance; built from
         docs.joinmastodon.org.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote, unquote

from tasks.channels import Item, Message, Unreadable, files_in
from tasks.http import Answer, Unreachable
from tasks.live import Well
from tasks.sources.api_pages import (
    JSON_FILES,
    MEDIA_TYPE,
    Page,
    Refused,
    ask,
    call_tags,
    cut_pages,
    each,
    member,
    members,
    needed,
    odd,
    read,
    text,
    unknown,
    walk,
    without,
)
from tasks.sources.json_value import canonical
from tasks.text.dates import parse_time
from tasks.text.html import one_line, readable

NAMESPACE = "mastodon"
FILES = JSON_FILES
PAGE = 40  # the most that a tag timeline gives
OVERLAP_DAYS = 7

# Counters, what the asking account has done with a post, link previews, caches, and posts of others within: they change
# without the post.
VOLATILE = frozenset(
    (
        "replies_count reblogs_count favourites_count quotes_count favourited reblogged muted bookmarked"
        " pinned filtered card poll emojis account media_attachments quote quote_approval reblog"
    ).split()
)
_USED = frozenset(
    (
        "id uri url created_at edited_at content spoiler_text visibility reblog tags in_reply_to_id"
        " in_reply_to_account_id"
    ).split()
)
# Known and of no use here.
_IGNORED = frozenset(["language", "sensitive", "mentions", "application", "text", "local_only", "media_descriptions"])
_PUBLIC = frozenset(("public", "unlisted"))
_QUOTED = re.compile(r'<p class="[^"]*\bquote-inline\b[^"]*">.*?</p>', re.DOTALL)
_PREVIOUS = re.compile(r'<[^>]*[?&]min_id=([^&>]+)[^>]*>;\s*rel="?prev"?')
_SINCE_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """The saved answers among `paths`."""
    return files_in(paths, FILES)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """One item per public status, without what changes by itself; its account as context.

    Raises Unreadable: empty, json_broken, wrong_shape (an error answer, or none of this API). What was said to
    followers or to one person is never yielded.
    """
    return cut_pages(path, lambda page: [_item(status) for status in _statuses(page) if _is_public(status)])


def outside(path: Path, options: Mapping) -> int:
    """How many statuses `cut` leaves out because they are not public. Raises Unreadable as `cut` does."""
    items = cut_pages(path, lambda page: [_item(status) for status in _statuses(page) if not _is_public(status)])
    return sum(item.problem is None for item in items)


def conform(item: Item) -> Message:
    """One status → one message; Unreadable if it has no uri, author or text."""
    status, account = read(item), member(dict(item.context), "account")
    uri, author = needed(status, "uri"), text(member(account, "uri")) or text(member(account, "url"))
    if author is None:
        raise Unreadable("wrong_shape", "no account")
    parts = (one_line(text(status.get("spoiler_text")) or ""), _own_words(status))
    body = "\n\n".join(part for part in parts if part)
    is_repost = isinstance(status.get("reblog"), dict)
    if not body and not is_repost:
        raise Unreadable("no_text", uri)
    posted_at, zone = parse_time(text(status.get("created_at")) or "")
    parent = _own_parent(status, account)
    return Message(
        namespace=NAMESPACE,
        native_id=uri,
        channel="mastodon",
        body=body,
        author_id=author,
        author_name=text(member(account, "display_name")) or text(member(account, "username")),
        conversation_id=parent or uri,
        in_reply_to=parent,
        posted_at=posted_at,
        revised_at=parse_time(text(status.get("edited_at")) or "")[0],
        zone=zone,
        url=_web(status.get("url")) or _web(uri),
        hashtags=tuple(tag["name"] for tag in members(status.get("tags")) if text(tag.get("name"))),
        needs_hashtag=True,
        flags=unknown(status, _USED | _IGNORED),
        set_aside="repost" if is_repost else None,
    )


def pull(well: Well) -> Mapping:
    """Every status with the call's hashtags since the cursor, oldest first, an overlap again; the new cursor.

    Raises NoSecret, Unreachable (none of the instances could be asked).
    """
    houses, tags = _instances(well.options), call_tags(well.options)
    if len(houses) > 1 and well.options.get("token_env"):
        raise Unreachable("option_missing", "token_env: one instance")
    token = well.secret("token_env") if well.options.get("token_env") else None
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    places = {f"{house} {tag}": (house, tag) for house in houses for tag in tags}
    return each(well, places, lambda name, cursor: _walked(well, *places[name], headers, cursor))


def _walked(well: Well, house: str, tag: str, headers: Mapping, cursor: Mapping) -> Mapping:
    known, start = cursor.get("newest"), _start(well, cursor.get("newest"))
    newest, found = known, 0
    url = f"{house}/api/v1/timelines/tag/{quote(tag, safe='')}"
    span = {"max_id": str(_first_id(well.until))} if well.until else {}

    def page_after(token: str | None) -> Page:
        answer, value = ask(well.http, url, {"limit": str(PAGE), **span, "min_id": token or start}, headers)
        if not isinstance(value, list):
            raise Unreachable("answer_broken", house)
        well.keep(answer.content, ".json")
        return Page(frozenset(filter(None, (text(s.get("id")) for s in members(value)))), _next(answer, value))

    try:
        for page in walk(page_after, house):
            newest, found = page.token or newest, found + len(page.ids)
    except Refused as refused:
        if refused.status != 404:
            raise
        well.tell("tag_unknown", f"{house} #{tag}")
        return dict(cursor)
    # The overlap should hold the newest known at least; before anything is known, say it once.
    if not found and not (well.since or well.until) and (not cursor or (known and start != known)):
        well.tell("nothing_found", f"{house} #{tag}")
    return {"newest": newest}


def _next(answer: Answer, page: list) -> str | None:
    """Where the walk goes on: what the Link header says leads to newer ones, else the newest id of the page."""
    if not page:
        return None
    if told := _PREVIOUS.search(answer.headers.get("link", "")):
        return unquote(told[1])
    ids = [i for i in (text(status.get("id")) for status in members(page)) if i]
    return max(ids, key=lambda i: (len(i), i), default=None)


def _start(well: Well, newest: str | None) -> str:
    """The id behind which to begin: of --since; else the newest known, some days back."""
    if well.since:
        return str(_first_id(well.since) - 1)  # min_id itself is left out
    if newest is None or not newest.isdecimal():
        return newest or "0"
    days = well.options.get("overlap_days", OVERLAP_DAYS)
    return str(max(0, int(newest) - (int(timedelta(days=days).total_seconds() * 1000) << 16)))


def _first_id(at: datetime) -> int:
    return int((at - _SINCE_EPOCH).total_seconds() * 1000) << 16


def _instances(options: Mapping) -> list[str]:
    """https://host of every instance in the settings; Unreachable if none is named."""
    named = options.get("instances") or [name for name in [options.get("instance")] if name]
    if not named:
        raise Unreachable("option_missing", "[channels.mastodon] instances")
    return [(name if "://" in name else f"https://{name}").rstrip("/") for name in named]


def _statuses(page: object) -> list:
    if isinstance(page, dict) and "uri" in page:
        return [page]
    if not isinstance(page, list):
        raise Unreadable("wrong_shape", str(member(page, "error") or "no list of statuses")[:100])
    return page


def _is_public(status: object) -> bool:
    """True too for what is no status at all: it has to be seen by somebody."""
    return not isinstance(status, dict) or status.get("visibility", "public") in _PUBLIC


def _item(status: object) -> Item:
    uri = text(member(status, "uri"))
    if uri is None:
        return odd(status, "wrong_shape", "no uri")
    kept = without(status, VOLATILE)
    if said := [m["description"] for m in members(status.get("media_attachments")) if text(m.get("description"))]:
        kept["media_descriptions"] = said
    if isinstance(status.get("reblog"), dict):
        kept["reblog"] = {"uri": member(status, "reblog", "uri")}
    account = {k: v for k, v in _card(status.get("account")).items() if isinstance(v, str)}
    edited_at = text(status.get("edited_at"))
    item_id = f"{uri}@{edited_at}" if edited_at else uri
    return Item(item_id, canonical(kept), MEDIA_TYPE, {"account": account}, _web(status.get("url")))


def _card(account: object) -> dict:
    return {name: member(account, name) for name in ("id", "acct", "uri", "url", "username", "display_name")}


def _own_words(status: Mapping) -> str:
    return readable(_QUOTED.sub("", text(status.get("content")) or ""))


def _own_parent(status: Mapping, account: object) -> str | None:
    """uri of the status that somebody continues, on the instance where both were written."""
    uri, parent = status["uri"], text(status.get("in_reply_to_id"))
    is_own = text(status.get("in_reply_to_account_id")) and status["in_reply_to_account_id"] == member(account, "id")
    stem, _, last = uri.rpartition("/")
    return f"{stem}/{parent}" if parent and is_own and last == status.get("id") else None


def _web(url: object) -> str | None:
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) else None
