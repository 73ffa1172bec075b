"""A stand-in for the Threads keyword search, written from Meta's documents of 2026-01.

Without approval only the token owner's posts are found; since and until are seconds; errors come with codes of Meta's.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.standins.api import Reply

TAG = "本のネタにしてもいいよ"
TOKEN = "THQWJtoken0000000000"
OWNER = "author_example"
START = datetime(2026, 4, 1, tzinfo=UTC)


def post(number: int, username: str = "hanako_example", is_topic: bool = True) -> dict:
    """A post, `number` minutes after START, with the tag as its topic or written in its text."""
    at = START + timedelta(minutes=number)
    more = {"topic_tag": TAG} if is_topic else {}
    return {
        "id": str(18_000_000_000_000_000 + number),
        "text": f"話 {number}" if is_topic else f"話 {number} #{TAG}",
        "media_type": "TEXT_POST",
        "permalink": f"https://www.threads.net/@{username}/post/C{number}",
        "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "username": username,
    } | more


class Threads:
    """with_cursors: whether answers tell where the next page begins."""

    def __init__(self, posts: list[dict], is_approved: bool = True, with_cursors: bool = True, page: int = 100):
        self.posts = posts
        self.is_approved = is_approved
        self.with_cursors = with_cursors
        self.page = page

    def __call__(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Reply:
        if query.get("access_token") != TOKEN:
            return 400, {"error": {"type": "OAuthException", "code": 190, "message": query.get("access_token")}}
        if path == "/v1.0/me":
            return 200, {"id": "1", "username": OWNER}
        found = [p for p in self.posts if query["search_mode"] == ("TAG" if "topic_tag" in p else "KEYWORD")]
        found = [p for p in found if self.is_approved or p["username"] == OWNER]
        since, until = int(query.get("since", 0)), int(query.get("until", 1 << 40))
        found = sorted((p for p in found if since <= _seconds(p) < until), key=_seconds, reverse=True)
        at, size = int(query.get("after", 0)), min(int(query["limit"]), self.page)
        value = {"data": [{k: v for k, v in p.items() if k in query["fields"]} for p in found[at : at + size]]}
        if self.with_cursors and at + size < len(found):
            after, url = str(at + size), "https://graph.threads.net/v1.0/keyword_search"
            value["paging"] = {"cursors": {"after": after}, "next": f"{url}?access_token={TOKEN}&after={after}"}
        return 200, value


def _seconds(post: dict) -> int:
    return int(datetime.strptime(post["timestamp"], "%Y-%m-%dT%H:%M:%S%z").timestamp())
