"""A stand-in for app.bsky.feed.searchPosts, written from the lexicons of github.com/bluesky-social/atproto.

since includes and until excludes by sort time, newest first; a cursor that stops before the end, as the lexicon warns.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.standins.api import Reply

TAG = "本のネタにしてもいいよ"
DID = "did:plc:hanako00000000000000000"
START = datetime.fromisoformat("2026-04-01T00:00:00+00:00")


def post(number: int, **more) -> dict:
    """A post, `number` minutes after START."""
    at = _written(START + timedelta(minutes=number))
    record = {"$type": "app.bsky.feed.post", "text": f"話 {number} #{TAG}", "createdAt": at, "tags": [TAG]}
    return {
        "uri": f"at://{DID}/app.bsky.feed.post/3k{number:011}",
        "cid": f"bafyrei{number}",
        "author": {"did": DID, "handle": "hanako.example.jp"},
        "record": record,
        "indexedAt": at,
        "likeCount": number % 5,
    } | more


class Bluesky:
    """scrolls: how many posts a cursor reaches from where a search began."""

    def __init__(self, posts: list[dict], scrolls: int = 10_000, page: int = 100):
        self.posts = posts
        self.scrolls = scrolls
        self.page = page

    def __call__(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Reply:
        if path != "/xrpc/app.bsky.feed.searchPosts" or query["q"] != f"#{TAG}" or query["tag"] != TAG:
            return 400, {"error": "BadQueryString", "message": "no such query"}
        since, until = query.get("since", ""), query.get("until", "9999")
        found = [p for p in self.posts if since <= _sort_time(p) < until]
        found = sorted(found, key=_sort_time, reverse=True)[: self.scrolls]
        at, size = int(query.get("cursor", 0)), min(int(query["limit"]), self.page)
        value = {"posts": found[at : at + size], "hitsTotal": len(self.posts)}
        return 200, value | ({"cursor": str(at + size)} if at + size < len(found) else {})


def _sort_time(post: dict) -> str:
    return min(post["record"]["createdAt"], post["indexedAt"])


def _written(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
