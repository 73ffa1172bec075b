"""Channel threads: posts on Threads that carry the call's hashtag, from the keyword search.

What     GET /v1.0/keyword_search?q&search_mode=TAG|KEYWORD&search_type=RECENT&fields&since&until&limit=100: an object
         with `data`, newest first. One file = one answer, or JSON Lines with an answer a line. Both modes are asked:
         a post has one topic tag only, and what is written as a hashtag in the text need not be it.
Access   a user token with threads_basic and threads_keyword_search, by the name of its environment variable in
         token_env. 2,200 queries in 24 hours.
Settings token_env = "THREADS_TOKEN"; api = "https://graph.threads.net"; overlap_days = 2.
Identity namespace threads, id; `owner` is never returned, so a person is the username (which may change hands).
Cursor   newest timestamp by tag and mode; since and until are seconds since the epoch.
Quirks   without approval of threads_keyword_search the search silently finds the token owner's own posts only: told
         when all that came is theirs. Words held sensitive give an empty list. timestamp has "+0000" without a colon.
         Answers repeat the token in paging.next: it is taken out before they are kept.
Unseen   edits (no time of change is told; another text is another revision), deletions, parents of replies.
         Never asked the live service; built from Meta's documents of 2026-01.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from tasks.channels import Item, Message, Unreadable, files_in
from tasks.http import RateLimited, Unreachable
from tasks.live import Well
from tasks.sources.api_pages import (
    JSON_FILES,
    MEDIA_TYPE,
    Page,
    Refused,
    Seen,
    ask,
    call_tags,
    cut_pages,
    each,
    member,
    members,
    needed,
    newest,
    odd,
    read,
    scroll,
    text,
    unknown,
    without,
)
from tasks.sources.json_value import canonical
from tasks.text.dates import parse_time

NAMESPACE = "threads"
FILES = JSON_FILES
API = "https://graph.threads.net"
MODES = ("TAG", "KEYWORD")
FIELDS = "id,text,media_type,permalink,timestamp,username,is_quote_post,is_reply,topic_tag"
LIMIT = 100
OVERLAP_DAYS = 2

# Signed addresses that change by the hour, and what others have added.
VOLATILE = frozenset(["media_url", "thumbnail_url", "profile_picture_url", "gif_url", "has_replies", "is_verified"])
_USED = frozenset(["id", "text", "media_type", "permalink", "timestamp", "username", "topic_tag"])
# Known and of no use here.
_IGNORED = frozenset(
    ["is_quote_post", "is_reply", "shortcode", "alt_text", "media_product_type", "link_attachment_url", "children"]
)
_LIMITS = frozenset((4, 17, 32, 613))  # codes of Meta's rate limits, told with a status 400 or 403


def fetch(paths: Iterable[Path]) -> Iterator[Path]:
    """The saved answers among `paths`."""
    return files_in(paths, FILES)


def cut(path: Path, options: Mapping) -> Iterator[Item]:
    """One item per post, without what changes by itself.

    Raises Unreadable: empty, json_broken, wrong_shape (an error answer, or none of this API).
    """
    return cut_pages(path, lambda page: map(_item, _posts(page)))


def conform(item: Item) -> Message:
    """One post → one message in the writer's own words; Unreadable if it has no id, username or text."""
    post = read(item)
    native_id, username = needed(post, "id"), needed(post, "username")
    is_repost = post.get("media_type") == "REPOST_FACADE"
    body, tag = text(post.get("text")) or "", text(post.get("topic_tag"))
    if not body.strip() and not is_repost:
        raise Unreadable("no_text", native_id)
    posted_at, zone = parse_time(text(post.get("timestamp")) or "")
    link = text(post.get("permalink")) or ""
    return Message(
        namespace=NAMESPACE,
        native_id=native_id,
        channel="threads",
        body=body,
        author_id=username,
        author_name=username,
        posted_at=posted_at,
        zone=zone,
        url=link if link.startswith("https://") else None,
        hashtags=(tag.lstrip("#＃♯"),) if tag else (),
        needs_hashtag=True,
        flags=unknown(post, _USED | _IGNORED),
        set_aside="repost" if is_repost else None,
    )


