"""Recent and full-archive search on X, walked page by page from newest to oldest.

Cursor, by query: `newest`, the newest_id of the first page of the last whole walk, and `whole`, when that was. since_id
stays the same through a walk. An id older than the search reaches is refused there, so a quiet call is asked by
start_time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.http import Unreachable
from tasks.live import Well
from tasks.sources.api_pages import Page, ask, call_tags, each, member, members, text, walk
from tasks.sources.x_api import API, accepted, app_sign, earlier, overlap, spellings, tell_gap, time_of, written
from tasks.text.dates import parse_time
from tasks.text.normalise import hashtags_in

FIELDS = {
    "post": {
        "post.fields": "id,text,created_at,conversation_id,entities,note_post,lang",
        "expansions": "author_id,edit_history_post_ids,referenced_posts",
        "user.fields": "id,name,username",
    },
    "tweet": {
        "tweet.fields": "id,text,created_at,author_id,conversation_id,entities,note_tweet,lang,referenced_tweets,"
        "edit_history_tweet_ids",
        "expansions": "author_id",
        "user.fields": "id,name,username",
    },
}
_MARGIN = timedelta(minutes=2)  # between our clock and theirs, and for the time that a request waits
_NOT_YET = timedelta(seconds=30)  # end_time must lie at least 10 s back


@dataclass(frozen=True, slots=True)
class Door:
    """One of the two searches. reach: how far back it goes, None for all; query: characters; pause: seconds between."""

    path: str
    page: int
    query: int
    reach: timedelta | None = None
    pause: float = 0.0


# Lengths of a query: by plan in X's prose, 4,096 in its OpenAPI; the smaller ones hold for everybody.
DOORS = {
    "recent": Door("/2/tweets/search/recent", page=100, query=512, reach=timedelta(days=7)),
    "all": Door("/2/tweets/search/all", page=500, query=1024, pause=1.0),
}


def search(well: Well) -> Mapping:
    """Every post with the call's hashtags since the cursor, an overlap again; the new cursor.

    Raises NoSecret, RateLimited, Unreachable.
    """
    door = DOORS.get(well.options.get("endpoint", "recent"))
    if door is None:
        raise Unreachable("option_missing", f"endpoint: {' / '.join(DOORS)}")
    query = query_of(call_tags(well.options), door.query)
    return each(well, [query], lambda _, cursor: _searched(well, door, query, cursor))


def query_of(tags: Iterable[str], longest: int) -> str:
    """(#a OR #b) -is:retweet. Unreachable for a tag that is more than a word, and for too many of them."""
    tags = list(tags)
    for tag in tags:
        if hashtags_in(f"#{tag}") != [tag]:
            raise Unreachable("option_missing", f"[call] hashtags: {tag[:40]}")
    query = f"({' OR '.join(f'#{tag}' for tag in tags)}) -is:retweet"
    if len(query) > longest:
        raise Unreachable("option_missing", f"[call] hashtags: {len(query)} > {longest}")
    return query


def _searched(well: Well, door: Door, query: str, cursor: Mapping) -> Mapping:
    sign, url = app_sign(well), well.options.get("api", API) + door.path
    fixed = {"query": query, "max_results": str(door.page), "sort_order": "recency"}
    bounds = _bounds(well, door, cursor)
    ways = [{**FIELDS[name], **bound} for name in spellings(well.options) for bound in bounds]
    newest, found = text(cursor.get("newest")), 0

    def page_after(token: str | None) -> Page:
        nonlocal newest
        if token and door.pause:
            well.http.sleep(door.pause)
        page = accepted(ways, lambda way: _page(well, url, {**fixed, **way} | _next(token), sign))
        newest = newest if token else _newest(page, newest, well.now)
        ids = frozenset(str(post.get("id")) for post in members(page.get("data")))
        return Page(ids, text(member(page, "meta", "next_token")))

    for page in walk(page_after, url.split("/")[2]):
        found += len(page.ids)
    holds_known = "since_id" in ways[0] and overlap(well.options)  # at least what the cursor was made of
    if not found and not (well.since or well.until) and (not cursor or holds_known):
        well.tell("nothing_found", query)
    return {"newest": newest, "whole": well.now.isoformat()}


def _page(well: Well, url: str, params: Mapping, sign) -> Mapping:
    """One page, kept. Raises as `ask`, and Unreachable where it is no page of this API."""
    answer, page = ask(well.http, url, params, sign(url, params))
    is_page = isinstance(member(page, "data"), list) or (
        member(page, "data") is None and isinstance(member(page, "meta"), dict)
    )
    if not is_page:
        raise Unreachable("answer_broken", url.split("/")[2])
    well.keep(answer.content, ".json")
    return page


def _next(token: str | None) -> dict[str, str]:
    return {"next_token": token} if token else {}


def _newest(page: Mapping, known: str | None, now: datetime) -> str | None:
    """newest_id, unless it is older than what is known, or from the future and would hide all that comes."""
    told = text(member(page, "meta", "newest_id"))
    at, before = time_of(told), time_of(known)
    is_news = at is not None and at <= now + timedelta(days=1) and (before is None or int(told) > int(known))
    return told if is_news else known


def _bounds(well: Well, door: Door, cursor: Mapping) -> list[dict[str, str]]:
    """Ways to say where to begin and end, the best first."""
    reach = well.now - door.reach + _MARGIN if door.reach else None
    if well.since or well.until:
        return [_span(well, reach)]
    known = text(cursor.get("newest"))
    began = parse_time(text(cursor.get("whole")) or "")[0] if cursor else well.options.get("opens")
    if reach:
        tell_gap(well, began, reach)
    if time_of(known) is None:
        ways = [_start(began and began - overlap(well.options) * bool(cursor), reach, well.now)]
    else:
        since = earlier(known, overlap(well.options))
        ways = [{"since_id": since}] if reach is None or time_of(since) >= reach else []
        ways += [_start(time_of(since), reach, well.now)]
    return ways + [{}] * bool(reach)  # all that it has, should its clock and ours disagree about seven days


def _start(at: datetime | None, reach: datetime | None, now: datetime) -> dict[str, str]:
    start = max((moment for moment in (at, reach) if moment), default=None)
    return {"start_time": written(start)} if start and start < now - _NOT_YET else {}


def _span(well: Well, reach: datetime | None) -> dict[str, str]:
    """The days asked for, as far as they can be reached; the rest is told. Unreachable where none can be."""
    start = well.since or well.options.get("opens")
    if reach and well.until and well.until <= reach:
        raise Unreachable("gap", f"– {well.until:%Y-%m-%d}")
    if reach:
        tell_gap(well, start, reach)
    end = {"end_time": written(well.until)} if well.until and well.until < well.now - _NOT_YET else {}
    return _start(start, reach, well.now) | end
