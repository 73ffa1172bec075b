"""A stand-in for YouTube's comments, written from developers.google.com/youtube/v3/docs/commentThreads and /comments.

Threads carry five replies at most; textOriginal is for the writer only; refusals are 403 with a reason.
"""

from __future__ import annotations

from tests.standins.api import Reply

KEY = "AIzaKey00000000000000"
VIDEO, QUIET = "abcDEF12345", "quietDEF123"
CARRIED = 5


def comment(number: int, text: str = "話です。", parent: str | None = None) -> dict:
    name = f"Ugx{number:08}" if parent is None else f"{parent}.r{number:04}"
    at = f"2026-04-{1 + number % 28:02}T03:04:05Z"
    snippet = {
        "textDisplay": text,
        "authorDisplayName": f"@person{number}",
        "authorChannelId": {"value": f"UC{number:022}"},
        "likeCount": number % 9,
        "publishedAt": at,
        "updatedAt": at,
    }
    return {
        "kind": "youtube#comment",
        "etag": "x",
        "id": name,
        "snippet": snippet | ({"parentId": parent} if parent else {}),
    }


class YouTube:
    """threads: [(top comment, replies)] of VIDEO; QUIET has its comments closed."""

    def __init__(self, threads: list[tuple[dict, list[dict]]], page: int = 100):
        self.threads = threads
        self.page = page
        self.spent = False  # the day's quota

    def __call__(self, path: str, query: dict[str, str], headers: dict[str, str]) -> Reply:
        if query.get("key") != KEY:
            return 400, _error(400, "badRequest")
        if self.spent:
            return 403, _error(403, "quotaExceeded")
        if path == "/youtube/v3/comments":
            replies = next(r for top, r in self.threads if top["id"] == query["parentId"])
            return 200, self._page("youtube#commentListResponse", replies, query)
        if query["videoId"] == QUIET:
            return 403, _error(403, "commentsDisabled")
        if query["videoId"] != VIDEO:
            return 404, _error(404, "videoNotFound")
        return 200, self._page("youtube#commentThreadListResponse", [_thread(*told) for told in self.threads], query)

    def _page(self, kind: str, items: list[dict], query: dict[str, str]) -> dict:
        at, size = int(query.get("pageToken", 0)), min(int(query["maxResults"]), self.page)
        more = {"nextPageToken": str(at + size)} if at + size < len(items) else {}
        return {"kind": kind, "etag": "y", "items": items[at : at + size]} | more


def _thread(top: dict, replies: list[dict]) -> dict:
    in_thread = top | {"snippet": top["snippet"] | {"videoId": VIDEO}}
    snippet = {"videoId": VIDEO, "topLevelComment": in_thread, "totalReplyCount": len(replies)}
    carried = {"replies": {"comments": replies[:CARRIED]}} if replies else {}
    return {"kind": "youtube#commentThread", "etag": "z", "id": top["id"], "snippet": snippet} | carried


def _error(code: int, reason: str) -> dict:
    return {"error": {"code": code, "message": "no", "errors": [{"reason": reason, "domain": "youtube"}]}}
