"""A stand-in for X's API v2, written from github.com/xdevplatform/docs, openapi.json 2.165 and 2.167.

Search: newest first; since_id excludes; since_id and start_time must lie within the last 7 days at /recent; a page
without posts has no `data`. Direct messages: newest first, 30 days, no since_id; even an empty page carries a token.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from tests.standins.api import Reply

TAG = "本のネタにしてもいいよ"
BEARER = "canary-bearer-AAAA-4711"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
OWNER = "5501"
_IDS_SINCE = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)
_INVALID = "https://api.x.com/2/problems/invalid-request"


def id_at(at: datetime, nth: int = 0) -> str:
    """An id made at a time, as X makes them: milliseconds above 22 bits."""
    return str((int((at - _IDS_SINCE) / timedelta(milliseconds=1)) << 22) + nth)


def time_of(native_id: str) -> datetime:
    return _IDS_SINCE + timedelta(milliseconds=int(native_id) >> 22)


def post(hours_ago: float, words: str = "話です。", nth: int = 0, **more) -> dict:
    """A post from so long before NOW, with old and new names alike left to the server."""
    at = NOW - timedelta(hours=hours_ago)
    tags = [{"start": 0, "end": 12, "tag": TAG}]
    return {
        "id": id_at(at, nth),
        "author_id": f"70{nth % 5}",
        "text": f"{words} #{TAG}",
        "created_at": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
        "entities": {"hashtags": tags},
        "public_metrics": {"like_count": nth},
    } | more


def event(hours_ago: float, words: str, sender: str = "6001", other: str = "", group: str = "") -> dict:
    """A direct message between OWNER and its sender (or `other`, if OWNER wrote it), or in a group."""
    at = NOW - timedelta(hours=hours_ago)
    return {
        "id": id_at(at),
        "event_type": "MessageCreate",
        "text": words,
        "sender_id": sender,
        "dm_conversation_id": group or f"{OWNER}-{other or sender}",
        "created_at": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
    }


class X:
    """posts, events may be changed between requests. accepts: spellings that are not refused; now: the server's clock.

    shifts: whether a page begins where the last ended by number instead of by id, so that newcomers push posts on.
    """

    def __init__(self, posts: list[dict] = (), events: list[dict] = (), page: int = 100, accepts=("post", "tweet")):
        self.posts, self.events, self.page = list(posts), list(events), page
        self.accepts, self.now, self.shifts = accepts, NOW, False
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __call__(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Reply:
        self.asked.append((path, query))
        if headers.get("authorization") != f"Bearer {BEARER}":
            return 401, _problem("Unauthorized", 401)
        if path in ("/2/tweets/search/recent", "/2/tweets/search/all"):
            return self._search(path, query)
        if path == "/2/dm_events":
            return self._messages(self.events, query)
        if path.startswith("/2/dm_conversations/") and path.endswith("/dm_events"):
            key = unquote(path.split("/")[3])
            return self._messages([e for e in self.events if e["dm_conversation_id"] == key], query)
        return 404, _problem("Not Found", 404)

    def _search(self, path: str, query: dict[str, str]) -> Reply:
        reach = self.now - timedelta(days=7) if path.endswith("recent") else datetime.min.replace(tzinfo=UTC)
        begins = [time_of(query["since_id"])] if "since_id" in query else []
        begins += [_time(query["start_time"])] if "start_time" in query else []
        wrong = not any(f"{name}.fields" in query for name in self.accepts) or any(at < reach for at in begins)
        if wrong or query["query"].count("(") != 1 or {"since_id", "start_time"} <= query.keys():
            return 400, _problem("Invalid Request", 400, _INVALID)
        after = max(begins, default=reach)
        before = _time(query["end_time"]) if "end_time" in query else self.now + timedelta(days=1)
        above = int(query.get("since_id", 0))
        found = [p for p in self.posts if after <= time_of(p["id"]) < before and int(p["id"]) > above]
        size = min(self.page, int(query["max_results"]))
        return 200, self._page(found, query.get("next_token"), size)

    def _messages(self, events: list[dict], query: dict[str, str]) -> Reply:
        if "sender_id" not in query["expansions"] or not any(_SPELLED[name](query) for name in self.accepts):
            return 400, _problem("Invalid Request", 400, _INVALID)
        found = [e for e in events if time_of(e["id"]) >= self.now - timedelta(days=30)]
        size = min(self.page, int(query["max_results"]))
        page = self._page(found, query.get("pagination_token"), size)
        data = page.get("data", [])
        page["meta"]["next_token"] = f"below-{data[-1]['id'] if data else 0}"  # on the last page too
        page["includes"] = {"users": [_user(e["sender_id"]) for e in data]}
        return 200, page

    def _page(self, found: list[dict], token: str | None, size: int) -> dict:
        found = sorted(found, key=lambda p: int(p["id"]), reverse=True)
        kind, _, at = (token or "skip-0").partition("-")
        rest = found[int(at) :] if kind == "skip" else [p for p in found if int(p["id"]) < int(at)]
        page = rest[:size]
        if not page:
            return {"meta": {"result_count": 0}}
        meta = {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"], "result_count": len(page)}
        if len(rest) > size:
            following = f"skip-{len(found) - len(rest) + size}" if self.shifts else f"below-{page[-1]['id']}"
            meta["next_token"] = following
        users = [_user(p["author_id"]) for p in page if "author_id" in p]
        return {"data": page, "includes": {"users": users}, "meta": meta}


_SPELLED = {
    "post": lambda query: "entities" in query["dm_event.fields"] and "sender_id" not in query["dm_event.fields"],
    "tweet": lambda query: "sender_id" in query["dm_event.fields"] and "entities" not in query["dm_event.fields"],
}


def _user(native_id: str) -> dict:
    return {"id": native_id, "username": f"user{native_id}", "name": f"名{native_id}"}


def _time(told: str) -> datetime:
    return datetime.fromisoformat(told)


def _problem(title: str, status: int, kind: str = "about:blank") -> dict:
    return {"title": title, "detail": title, "type": kind, "status": status}