def pull(well: Well) -> Mapping:
    """Every post with the call's hashtags since the cursor, an overlap again; the new cursor.

    Raises NoSecret, RateLimited, Unreachable.
    """
    token, writers = well.secret("token_env"), set()
    asked = {f"{mode} {tag}": (mode, tag) for tag in call_tags(well.options) for mode in MODES}
    cursors = each(well, asked, lambda name, cursor: _searched(well, token, *asked[name], cursor, writers))
    if len(writers) == 1 and _owner(well, token) in writers:
        well.tell("own_posts_only", "threads_keyword_search")
    return cursors


def _owner(well: Well, token: str) -> object:
    """Whose token it is; None if that is not said, which is no reason to fetch everything again."""
    try:
        return member(_ask(well, token, "me", {"fields": "username"})[1], "username")
    except Unreachable as error:
        well.tell(error.problem, error.detail)
        return None


def _searched(well: Well, token: str, mode: str, tag: str, cursor: Mapping, writers: set[str]) -> Mapping:
    known = parse_time(text(cursor.get("newest")) or "")[0]
    overlap = timedelta(days=well.options.get("overlap_days", OVERLAP_DAYS))
    since, seen = well.since or (known - overlap if known else None), {}
    query = {"q": tag, "search_mode": mode, "search_type": "RECENT", "fields": FIELDS, "limit": str(LIMIT)}

    def page(until: datetime | None, after: str | None) -> Page:
        bounds = {"since": since, "until": until}
        told = query | {name: str(int(at.timestamp())) for name, at in bounds.items() if at}
        return _page(well, token, told, after, seen, writers)

    scroll(page, seen, well.until, timedelta(seconds=1))
    if not seen and not (well.since or well.until) and (not cursor or (known and overlap)):
        well.tell("nothing_found", f"{mode} {tag}")
    last = newest(seen, known, well.now)
    return {"newest": last and last.isoformat()}


def _page(well: Well, token: str, query: Mapping, after: str | None, seen: Seen, writers: set[str]) -> Page:
    content, value = _ask(well, token, "keyword_search", {**query, **({"after": after} if after else {})})
    if not isinstance(member(value, "data"), list):
        raise Unreachable("answer_broken", "keyword_search")
    well.keep(content.replace(token.encode(), b""), ".json")
    posts = [post for post in members(value["data"]) if text(post.get("id"))]
    seen.update((post["id"], parse_time(text(post.get("timestamp")) or "")[0]) for post in posts)
    writers.update(post["username"] for post in posts if text(post.get("username")))
    return Page(frozenset(post["id"] for post in posts), text(member(value, "paging", "cursors", "after")))


def _ask(well: Well, token: str, path: str, params: Mapping) -> tuple[bytes, object]:
    """An answer's bytes and JSON. Raises RateLimited where Meta says so by a code instead of a 429."""
    url = f"{well.options.get('api', API)}/v1.0/{path}"
    try:
        answer, value = ask(well.http, url, {**params, "access_token": token}, {})
    except Refused as refused:
        if member(refused.said, "error", "code") in _LIMITS:
            raise RateLimited(url.split("/")[2], 0.0) from None
        raise
    return answer.content, value


def _posts(page: object) -> list:
    if isinstance(page, dict) and isinstance(page.get("data"), list):
        return page["data"]
    raise Unreadable("wrong_shape", str(member(page, "error", "type") or "no data")[:100])


def _item(post: object) -> Item:
    native_id = text(member(post, "id"))
    if native_id is None:
        return odd(post, "wrong_shape", "no id")
    payload = canonical(without(post, VOLATILE))
    words = (text(post.get("text")) or "").encode("utf-8", "surrogatepass")
    return Item(f"{native_id}@{hashlib.sha256(words).hexdigest()[:16]}", payload, MEDIA_TYPE)
